import Foundation
import Hooks
import Synchronization
import Testing

@testable import Studies

@Suite("Runs of studies") struct StudyRunTests {
    private static var batching: StudyRun.Batching {
        var batching = StudyRun.Batching()
        batching.itemsPerCall = 2
        batching.statisticsItemsPerCall = 2
        return batching
    }

    private func results(
        _ model: ToyModel, _ store: RunStore, batching: StudyRun.Batching = batching
    ) async throws -> StudyResults {
        let id = try store.begin(
            study: "toy", configuration: "", model: model.identity, codeVersion: "1")
        let run = StudyRun(id, of: "toy", model: model, store: store, batching: batching)
        return try await ToyStudy(.init()).run(run)
    }

    @Test("a run that breaks off at any call goes on from there and ends with the same results")
    func everyCut() async throws {
        let whole = try TemporaryStore()
        let model = ToyModel()
        let expected = try await results(model, RunStore(path: whole.path))
        #expect(model.calls > 4)
        for patience in 0..<model.calls {
            let cut = try TemporaryStore()
            let broken = ToyModel(patience: patience)
            await #expect(throws: ToyModel.BrokenOff.self) {
                try await results(broken, RunStore(path: cut.path))
            }
            let rest = ToyModel()
            #expect(try await results(rest, RunStore(path: cut.path)) == expected)
            // Answers of one call that broke off beside another may be lost, no more.
            #expect(rest.items <= model.items)
            #expect(patience < 2 || rest.items < model.items)
        }
    }

    @Test("a second run asks nothing")
    func secondRun() async throws {
        let place = try TemporaryStore()
        let store = try RunStore(path: place.path)
        let first = try await results(ToyModel(), store)
        let model = ToyModel(patience: 0)
        #expect(try await results(model, store) == first)
    }

    @Test("neither the size of calls nor their number at once changes a result")
    func batches() async throws {
        var expected: StudyResults?
        for (items, calls) in [(1, 1), (3, 4), (100, 1)] {
            let place = try TemporaryStore()
            var batching = StudyRun.Batching()
            batching.itemsPerCall = items
            batching.callsAtOnce = calls
            let made = try await results(
                ToyModel(), RunStore(path: place.path), batching: batching)
            #expect(expected == nil || made == expected)
            expected = made
        }
    }

    @Test("an item that occurs twice is asked once")
    func repeatedItems() async throws {
        let place = try TemporaryStore()
        let store = try RunStore(path: place.path)
        let model = ToyModel()
        let run = StudyRun(1, of: "toy", model: model, store: store)
        _ = try store.begin(
            study: "toy", configuration: "", model: model.identity, codeVersion: "1")
        let item = GenerationItem(prompt: .text("a"), seed: 1)
        let other = GenerationItem(prompt: .text("b"), seed: 1)
        let texts = try await run.generate(
            ToyStudy.write, label: "x", [item, other, item], settings: .init(maxTokens: 1))
        #expect(model.items == 2)
        #expect(texts[0] == texts[2] && texts[0] != texts[1])
        #expect(try store.items(of: 1, label: "x").map(\.place) == [0, 1, 2])
    }

    /// Sums of six groups of three items, of which the last has the items of the first.
    private func sums(
        _ model: ToyModel, _ store: RunStore,
        observe: @escaping @Sendable (StudyEvent) -> Void = { _ in }
    ) async throws -> [String: NeuronStatistics] {
        let id = try store.begin(
            study: "toy", configuration: "", model: model.identity, codeVersion: "1")
        var batching = StudyRun.Batching()
        batching.statisticsItemsPerCall = 4
        let run = StudyRun(
            id, of: "toy", model: model, store: store, batching: batching, observe: observe)
        let items = (0..<18).map { place in
            StatisticsItem(
                prompt: [UInt32(place % 15)], continuation: [7, 8], group: "group \(place / 3)")
        }
        return try await run.statistics(ToyStudy.count, label: "s", items, sums: [.meanAbs])
    }

    @Test("groups share calls, and each goes on from where a cut left it")
    func sharedCalls() async throws {
        let place = try TemporaryStore()
        let whole = ToyModel()
        let events = Mutex<[StudyEvent]>([])
        let expected = try await sums(whole, RunStore(path: place.path)) { event in
            events.withLock { $0.append(event) }
        }
        // Five groups are asked for: 4, 4, 4 and 3 items, not 3 and 3 for each.
        #expect(whole.calls == 4 && whole.items == 15)
        #expect(expected.count == 6 && expected["group 0"] == expected["group 5"])
        #expect(expected.values.allSatisfy { $0.items == 3 && $0.tokens == 6 })
        #expect(expected["group 1"] != expected["group 2"])
        guard case .finished(let end) = events.withLock({ $0.last }) else {
            Issue.record("the call did not end")
            return
        }
        #expect(end.done == 18 && end.total == 18)
        for patience in 0..<whole.calls {
            let cut = try TemporaryStore()
            let broken = ToyModel(patience: patience)
            await #expect(throws: ToyModel.BrokenOff.self) {
                try await sums(broken, RunStore(path: cut.path))
            }
            let rest = ToyModel()
            #expect(try await sums(rest, RunStore(path: cut.path)) == expected)
            #expect(broken.items + rest.items == 15)
            let again = ToyModel(patience: 0)
            #expect(try await sums(again, RunStore(path: cut.path)) == expected)
        }
    }

    @Test("two calls of a run cannot share a label")
    func labels() async throws {
        let place = try TemporaryStore()
        let store = try RunStore(path: place.path)
        let model = ToyModel()
        let id = try store.begin(
            study: "toy", configuration: "", model: model.identity, codeVersion: "1")
        let run = StudyRun(id, of: "toy", model: model, store: store)
        _ = try await run.score(ToyStudy.weigh, label: "x", [])
        await #expect(throws: StudyError.self) {
            try await run.score(ToyStudy.weigh, label: "x", [])
        }
    }

    @Test("norms and projections come back from the store as they were")
    func otherQuestions() async throws {
        let place = try TemporaryStore()
        let store = try RunStore(path: place.path)
        for model in [ToyModel(), ToyModel(patience: 0)] {
            let id = try store.begin(
                study: "toy", configuration: "", model: model.identity, codeVersion: "1")
            let run = StudyRun(id, of: "toy", model: model, store: store)
            let norms = try await run.valueNorms(ToyStudy.count, label: "norms")
            #expect(norms.values == [0.1, 2, 3, 4, 5, 1e-30])
            let neurons = [Neuron(layer: 1, index: 2), Neuron(layer: 0, index: 0)]
            let found = try await run.project(
                ToyStudy.count, label: "words", neurons, convention: .normed, count: 1)
            #expect(found.map(\.neuron) == neurons && found[0].promoted[0].text == "é\n")
        }
    }

    @Test("progress starts with what is stored and ends with all")
    func events() async throws {
        let place = try TemporaryStore()
        let store = try RunStore(path: place.path)
        let seen = Mutex<[StudyEvent]>([])
        for count in [3, 5] {
            let model = ToyModel()
            let id = try store.begin(
                study: "toy", configuration: "", model: model.identity, codeVersion: "1")
            seen.withLock { $0 = [] }
            let run = StudyRun(
                id, of: "toy", model: model, store: store, batching: Self.batching
            ) { event in seen.withLock { $0.append(event) } }
            let items = (0..<count).map { GenerationItem(prompt: .text("\($0)"), seed: 0) }
            _ = try await run.generate(
                ToyStudy.write, label: "x", items, settings: .init(maxTokens: 1))
        }
        let events = seen.withLock { $0 }
        guard case .started(let start) = events.first, case .finished(let end) = events.last else {
            Issue.record("\(events)")
            return
        }
        #expect(start.total == 5 && start.stored == 3 && start.done == 3)
        #expect(end.done == 5 && end.computed == 2 && events.count == 3)
    }

    @Test("the time that is left is that of what must still be asked")
    func remainingTime() {
        var progress = StudyProgress(step: "s", label: "l", total: 100, stored: 60)
        #expect(progress.done == 60 && progress.remainingSeconds == nil)
        progress.computed = 10
        progress.elapsedSeconds = 5
        #expect(progress.done == 70 && progress.remainingSeconds == 15)
        progress.computed = 40
        #expect(progress.remainingSeconds == 0)
        let stored = StudyProgress(step: "s", label: "l", total: 3, stored: 3)
        #expect(stored.remainingSeconds == 0)
    }
}
