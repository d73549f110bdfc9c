import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import Testing

/// Reductions are what the same arithmetic on captured rows gives.
@Suite("Reductions equal arithmetic on raw rows")
struct ReductionTests {
    private func capture(_ captures: [String]) async throws -> [CapturedTensor] {
        let model = try TestModels.fixture("llama-mha", .f32)
        let engine = try StepEngine.make(model, rowsPerStep: 5)
        defer { engine.shutdown() }
        let tokens = try Goldens("llama-mha").manifest.prompt.tokens
        let plan = try model.plan(captures: captures, promptCount: tokens.count)
        return try await engine.run(Job(tokens: tokens, plan: plan)).result.captures
    }

    /// Columns of a (rows, width) tensor in double precision.
    private func columns(_ tensor: CapturedTensor) -> [[Double]] {
        let width = tensor.shape[1]
        let values = tensor.floats.map { Double($0) }
        return (0..<width).map { column in
            (0..<tensor.shape[0]).map { values[$0 * width + column] }
        }
    }

    @Test("per unit over positions")
    func perUnit() async throws {
        let names = ["mean", "mean_abs", "rms", "l2", "max", "sum", "count>0.1"]
        let answers = try await capture(
            ["mlp.act.1[3-9] at 2:"] + names.map { "mlp.act.1[3-9] \($0) at 2:" })
        let raw = columns(answers[0])
        let expected: [([Double]) -> Double] = [
            { $0.reduce(0, +) / Double($0.count) },
            { $0.reduce(0) { $0 + abs($1) } / Double($0.count) },
            { ($0.reduce(0) { $0 + $1 * $1 } / Double($0.count)).squareRoot() },
            { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() },
            { $0.max() ?? .nan },
            { $0.reduce(0, +) },
            { Double($0.filter { $0 > 0.1 }.count) },
        ]
        for (index, reduce) in expected.enumerated() {
            guard case .f64(let values) = answers[index + 1].values else {
                Issue.record("\(names[index]) is not f64")
                continue
            }
            #expect(values.count == 7)
            for (value, column) in zip(values, raw) {
                #expect(abs(value - reduce(column)) <= 1e-12, "\(names[index])")
            }
            #expect(answers[index + 1].reducedRows == raw[0].count)
        }
    }

    @Test(
        "per row: top_k by value norm is |m|·‖v‖ of raw rows and value vectors",
        arguments: [
            ("llama-mha", WeightForm.f32), ("llama-mha", .int8), ("gptj-parallel", .f16),
        ])
    func byValueNorm(_ fixture: String, _ form: WeightForm) async throws {
        let model = try TestModels.fixture(fixture, form)
        let engine = try StepEngine.make(model, rowsPerStep: 5)
        defer { engine.shutdown() }
        let tokens = try Goldens(fixture).manifest.prompt.tokens
        let captures = ["mlp.act", "mlp.act top_k(5,value_norm)"]
        let plan = try model.plan(
            captures: captures, promptCount: tokens.count, rows: tokens.count + 3)
        let job = Job(
            tokens: tokens, plan: plan,
            generation: Generation(maxTokens: 4, ignoresEnd: true))
        let answers = try await engine.run(job).result.captures
        let layers = model.configuration.layerCount
        let algebra = WeightAlgebra(model)
        for layer in 0..<layers {
            let (raw, top) = (answers[layer], Array(answers[(layers + 3 * layer)...].prefix(3)))
            let names = ["", ".indices", ".scores"].map { raw.name + ":top_k" + $0 }
            #expect(top.map(\.name) == names)
            let norms = try (0..<raw.shape[1]).map { neuron in
                WeightAlgebra.norm(try algebra.vector(.value, layer: layer, neuron: neuron))
            }
            #expect(model.valueNorms(ofLayer: layer) == norms)
            guard case .i32(let indices) = top[1].values else {
                Issue.record("indices are not i32")
                continue
            }
            for row in 0..<tokens.count + 3 {
                let values = Array(raw.floats[(row * norms.count)...].prefix(norms.count))
                let scores = zip(values, norms).map { abs($0) * $1 }
                let order = Array(
                    scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(5))
                let place = row * 5..<row * 5 + 5
                #expect(indices[place].map(Int.init) == order)
                #expect(Array(top[0].floats[place]) == order.map { values[$0] })
                #expect(Array(top[2].floats[place]) == order.map { scores[$0] })
            }
        }
    }

    @Test("per row: top_k by value norm of some neurons answers their own indices")
    func byValueNormOfSome() async throws {
        let answers = try await capture(["L1N3,9,40-50", "L1N3,9,40-50 top_k(2,value_norm)"])
        let units = [3, 9] + Array(40...50)
        let norms = try TestModels.fixture("llama-mha", .f32).valueNorms(ofLayer: 1)
        guard case .i32(let indices) = answers[2].values else { return }
        for row in 0..<answers[0].shape[0] {
            let values = answers[0].floats[(row * units.count)...].prefix(units.count)
            let scores = zip(values, units).map { abs($0) * norms[$1] }
            let order = scores.indices.sorted { scores[$0] > scores[$1] }.prefix(2)
            #expect(indices[(row * 2)..<(row * 2 + 2)].map(Int.init) == order.map { units[$0] })
        }
    }

