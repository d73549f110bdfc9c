import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import TestSupport
import Testing
import Tokenizer

/// The model that the repository carries: the engine continues texts as transformers does, and
/// at int8 it still adds.
@Suite("abacus")
struct AbacusTests {
    /// A line of `abacus-texts.jsonl`.
    struct Text: Decodable, Sendable {
        let prompt: String
        let maxTokens: Int
        let text: String

        enum CodingKeys: String, CodingKey {
            case prompt
            case maxTokens = "max_tokens"
            case text
        }
    }

    /// What the tests read of a line of `Models/abacus/data`.
    struct Case: Decodable, Sendable {
        let prompt: String
        let answer: String
        let tags: [String: String]
    }

    static let folder = TestData.packageRoot.appending(path: "Models/abacus")

    private func lines<Line: Decodable>(_ url: URL) throws -> [Line] {
        try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Line.self, from: $0)
        }
    }

    /// Greedy continuations, in the order of the prompts.
    private func continuations(
        _ form: WeightForm, _ asked: [(prompt: String, maxTokens: Int)]
    ) async throws -> [String] {
        let model = try TestModels.load(Self.folder, form)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        return try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for (index, question) in asked.enumerated() {
                group.addTask { (index, try await continuation(engine, question)) }
            }
            var texts = [String](repeating: "", count: asked.count)
            for try await (index, text) in group { texts[index] = text }
            return texts
        }
    }

    private func continuation(
        _ engine: StepEngine, _ question: (prompt: String, maxTokens: Int)
    ) async throws -> String {
        let tokens = engine.model.tokenizer.encode(question.prompt)
        let plan = try engine.model.plan(
            promptCount: tokens.count, rows: tokens.count + question.maxTokens - 1)
        let job = Job(
            tokens: tokens, plan: plan, generation: Generation(maxTokens: question.maxTokens))
        let (written, result) = try await engine.run(job)
        return written.map(\.text).joined() + result.heldText
    }

    @Test("at f32 the engine continues 200 prompts as transformers does")
    func texts() async throws {
        let url = TestData.fixtures.appending(path: "abacus-texts.jsonl")
        let expected: [Text] = try lines(url)
        #expect(expected.count == 200)
        let texts = try await continuations(.f32, expected.map { ($0.prompt, $0.maxTokens) })
        for (line, text) in zip(expected, texts) {
            #expect(text == line.text, "after \(line.prompt)")
        }
    }

    @Test("at int8 two digits are added and subtracted", arguments: ["+", "-"])
    func arithmetic(operation: String) async throws {
        let every: [Case] = try lines(Self.folder.appending(path: "data/arithmetic.jsonl"))
        let cases = every.filter {
            $0.tags["operation"] == operation && $0.tags["size"] == "two-digit"
        }
        let asked = stride(from: 0, to: cases.count, by: 2).map { cases[$0] }
        try #require(asked.count == 100)
        // A digit more than the answer, which must not be one.
        let texts = try await continuations(
            .int8, asked.map { ($0.prompt, $0.answer.count + 1) })
        let right = zip(asked, texts).count { item, text in
            text.prefix { $0.isNumber } == item.answer
        }
        #expect(right >= 95)
    }
}
