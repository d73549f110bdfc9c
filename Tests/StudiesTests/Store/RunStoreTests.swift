import Foundation
import Hooks
import GRDB
import Testing

@testable import Studies

@Suite("The store of runs") struct RunStoreTests {
    private static let identity = ToyModel().identity

    private func refusal(_ path: String) -> StudyError? {
        do throws(StudyError) {
            _ = try RunStore(path: path, busySeconds: 0.01)
            return nil
        } catch {
            return error
        }
    }

    private func answer(_ key: UInt8, _ value: Data) -> StoredAnswer {
        StoredAnswer(
            key: ItemKey(bytes: [key]), study: "toy", step: "s", question: Data("1".utf8),
            format: "json", value: value)
    }

    @Test("a run is found again as it was begun, and with its results when it is finished")
    func runs() throws {
        let place = try TemporaryStore()
        let store = try RunStore(path: place.folder.appending(path: "new/folder/a.sqlite").path)
        let id = try store.begin(
            study: "toy", configuration: "a = 1\n", model: Self.identity, codeVersion: "7")
        var run = try store.run(id)
        #expect(run.state == .open && run.ended == nil && run.model == Self.identity)
        #expect(run.configuration == "a = 1\n" && run.codeVersion == "7")
        #expect(run.configurationHash.count == 64)
        try store.end(id, .failed, "why")
        run = try store.run(id)
        #expect(run.state == .failed && run.message == "why" && run.ended != nil)
        try store.reopen(id)
        #expect(try store.run(id).state == .open)
        #expect(try store.results(of: id) == StudyResults())

        var results = StudyResults()
        results.tables = [
            StudyTable(
                "t", title: "T", columns: [.text("a"), .integer("b"), .number("c", digits: 1)],
                rows: [
                    .init([.text("x"), .integer(1), .number(1)], sources: [StudySource("l")]),
                    .init([.none, .none, .number(.nan)]),
                    .init([.text(""), .integer(-5), .number(-.infinity)]),
                    .init(
                        [.text("1"), .none, .number(0.1)],
                        sources: [StudySource("l", items: [5, 0, 1])]),
                ])
        ]
        results.tensors = [StudyTensor("v", shape: [1, 2], values: [.infinity, 0.1])]
        results.report = "# é"
        try store.finish(id, results)
        // Of NaN it is the text that is the same.
        #expect(try "\(store.results(of: id))" == "\(results)")
        #expect(try store.results(of: id).tensors == results.tensors)
        #expect(try store.run(id).state == .finished)
        #expect(try store.runs().map(\.id) == [id])
        #expect(throws: StudyError.self) { try store.run(99) }
    }

