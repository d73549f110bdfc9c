import Engine
import Foundation
import Hooks
import Kernels
import Testing

/// What hooks do and read depends on their own sequence alone.
@Suite("Hooks have the same bits")
struct HookInvarianceTests {
    /// Actions at every kind of site, on whole sites, on many single units and on some rows.
    static let hooks =
        [
            "scale 1.01 embed", "add 0.02 resid_pre.1", "scale 0.9 attn.q.0", "add 0.1 attn.k.1",
            "scale 1.1 attn.v.0[1] at 3:", "scale 0.9 attn.pattern.1[2-3]",
            "noise 0 0.1 5 attn.z.1", "zero L0H1 at 2:", "scale 0.8 attn.out.0",
            "clamp -0.1 0.1 resid_mid.0", "scale 1.2 mlp.gate.0[0-99]", "add 0.01 mlp.up.1",
            "scale 1.5 mlp.act.0[\((0..<40).map { "\(4 * $0 + 1)" }.joined(separator: ","))]",
            "zero mlp.act.0[3-20] at prompt", "set 0.25 mlp.act.1[7] at -1",
            "value-noise 0 0.05 3 relative L1N3-9", "scale 1.1 mlp.out.1",
            "add -0.01 resid_post.0 at tokens(42,116)", "scale 1.02 final_norm",
        ]
    /// Captures of every kind, some of them between two actions of one site.
    static let captures =
        [
            "mlp.act.0 mean_abs", "mlp.act.0 mean_abs pre", "mlp.act.1 rms at 4:",
            "mlp.gate.0 max", "mlp.up.1[5,9,40-60] sum pre", "mlp.act.1 count>0.01",
            "resid_mid.0 mean pre", "resid_mid.0 l2", "mlp.out.1 mean pre", "mlp.out.1 mean",
            "resid_post.1 top_k(4)", "resid_post.0 norm", "attn.z.1[1-3] top_k(3,abs)",
            "attn.q.0 mean", "attn.k.1[0]", "mlp.act.0", "mlp.act.1[2-30] f16 at prompt",
            "attn.pattern.1[2]", "attn.out.0 mean_abs at prompt", "embed mean", "logits entropy",
            "logits top_k(2) at last", "final_norm norm pre",
        ]

    @Test("for any number of threads, any chunking, alone or in a batch")
    func invariance() async throws {
        let model = try TestModels.fixture("llama-gqa", .int8)
        let tokens = (0..<100).map { Int32(($0 * 37) % 290 + 5) }
        let plan = try model.plan(
            hooks: Self.hooks, captures: Self.captures, promptCount: tokens.count,
            rows: tokens.count + 3)
        let alone = try await Invariance(model: model) { _ in
            let job = Job(
                tokens: tokens, plan: plan,
                generation: Generation(maxTokens: 4, ignoresEnd: true))
            let neighbours = try (0..<6).map { neighbour in
                let other = Array(tokens.reversed().prefix(9 + 5 * neighbour))
                let hooks = neighbour % 2 == 0 ? [] : ["zero mlp.act.0", "scale 2 mlp.out.1"]
                return Job(
                    tokens: other,
                    plan: try model.plan(
                        hooks: hooks, captures: ["mlp.act.0 mean_abs"], promptCount: other.count))
            }
            return (job, neighbours)
        }.check()
        let receipts = alone.receipts
        #expect(alone.captures.count == Self.captures.count + 3)
        #expect(receipts.map(\.action) == Array(Self.hooks.indices))
        #expect(receipts.allSatisfy { $0.rows > 0 && $0.changeL2 > 0 && $0.changeL2.isFinite })
    }

    @Test("what is read before, between and after actions is what they made of it")
    func order() async throws {
        let model = try TestModels.fixture("llama-gqa", .f32)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        let tokens = (0..<30).map { Int32($0 + 5) }
        for site in [
            "resid_pre.1", "attn.q.0", "attn.z.1", "attn.out.0", "resid_mid.1", "mlp.gate.0",
            "mlp.up.0", "mlp.act.1", "mlp.out.0", "resid_post.0", "final_norm", "logits",
        ] {
            let plan = try model.plan(
                hooks: ["scale 2 \(site)", "add 1 \(site)"],
                captures: ["\(site) pre", site, "\(site) sum pre", "\(site) sum"],
                promptCount: tokens.count)
            let (_, result) = try await engine.run(Job(tokens: tokens, plan: plan))
            let before = result.captures[0].floats
            #expect(result.captures[1].floats == before.map { 2 * $0 + 1 }, "\(site)")
            for index in 0..<2 {
                let (raw, sums) = (result.captures[index], result.captures[index + 2])
                let width = raw.shape[1]
                let expected = (0..<width).map { column in
                    stride(from: column, to: raw.floats.count, by: width).reduce(0.0) {
                        $0 + Double(raw.floats[$1])
                    }
                }
                #expect(sums.values == .f64(expected), "\(site)")
            }
        }
    }

    @Test("sums over a pass that captures before actions break are those of whole passes")
    func brokenPasses() async throws {
        let model = try TestModels.fixture("llama-gqa", .int8)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        let tokens = (0..<40).map { Int32($0 + 5) }
        let hooks = ["scale 2 mlp.act.0", "add 1 resid_mid.0", "scale 0.5 resid_post.0"]
        let plain = ["logits", "mlp.act.0", "resid_post.0"]
        let breaking = ["mlp.act.0 mean pre", "resid_mid.0 mean pre", "resid_post.0 mean pre"]
        let answers = try await [plain, plain + breaking].asyncMap { captures in
            let plan = try model.plan(
                hooks: hooks, captures: captures, promptCount: tokens.count)
            return try await engine.run(Job(tokens: tokens, plan: plan)).result
        }
        #expect(answers[0].receipts == answers[1].receipts)
        #expect(answers[0].captures == Array(answers[1].captures[..<3]))
    }
}

extension Sequence {
    fileprivate func asyncMap<Result>(
        _ transform: (Element) async throws -> Result
    ) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
