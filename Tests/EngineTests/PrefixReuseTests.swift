import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import Testing

/// What is reused, and what never is.
@Suite("Prefix reuse")
struct PrefixReuseTests {
    private let tokens = (0..<100).map { Int32(($0 * 37) % 290 + 5) }

    private func make(
        sharesPrefixes: Bool = true, keyValueBytes: Int = 64 << 20
    ) throws -> StepEngine {
        try StepEngine(
            model: TestModels.fixture("llama-gqa", .int8), objects: ObjectStore(),
            options: .init(
                threads: 2, keyValueBytes: keyValueBytes, sharesPrefixes: sharesPrefixes))
    }

    /// How many tokens of a prompt came from the cache.
    private func cached(
        _ engine: StepEngine, _ tokens: [Int32]? = nil, hooks: [String] = [],
        captures: [String] = [], share: JobShare = JobShare()
    ) async throws -> Int {
        let tokens = tokens ?? self.tokens
        let plan = try engine.model.plan(
            hooks: hooks, captures: captures, promptCount: tokens.count)
        return try await engine.run(Job(tokens: tokens, plan: plan, share: share)).result
            .cachedTokens
    }

    @Test("a hook on the prefix never meets rows without it, or under another one")
    func hooksOnThePrefix() async throws {
        let engine = try make()
        defer { engine.shutdown() }
        #expect(try await cached(engine) == 0)
        #expect(try await cached(engine) == 96)
        let plans = [
            ["scale 2 mlp.act.0"], ["scale 2.5 mlp.act.0"], ["scale 2 mlp.act.1"],
            ["scale 2 mlp.act.0[1-5]"], ["zero mlp.act.0"], ["noise 0 1 1 mlp.act.0"],
            ["noise 0 1 2 mlp.act.0"], ["scale 2 mlp.act.0 at 0"],
            ["zero mlp.act.1", "scale 2 mlp.act.0"],
        ]
        for hooks in plans { #expect(try await cached(engine, hooks: hooks) == 0, "\(hooks)") }
        for hooks in plans { #expect(try await cached(engine, hooks: hooks) == 96, "\(hooks)") }
    }

    @Test("a hook on later rows shares the rows before it")
    func hooksAfterThePrefix() async throws {
        let engine = try make()
        defer { engine.shutdown() }
        #expect(try await cached(engine) == 0)
        for (hooks, count) in [
            (["zero mlp.act.0 at last"], 96), (["zero mlp.act.0 at 70:"], 64),
            (["zero mlp.act.0 at -10"], 64), (["scale 2 logits"], 96),
            (["zero mlp.act.0 at 33"], 32),
        ] {
            #expect(try await cached(engine, hooks: hooks) == count, "\(hooks)")
        }
    }

    @Test("rows that a capture reads are run")
    func captures() async throws {
        let engine = try make()
        defer { engine.shutdown() }
        _ = try await cached(engine)
        for (capture, count) in [
            ("mlp.act.0", 0), ("mlp.act.0 at last", 96), ("mlp.act.0 mean at 64:", 64),
            ("mlp.act.0 at 63", 32), ("resid_post.0 norm at 31", 0),
        ] {
            #expect(try await cached(engine, captures: [capture]) == count, "\(capture)")
        }
    }

    @Test("the last row of a prompt is run, though its block is full")
    func wholeBlocks() async throws {
        let engine = try make()
        defer { engine.shutdown() }
        for (count, expected) in [(64, 32), (65, 64), (32, 0), (33, 32), (31, 0)] {
            let prompt = Array(tokens[..<count])
            _ = try await cached(engine, prompt)
            #expect(try await cached(engine, prompt) == expected)
        }
    }

    @Test("shares keep their prefixes to themselves where that is asked for")
    func privatePrefixes() async throws {
        let (mine, yours) = (JobShare(identifier: 1), JobShare(identifier: 2))
        let shared = try make()
        let apart = try make(sharesPrefixes: false)
        defer {
            shared.shutdown()
            apart.shutdown()
        }
        for engine in [shared, apart] { _ = try await cached(engine, share: mine) }
        #expect(try await cached(shared, share: yours) == 96)
        #expect(try await cached(apart, share: yours) == 0)
        #expect(try await cached(apart, share: mine) == 96)
    }

    @Test("memory stays within the key-value blocks, whatever was asked")
    func bound() async throws {
        let context = try TestModels.fixture("llama-gqa", .int8).contextBytes
        let engine = try make(keyValueBytes: context)
        defer { engine.shutdown() }
        for salt in 0..<60 {
            let prompt = tokens.map { ($0 + Int32(salt) * 7) % 290 + 5 }
            #expect(try await cached(engine, prompt) == 0)
            let held = engine.statistics
            #expect(held.prefixCacheBytes + held.keyValueBytes <= held.keyValueCapacity)
        }
        #expect(engine.statistics.prefixQueries == 60)
        #expect(engine.statistics.prefixHits == 0)
        #expect(engine.statistics.prefixEvictions > 0)
        let fullest = engine.statistics
        // A job that needs all of it has it.
        let long = (0..<engine.model.configuration.contextLength).map { Int32($0 % 200 + 3) }
        _ = try await cached(engine, long)
        #expect(engine.statistics.prefixEvictions > fullest.prefixEvictions)
    }

    @Test("hooks are counted as fired where they ran, and not where rows were reused")
    func firedHooks() async throws {
        let engine = try make()
        defer { engine.shutdown() }
        for _ in 0..<2 { _ = try await cached(engine, hooks: ["zero mlp.act.0"]) }
        let statistics = engine.statistics
        #expect(statistics.fired.values.reduce(0, +) == 104)
        #expect(statistics.promptRows == 104)
        #expect(statistics.reusedRows == 96)
    }
}
