import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import TestSupport
import Testing

/// A real trained model, where the test material is present.
@Suite("stories260K", Material.isPresent)
struct StoriesTests {
    struct Golden: Decodable {
        let tokens: [Int32]
        let logits: [String: [Float]]

        enum CodingKeys: String, CodingKey {
            case tokens
            case logits = "logits_fp64_at"
        }
    }

    static let sources = ["stories260K.gguf", "stories260K-hf", "stories260K-hf-sharded"]

    private func folder() throws -> URL {
        URL(filePath: try Material.path("stories260k"))
    }

    private func golden() throws -> Golden {
        let data = try Data(contentsOf: folder().appending(path: "golden.json"))
        return try JSONDecoder().decode(Golden.self, from: data)
    }

    @Test(
        "greedy text is the golden one", arguments: sources, [WeightForm.f32, .f16])
    func greedy(source: String, form: WeightForm) async throws {
        let golden = try golden()
        let model = try TestModels.load(folder().appending(path: source), form)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        let plan = try model.plan(promptCount: 1)
        let job = Job(
            tokens: [golden.tokens[0]], plan: plan, generation: Generation(maxTokens: 200))
        let (tokens, _) = try await engine.run(job)
        #expect(tokens.map(\.id) == Array(golden.tokens.dropFirst()))
    }

    @Test("f32 logits agree with float64", arguments: sources)
    func logits(source: String) async throws {
        let golden = try golden()
        let model = try TestModels.load(folder().appending(path: source), .f32)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        let logits = try await engine.logits(golden.tokens)
        let width = model.shape.vocabularyCount
        for (position, row) in golden.logits {
            let start = (Int(position) ?? -1) * width
            let difference = zip(logits[start..<(start + width)], row).map { abs($0 - $1) }.max()
            #expect(try #require(difference) <= 1e-3, "position \(position)")
        }
        #expect(golden.logits.count == 5)
    }

    @Test("int8 diverges from f32 by at most 0.01 nats a token", arguments: sources)
    func divergence(source: String) async throws {
        let golden = try golden()
        let url = try folder().appending(path: source)
        var rows: [[Float]] = []
        for form in [WeightForm.f32, .int8] {
            let model = try TestModels.load(url, form)
            let engine = try StepEngine.make(model)
            defer { engine.shutdown() }
            rows.append(try await engine.logits(golden.tokens))
        }
        let width = 512
        let count = golden.tokens.count
        let mean =
            (0..<count).reduce(0.0) { sum, row in
                let range = (row * width)..<((row + 1) * width)
                return sum + divergence(Array(rows[0][range]), Array(rows[1][range]))
            } / Double(count)
        print("stories260K \(source): mean KL(f32 ‖ int8) = \(mean) nats")
        #expect(mean <= 0.01)
    }

    private func divergence(_ first: [Float], _ second: [Float]) -> Double {
        func logSoftmax(_ row: [Float]) -> [Double] {
            let sum = row.reduce(0.0) { $0 + exp(Double($1)) }
            return row.map { Double($0) - log(sum) }
        }
        return zip(logSoftmax(first), logSoftmax(second)).reduce(0) { sum, pair in
            sum + exp(pair.0) * (pair.0 - pair.1)
        }
    }
}
