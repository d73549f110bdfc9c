import Engine
import Foundation
import Hooks
import Kernels
import Testing

/// What a job adds up over its rows, against the rows themselves.
@Suite("Sums over rows")
struct RowSumsTests {
    private static let tokens = (0..<100).map { Int32(($0 * 37) % 290 + 5) }
    private static let counted = [3..<4, 20..<61, 97..<100]

    private func query(
        _ site: SiteKind = .mlpAct, layers: [Int] = [0, 1], counted: [Range<Int>] = Self.counted,
        _ accumulations: [SumQuery.Accumulation] = SumQuery.Accumulation.allCases
    ) -> SumQuery {
        SumQuery(site: site, layers: layers, accumulations: accumulations, counted: counted)
    }

    /// The bit patterns of all sums of a result.
    private func bits(_ sums: RowSums?) throws -> [UInt64] {
        let bits = try #require(sums).bitPatterns
        #expect(bits.allSatisfy { Double(bitPattern: $0).isFinite })
        return bits
    }

    @Test(
        "equal arithmetic on captured rows at every site that is counted",
        arguments: [SiteKind.mlpAct, .mlpGate, .mlpUp, .attnZ, .mlpOut, .residPost])
    func captures(_ site: SiteKind) async throws {
        let model = try TestModels.fixture("llama-gqa", .int8)
        let engine = try StepEngine.make(model, rowsPerStep: 13)
        defer { engine.shutdown() }
        let hooks = ["scale 1.5 \(site.rawValue).1", "add 0.01 resid_pre.0"]
        let plan = try model.plan(
            hooks: hooks, captures: ["\(site.rawValue).0", "\(site.rawValue).1"],
            promptCount: Self.tokens.count)
        let raw = try await engine.run(Job(tokens: Self.tokens, plan: plan)).result.captures
        let counting = try model.plan(hooks: hooks, promptCount: Self.tokens.count)
        let query = query(site)
        let result = try await engine.run(
            Job(tokens: Self.tokens, plan: counting, sums: query)
        ).result
        let sums = try #require(result.sums)
        let width = query.elementCount(model.shape)
        #expect(sums.count == 2 * width && result.captures.isEmpty)
        #expect(result.receipts.count == 2)
        for layer in 0..<2 {
            let rows = raw[layer].floats
            for element in 0..<width {
                let values = Self.counted.joined().map { Double(rows[$0 * width + element]) }
                let expected: [SumQuery.Accumulation: Double] = [
                    .magnitudes: values.reduce(0) { $0 + abs($1) },
                    .squares: values.reduce(0) { $0 + $1 * $1 },
                    .values: values.reduce(0, +),
                    .positives: Double(values.count { $0 > 0 }),
                    .largest: values.map(abs).max() ?? -1,
                ]
                for (accumulation, value) in expected {
                    let place = sums.first(accumulation) + layer * width + element
                    try #require(sums.sums[place] == value, "\(accumulation) \(layer) \(element)")
                }
            }
        }
    }

    @Test(
        "have the same bits for any threads, chunking and neighbours",
        arguments: KernelSet.available())
    func invariance(_ path: KernelPath) async throws {
        let model = try TestModels.fixture("llama-gqa", .int8)
        let plan = try model.plan(
            hooks: ["scale 1.2 mlp.act.0[3-50]", "add 0.1 resid_mid.1 at 20:"],
            promptCount: Self.tokens.count)
        let query = query()
        let alone = try await Invariance(model: model, kernels: path.rawValue) { _ in
            let neighbours = try (0..<6).map { neighbour in
                let tokens = Array(Self.tokens.reversed().prefix(9 + 15 * neighbour))
                let other = SumQuery(
                    site: neighbour % 2 == 0 ? .mlpAct : .residPost, layers: [1],
                    accumulations: [.squares], counted: [2..<tokens.count])
                return Job(
                    tokens: tokens, plan: try model.plan(promptCount: tokens.count), sums: other)
            }
            return (Job(tokens: Self.tokens, plan: plan, sums: query), neighbours)
        }.check()
        let elements = query.elementCount(model.shape) * query.layers.count
        #expect(alone.sums.count == elements * query.accumulations.count)
        #expect(alone.sums.allSatisfy { Double(bitPattern: $0).isFinite })
        #expect(alone.receipts.count == 2)
    }