    @Test("answers are kept once, and many are found at once")
    func answers() throws {
        let place = try TemporaryStore()
        let store = try RunStore(path: place.path)
        try store.add([answer(1, Data([1])), answer(2, Data([2]))])
        try store.add([answer(1, Data([9]))])
        let keys = (0..<1_200).map { ItemKey(bytes: [UInt8($0 % 256), UInt8($0 / 256)]) }
        #expect(
            try store.values(of: keys + [ItemKey(bytes: [1])]) == [ItemKey(bytes: [1]): Data([1])])
    }

    @Test("sums under way are replaced, and gone when the whole is stored")
    func partialSums() throws {
        let place = try TemporaryStore()
        let store = try RunStore(path: place.path)
        let key = ItemKey(bytes: [1])
        #expect(try store.partialSums(of: key) == nil)
        try store.setPartialSums(of: key, done: 2, value: Data([1]))
        try store.setPartialSums(of: key, done: 4, value: Data([2]))
        let sums = try #require(try store.partialSums(of: key))
        #expect(sums.done == 4 && sums.value == Data([2]))
        try store.finish(answer(1, Data([3])))
        #expect(try store.partialSums(of: key) == nil)
        #expect(try store.values(of: [key]) == [key: Data([3])])
    }

    @Test("what stands behind a label is listed in order, as far as it is there")
    func links() throws {
        let place = try TemporaryStore()
        let store = try RunStore(path: place.path)
        let id = try store.begin(
            study: "toy", configuration: "", model: Self.identity, codeVersion: "7")
        try store.add([answer(1, Data([1])), answer(2, Data([2]))])
        let keys = [2, 3, 1].map { ItemKey(bytes: [$0]) }
        for _ in 0..<2 { try store.link(keys, to: "l", of: id) }
        let items = try store.items(of: id)
        #expect(items.map(\.place) == [0, 2] && items.map(\.value) == [Data([2]), Data([1])])
        let progress = try store.progress(of: id)
        #expect(progress.count == 1 && progress[0] == (label: "l", total: 3, stored: 2))
    }

    @Test("a newer file is refused and left alone")
    func newer() throws {
        let place = try TemporaryStore()
        try DatabaseQueue(path: RunStore(path: place.path).path).write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')")
        }
        #expect(refusal(place.path)?.reason == "STORE_NEWER")
    }

    @Test("a database of another program is refused and left alone")
    func foreign() throws {
        let place = try TemporaryStore()
        try DatabaseQueue(path: place.path).write { try $0.execute(sql: "CREATE TABLE a (b)") }
        let before = try Data(contentsOf: URL(filePath: place.path))
        #expect(refusal(place.path)?.reason == "STORE_FOREIGN")
        #expect(try Data(contentsOf: URL(filePath: place.path)) == before)
    }

    @Test("a file that is no database is refused and left alone")
    func corrupt() throws {
        let place = try TemporaryStore()
        let noise = Data((0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try noise.write(to: URL(filePath: place.path))
        #expect(refusal(place.path)?.reason == "STORE_CORRUPT")
        #expect(try Data(contentsOf: URL(filePath: place.path)) == noise)
        #expect(refusal(place.folder.path)?.reason == "STORE_UNWRITABLE")
    }

    @Test("a damaged page is reported as such")
    func damaged() throws {
        let place = try TemporaryStore()
        do {
            let store = try RunStore(path: place.path)
            try store.add((0..<200).map { answer($0, Data(count: 2_000)) })
            try store.database.close()
        }
        let file = try FileHandle(forUpdating: URL(filePath: place.path))
        try file.seek(toOffset: 4_096)
        try file.write(contentsOf: Data(repeating: 0xEE, count: 200_000))
        try file.close()
        #expect(refusal(place.path)?.reason == "STORE_CORRUPT")
    }

    @Test("a store that another writes to is reported as busy")
    func locked() throws {
        let place = try TemporaryStore()
        let store = try RunStore(path: place.path, busySeconds: 0.01)
        let other = try DatabaseQueue(path: place.path)
        try other.inDatabase { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            #expect(throws: StudyError.self) { try store.add([answer(1, Data([1]))]) }
            do throws(StudyError) {
                try store.add([answer(1, Data([1]))])
            } catch {
                #expect(error.reason == "STORE_BUSY")
            }
            try database.execute(sql: "COMMIT")
        }
        try store.add([answer(1, Data([1]))])
    }

    @Test("a store that may not grow says so, and keeps what it has")
    func full() throws {
        let place = try TemporaryStore()
        let store = try RunStore(path: place.path)
        try store.add([answer(1, Data([1]))])
        try store.database.inDatabase { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            try database.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
        do throws(StudyError) {
            try store.add((2..<9).map { answer($0, Data(count: 9_000)) })
            Issue.record("there was room")
        } catch {
            #expect(error.reason == "STORE_FULL")
        }
        let keys = (0..<9).map { ItemKey(bytes: [$0]) }
        #expect(try store.values(of: keys).count == 1)
    }

    @Test("each thing that an answer depends on changes its key")
    func keys() throws {
        struct Parts {
            var digest = "d"
            var format = "f32"
            var tokenizer = "t"
            var build = "1"
            var study = "s"
            var step = "a"
            var version = 1
            var item = 5
            var settings = ["x": 1]
            var plan = "p"

            func key() throws -> ItemKey {
                let identity = ModelIdentity(
                    name: "any", digest: digest, tokenizerDigest: tokenizer, weightFormat: format,
                    build: build, layers: 1, neurons: 1, width: 1, vocabulary: 1, contextLength: 1)
                return try ItemKey(
                    Question(
                        model: .init(identity), study: study, step: step, version: version,
                        item: item, settings: settings, plan: plan))
            }
        }
        let changes: [(inout Parts) -> Void] = [
            { _ in }, { $0.digest = "e" }, { $0.format = "int8" }, { $0.tokenizer = "u" },
            { $0.build = "2" }, { $0.study = "b" }, { $0.step = "b" }, { $0.version = 2 },
            { $0.item = 6 }, { $0.settings = ["x": 2] }, { $0.plan = "q" },
        ]
        let keys = try changes.map { change in
            var parts = Parts()
            change(&parts)
            return try parts.key()
        }
        #expect(Set(keys).count == changes.count)
        #expect(try Parts().key() == keys[0] && "\(keys[0])".count == 64)
    }
}

@Suite("Sums of neurons in a store") struct StoredStatisticsTests {
    @Test("sums come back bit by bit, negative and large ones too")
    func roundTrip() throws {
        let values: [Int128] = [0, -1, .max, .min, 1 << 64, -(1 << 70)]
        let grid = NeuronGrid(layers: 2, neurons: 3, values: values)
        let statistics = NeuronStatistics(
            items: 3, tokens: 40, sums: [.sum: grid, .l2: grid, .maxAbs: grid])
        #expect(try NeuronStatistics(stored: statistics.stored) == statistics)
    }

    @Test("a stored form that is cut or longer is refused")
    func damaged() throws {
        let grid = NeuronGrid<Int128>(layers: 1, neurons: 2, values: [1, 2])
        let stored = NeuronStatistics(items: 3, tokens: 40, sums: [.sum: grid]).stored
        for count in 0..<stored.count {
            #expect(throws: StudyError.self) { try NeuronStatistics(stored: stored.prefix(count)) }
        }
        #expect(throws: StudyError.self) { try NeuronStatistics(stored: stored + [0]) }
    }
}
