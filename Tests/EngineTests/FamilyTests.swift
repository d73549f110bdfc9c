import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import TestSupport
import Testing

/// What families have and lack beside Llama; their values are held against goldens elsewhere.
@Suite("Families")
struct FamilyTests {
    static let parallel = ["gptj-parallel", "neox-parallel"]
    static let ungated = ["gpt2-learned", "gptj-parallel", "neox-parallel", "neox-sequential"]

    @Test("a site that a family lacks is refused by name, with those it has", arguments: ungated)
    func absentSites(name: String) throws {
        let shape = try TestModels.fixture(name, .f32).shape
        func refusal(_ text: String) -> String? {
            do throws(HookError) {
                _ = try HookPlan(text: text).resolved(against: shape)
                return nil
            } catch { return error.description }
        }
        let up = try #require(refusal("capture mlp.up.0"))
        #expect(up.contains("mlp.up on this model") && up.contains("has no gate"))
        #expect(up.contains("mlp.gate, mlp.act"))
        #expect(!shape.sites.contains(.mlpUp))
        #expect(refusal("zero mlp.gate.0") == nil)
        let middle = refusal("zero resid_mid.0")
        if Self.parallel.contains(name) {
            #expect(middle?.contains("read the same input") == true)
            #expect(!shape.sites.contains(.residMid))
        } else {
            #expect(middle == nil)
            #expect(shape.sites.contains(.residMid))
        }
    }

    @Test("neurons without a gate have value and gate vectors", arguments: ungated)
    func vectors(name: String) throws {
        let model = try TestModels.fixture(name, .f32)
        let source = try ModelSource.open(
            TestData.fixtures.appending(path: "\(name)/hf").path)
        let algebra = WeightAlgebra(model)
        var row: [Float] = []
        try source.tensor(.gate(1)).readRow(5, into: &row)
        #expect(try algebra.vector(.gate, layer: 1, neuron: 5) == row)
        let value = try algebra.vector(.value, layer: 1, neuron: 5)
        for dimension in value.indices {
            try source.tensor(.down(1)).readRow(dimension, into: &row)
            #expect(row[5] == value[dimension])
        }
        let error = try #require(throws: EngineError.self) {
            try algebra.vector(.up, layer: 1, neuron: 5)
        }
        #expect(error.reason == "NOT_GATED")
    }

    @Test("a vector is read as tokens through a norm that takes the mean away")
    func projection() throws {
        let model = try TestModels.fixture("neox-parallel", .f32)
        let algebra = WeightAlgebra(model)
        let value = try algebra.vector(.value, layer: 0, neuron: 3)
        let shifted = value.map { $0 + 2 }
        let found = algebra.project([value, shifted], convention: .normed, count: 5)
        #expect(found[0].promoted.map(\.id) == found[1].promoted.map(\.id))
        let raw = algebra.project([value, shifted], convention: .raw, count: 5)
        #expect(raw[0].promoted.map(\.id) != raw[1].promoted.map(\.id))
    }

    @Test(
        "chunking, threads and paths change nothing", arguments: Goldens.families,
        [WeightForm.int8, .f16])
    func sameBits(name: String, form: WeightForm) async throws {
        let model = try TestModels.fixture(name, form)
        let prompt = try Goldens(name).manifest.prompt.tokens
        // Longer than a key-value block and than a window.
        let tokens = Array(repeatElement(prompt, count: 12).joined().prefix(75))
        #expect(tokens.count == 75)
        func answer(threads: Int, rows: Int, hooked: Bool) async throws -> JobResult {
            let engine = try StepEngine.make(model, threads: threads, rowsPerStep: rows)
            defer { engine.shutdown() }
            // A hook that changes nothing takes attention row by row.
            let plan = try model.plan(
                hooks: hooked ? ["scale 1 attn.pattern.*"] : [],
                captures: ["logits", "attn.z.1", "mlp.act.1", "resid_post.0"],
                promptCount: tokens.count, rows: tokens.count)
            return try await engine.run(Job(tokens: tokens, plan: plan)).result
        }
        let alone = try await answer(threads: 1, rows: 1, hooked: false)
        for (threads, rows) in [(1, 5), (2, 64), (3, 128)] {
            let other = try await answer(threads: threads, rows: rows, hooked: false)
            #expect(other.captures == alone.captures, "\(threads) threads, \(rows) rows")
        }
        let hooked = try await answer(threads: 2, rows: 64, hooked: true)
        #expect(hooked.captures == alone.captures)
    }
}