    @Test("reuse what comes before the first counted row, and only that")
    func prefixes() async throws {
        let model = try TestModels.fixture("llama-gqa", .int8)
        let plan = try model.plan(
            hooks: ["scale 1.2 mlp.act.0"], promptCount: Self.tokens.count)
        func run(_ engine: StepEngine, _ counted: [Range<Int>]) async throws -> JobResult {
            try await engine.run(
                Job(tokens: Self.tokens, plan: plan, sums: query(counted: counted))
            ).result
        }
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        for first in [60, 40, 64, 99, 0, 15, 16] {
            let fresh = try StepEngine.make(model)
            defer { fresh.shutdown() }
            let expected = try await run(fresh, [first..<100])
            let result = try await run(engine, [first..<100])
            #expect(try bits(result.sums) == bits(expected.sums), "from \(first)")
            #expect(result.receipts == expected.receipts)
            #expect(expected.cachedTokens == 0)
            let blocks = first == 60 ? 0 : first / KeyValueStore.blockPositions
            #expect(result.cachedTokens == blocks * KeyValueStore.blockPositions)
        }
    }

    @Test("a continuation is counted to its last token, and no logits are computed for it")
    func continuation() async throws {
        let model = try TestModels.fixture("llama-gqa", .f32)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        let hooks = ["scale 2 mlp.act.1 at generated", "scale 3 logits", "zero mlp.act.0 at -1"]
        let plan = try model.plan(hooks: hooks, promptCount: 60, rows: 100)
        let job = Job(
            tokens: Self.tokens, promptCount: 60, plan: plan, sums: query(counted: [60..<100]))
        let result = try await engine.run(job).result
        #expect(result.receipts.map(\.rows) == [40, 0, 1])
        #expect(result.logProbabilities.isEmpty && result.promptTokens == 60)
        let whole = try model.plan(
            hooks: ["scale 2 mlp.act.1 at 60:", "zero mlp.act.0 at 59"], promptCount: 100)
        let same = try await engine.run(
            Job(tokens: Self.tokens, plan: whole, sums: query(counted: [60..<100])))
        #expect(try bits(result.sums) == bits(same.result.sums))
    }

    @Test("scaled neurons have scaled sums, and no others change in their layer")
    func hooks() async throws {
        let model = try TestModels.fixture("llama-gqa", .f32)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        func sums(_ hooks: [String]) async throws -> RowSums {
            let plan = try model.plan(hooks: hooks, promptCount: Self.tokens.count)
            let job = Job(
                tokens: Self.tokens, plan: plan, sums: query(layers: [1], [.magnitudes]))
            return try #require(await engine.run(job).result.sums)
        }
        let (plain, scaled) = (try await sums([]), try await sums(["scale 4 L1N7"]))
        for element in 0..<plain.count {
            let factor = element == 7 ? 4.0 : 1
            #expect(scaled.sums[element] == factor * plain.sums[element])
        }
        #expect(plain.sums[7] > 0)
    }

    @Test("their memory is told while the job runs and given back")
    func memory() async throws {
        let model = try TestModels.fixture("llama-gqa", .f32)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        let plan = try model.plan(promptCount: Self.tokens.count)
        let query = query()
        let job = Job(tokens: Self.tokens, plan: plan, sums: query)
        let width = model.shape.neuronCount
        #expect(try engine.prepare(job).captureByteCount == 5 * 2 * width * 8)
        var result: JobResult? = try await engine.run(job).result
        #expect(engine.statistics.captureBytes == 5 * 2 * width * 8)
        #expect(result?.sums != nil)
        result = nil
        // When another job has run, the engine has let go of this one.
        _ = try await engine.run(Job(tokens: [5], plan: model.plan(promptCount: 1)))
        #expect(engine.statistics.captureBytes == 0)
    }
}