    @Test("per row: top_k, norm and dot")
    func perRow() async throws {
        let vector = (0..<32).map { "\(Float($0) * 0.25 - 3)" }.joined(separator: ",")
        let answers = try await capture([
            "resid_post.1", "resid_post.1 top_k(3)", "resid_post.1 norm",
            "resid_post.1 dot([\(vector)])",
        ])
        let width = 32
        let values = answers[0].floats
        for row in 0..<answers[0].shape[0] {
            let elements = Array(values[(row * width)..<((row + 1) * width)])
            let order = elements.indices.sorted { elements[$0] > elements[$1] }
            guard case .i32(let indices) = answers[2].values else { return }
            #expect(Array(indices[(row * 3)..<(row * 3 + 3)]) == order.prefix(3).map { Int32($0) })
            #expect(
                Array(answers[1].floats[(row * 3)..<(row * 3 + 3)])
                    == order.prefix(3).map { elements[$0] })
            guard case .f64(let norms) = answers[3].values, case .f64(let dots) = answers[4].values
            else { return }
            let norm = elements.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            #expect(abs(norms[row] - norm) <= 1e-12)
            let dot = elements.enumerated().reduce(0.0) {
                $0 + Double($1.element) * (Double($1.offset) * 0.25 - 3)
            }
            #expect(abs(dots[row] - dot) <= 1e-9)
        }
    }

    @Test("logits: logprob, rank, entropy and KL to itself")
    func logits() async throws {
        let raw = try await capture(["logits at last"])[0].floats
        let inline = raw.map { "\($0)" }.joined(separator: ",")
        let answers = try await capture([
            "logits logprob(5,9) at last", "logits rank(5,9) at last", "logits entropy at last",
            "logits kl([\(inline)]) at last",
        ])
        let sum = raw.reduce(0.0) { $0 + exp(Double($1)) }
        let logProbabilities = raw.map { Double($0) - log(sum) }
        guard case .f64(let scored) = answers[0].values,
            case .i32(let ranks) = answers[1].values,
            case .f64(let entropy) = answers[2].values,
            case .f64(let divergence) = answers[3].values
        else {
            Issue.record("unexpected types")
            return
        }
        for (index, id) in [5, 9].enumerated() {
            #expect(abs(scored[index] - logProbabilities[id]) <= 1e-9)
            #expect(Int(ranks[index]) == raw.filter { $0 > raw[id] }.count)
        }
        let expected = -logProbabilities.reduce(0) { $0 + exp($1) * $1 }
        #expect(abs(entropy[0] - expected) <= 1e-9)
        #expect(abs(divergence[0]) <= 1e-9)
    }

    @Test("top_k of heads answers elements of the row; no rows give no numbers, in full shape")
    func edges() async throws {
        let answers = try await capture([
            "attn.z.0[1-2] top_k(2)", "attn.z.0[1-2]", "mlp.act.1[3-9] mean at tokens(299)",
            "mlp.act.1[3-9] sum at tokens(299)",
        ])
        guard case .i32(let indices) = answers[1].values else { return }
        #expect(answers[1].name == "attn.z.0:top_k.indices")
        let raw = answers[2].floats
        let width = answers[2].shape[1]
        for row in 0..<answers[0].shape[0] {
            let elements = Array(raw[(row * width)..<((row + 1) * width)])
            let best = elements.indices.max { elements[$0] < elements[$1] } ?? 0
            // Head 1 begins at element 8 of the row.
            #expect(Int(indices[row * 2]) == 8 + best)
        }
        #expect(answers[3].shape == [7])
        let means = answers[3].floats
        #expect(means.filter { $0.isNaN }.count == 7)
        #expect(answers[4].floats == [0, 0, 0, 0, 0, 0, 0])
    }

    @Test("pre reads before the action, the default after it")
    func beforeAndAfter() async throws {
        let model = try TestModels.fixture("llama-mha", .f32)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        let tokens: [Int32] = [1, 70, 90]
        let plan = try model.plan(
            hooks: ["scale 3 L1N4"], captures: ["mlp.act.1[4] pre", "mlp.act.1[4]"],
            promptCount: 3)
        let (_, result) = try await engine.run(Job(tokens: tokens, plan: plan))
        #expect(result.captures[1].floats == result.captures[0].floats.map { $0 * 3 })
        #expect(result.captures.map(\.name) == ["mlp.act.1", "mlp.act.1#2"])
    }
}
