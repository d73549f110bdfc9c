import Engine
import Foundation
import Kernels
import TestSupport
import Testing

/// What value vectors promote and demote, against NumPy on the files' weights.
@Suite("Vocabulary projections equal NumPy's")
struct ProjectionTests {
    private struct Golden: Decodable {
        struct Tokens: Decodable {
            let ids: [Int32]
            let scores: [Double]
        }

        let layer: Int
        let neuron: Int
        let convention: String
        let promoted: Tokens
        let demoted: Tokens
    }

    @Test(
        "top and bottom 20 in both conventions, tied or not, with either norm",
        arguments: [
            "gpt2-learned", "gptj-parallel", "llama-bf16", "llama-gqa", "llama-mha",
            "mistral-window", "neox-parallel", "neox-sequential", "qwen2-bias", "qwen3-norm",
        ])
    func goldens(name: String) throws {
        let model = try TestModels.fixture(name, .f32)
        let file = TestData.fixtures.appending(path: "\(name)/projections.json")
        let goldens = try JSONDecoder().decode([Golden].self, from: Data(contentsOf: file))
        #expect(goldens.count == 6)
        let algebra = WeightAlgebra(model)
        for golden in goldens {
            let vector = try algebra.vector(.value, layer: golden.layer, neuron: golden.neuron)
            let convention = golden.convention == "raw" ? WeightAlgebra.Convention.raw : .normed
            let found = algebra.project([vector], convention: convention, count: 20)[0]
            check(found.promoted, golden.promoted)
            check(found.demoted, golden.demoted)
        }
    }

    private func check(_ found: [ScoredToken], _ expected: Golden.Tokens) {
        #expect(found.map(\.id) == expected.ids)
        let largest = expected.scores.map(abs).max() ?? 0
        for (token, score) in zip(found, expected.scores) {
            #expect(abs(Double(token.logit) - score) <= 1e-6 * largest)
        }
    }
}
