import Foundation
import Synchronization

/// A study while it runs: its questions to the model, answered from the store where they can be.
///
/// Every call has a label of its own in the run. The label is what progress shows, and what rows of
/// results name as their source. An answer is stored before it counts as done, and comes back as it
/// was stored, so that neither batches nor an end in between change a bit of what a study sees.
package final class StudyRun: Sendable {
    /// How questions are gathered into calls.
    package struct Batching: Sendable {
        package var itemsPerCall = FrameLimits.itemsPerCall
        package var callsAtOnce = FrameLimits.callsAtOnce
        package var statisticsItemsPerCall = FrameLimits.statisticsItemsPerCall

        package init() {}
    }

    package let model: any StudyModel
    /// Number of the run in its store.
    package let id: Int64

    let store: RunStore
    let study: String
    let batching: Batching
    private let observe: @Sendable (StudyEvent) -> Void
    private let labels = Mutex<Set<String>>([])

    package init(
        _ id: Int64, of study: String, model: any StudyModel, store: RunStore,
        batching: Batching = Batching(),
        observe: @escaping @Sendable (StudyEvent) -> Void = { _ in }
    ) {
        self.id = id
        self.study = study
        self.model = model
        self.store = store
        self.batching = batching
        self.observe = observe
    }

    /// Results in the order of the items, asked for where the store does not have them.
    ///
    /// - Parameters:
    ///   - step: What is asked; with its version, the settings, the plan and the model part of each
    ///     answer's key.
    ///   - label: A name of its own for this call.
    ///   - settings: Whatever else the answers depend on.
    ///   - planHash: Hash of the plan that is run, if one is.
    ///   - ask: Answers some of the items, in their order; called for several parts at once.
    package func results<
        Item: Codable & Sendable, Result: Codable & Sendable, Settings: Encodable & Sendable
    >(
        of step: StudyStep, label: String, items: [Item], settings: Settings, planHash: String = "",
        ask: @escaping @Sendable ([Item]) async throws -> [Result]
    ) async throws -> [Result] {
        try claim(label)
        let keys = try items.map { item throws(StudyError) in
            try key(step, item: item, settings: settings, planHash: planHash)
        }
        try store.link(keys, to: label, of: id)
        var values = try store.values(of: Array(Set(keys)))
        let missing = Self.firstPlaces(of: keys) { values[$0] == nil }
        let progress = ProgressClock(
            StudyProgress(
                step: step.name, label: label, total: keys.count,
                stored: keys.count { values[$0] != nil }),
            observe)
        let parts = stride(from: 0, to: missing.count, by: batching.itemsPerCall).map {
            Array(missing[$0..<min($0 + batching.itemsPerCall, missing.count)])
        }
        let counts = keys.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        try await eachConcurrently(parts) { [store, study] part in
            let asked = part.map { items[$0] }
            let answers = try await ask(asked)
            guard answers.count == asked.count else {
                throw StudyError(
                    "ANSWER_COUNT", "\(label): \(answers.count) answers to \(asked.count) items")
            }
            let stored = try zip(part, zip(asked, answers)).map { place, pair in
                StoredAnswer(
                    key: keys[place], study: study, step: step.name,
                    question: try StoredJSON.encode(pair.0), format: "json",
                    value: try StoredJSON.encode(pair.1))
            }
            try store.add(stored)
            return stored
        } then: { (stored: [StoredAnswer]) in
            for answer in stored { values[answer.key] = answer.value }
            progress.advance(by: stored.reduce(0) { $0 + (counts[$1.key] ?? 0) })
        }
        progress.finish()
        return try keys.map { key in
            guard let value = values[key] else {
                preconditionFailure("every key has been answered")
            }
            return try StoredJSON.decode(Result.self, value)
        }
    }

    // MARK: Parts

    /// Takes a label for a call.
    func claim(_ label: String) throws(StudyError) {
        let isFree = labels.withLock { $0.insert(label).inserted }
        guard isFree else {
            throw StudyError("LABEL_TAKEN", "two calls of study \(study) are labelled \(label)")
        }
    }

    func key(
        _ step: StudyStep, item: some Encodable, settings: some Encodable, planHash: String
    ) throws(StudyError) -> ItemKey {
        try ItemKey(
            Question(
                model: .init(model.identity), study: study, step: step.name, version: step.version,
                item: item, settings: settings, plan: planHash))
    }

    func clock(_ step: StudyStep, _ label: String, total: Int, stored: Int) -> ProgressClock {
        ProgressClock(
            StudyProgress(step: step.name, label: label, total: total, stored: stored), observe)
    }

    /// The first place of each key that `isWanted`: an item that occurs twice is asked once.
    private static func firstPlaces(
        of keys: [ItemKey], where isWanted: (ItemKey) -> Bool
    ) -> [Int] {
        var seen: Set<ItemKey> = []
        return keys.indices.filter { isWanted(keys[$0]) && seen.insert(keys[$0]).inserted }
    }

    /// Runs the work on each part, some at once; `then` sees the outcomes one by one.
    private func eachConcurrently<Part: Sendable, Outcome: Sendable>(
        _ parts: [Part], _ work: @escaping @Sendable (Part) async throws -> Outcome,
        then: (Outcome) -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            var rest = parts[...]
            for part in rest.prefix(batching.callsAtOnce) { group.addTask { try await work(part) } }
            rest = rest.dropFirst(batching.callsAtOnce)
            while let outcome = try await group.next() {
                then(outcome)
                try Task.checkCancellation()
                guard let part = rest.popFirst() else { continue }
                group.addTask { try await work(part) }
            }
        }
        try Task.checkCancellation()
    }
}

/// Tells observers how a call comes along.
final class ProgressClock {
    private var progress: StudyProgress
    private let began = ContinuousClock.now
    private let observe: @Sendable (StudyEvent) -> Void

    init(_ progress: StudyProgress, _ observe: @escaping @Sendable (StudyEvent) -> Void) {
        self.progress = progress
        self.observe = observe
        observe(.started(progress))
    }

    func advance(by count: Int) {
        progress.computed += count
        progress.elapsedSeconds = (ContinuousClock.now - began) / .seconds(1)
        observe(.advanced(progress))
    }

    func finish() {
        progress.elapsedSeconds = (ContinuousClock.now - began) / .seconds(1)
        observe(.finished(progress))
    }
}
