import Engine
import Foundation

/// Work that several programs do.
enum Work: Sendable {
    /// One prompt of so many tokens.
    case prompt(Int)
    /// So many sequences that generate together, so many tokens each.
    case decode(sequences: Int, tokens: Int)

    var name: String {
        switch self {
        case .prompt(let count): "prompt of \(count)"
        case .decode(let sequences, _):
            sequences == 1 ? "decoding, 1 sequence" : "decoding, \(sequences) sequences"
        }
    }
}

/// A program that is compared.
protocol Contender: AnyObject {
    var name: String { get }

    /// Tokens a second, of all sequences together; nil for work that this program is not asked.
    func rate(of work: Work) throws -> Double?
}

/// This package's engine, in this process.
final class EngineContender: Contender {
    let name = "neurond"
    private var bench: ModelBench

    /// Does every work once, as the other programs warm up too.
    init(_ engine: BenchEngine, warmingUpWith works: [Work]) throws {
        bench = ModelBench(engine)
        for work in works { _ = try rate(of: work) }
    }

    func rate(of work: Work) throws -> Double? {
        switch work {
        case .prompt(let count): try bench.prompt(count, .plain)
        case .decode(let sequences, let tokens):
            try bench.decode(sequences: sequences, tokens: tokens)
        }
    }
}

/// llama.cpp through its own benchmarks, which warm up, clear their state and invent tokens.
final class LlamaContender: Contender {
    let name = "llama.cpp"
    private let bench: String
    private let batchedBench: String?
    private let common: [String]

    init(bench: String, batchedBench: String?, model: String, threads: Int) {
        self.bench = bench
        self.batchedBench = batchedBench
        common = ["-m", model, "-t", "\(threads)"]
    }

    private struct Result: Decodable {
        let avgTs: Double
    }

    private struct BatchedResult: Decodable {
        let speedTg: Double
    }

    func rate(of work: Work) throws -> Double? {
        switch work {
        case .prompt(let count): try single(["-p", "\(count)", "-n", "0"])
        case .decode(sequences: 1, let tokens): try single(["-p", "0", "-n", "\(tokens)"])
        case .decode(let sequences, let tokens): try batched(sequences, tokens)
        }
    }

    private func single(_ arguments: [String]) throws -> Double {
        let data = try PeerProcess.output(
            bench, common + arguments + ["-r", "1", "-o", "json"])
        let results = try PeerProcess.decode([Result].self, data, from: bench)
        guard let rate = results.first?.avgTs else {
            throw BenchError.peer(program: bench, reason: "answered no result")
        }
        return rate
    }

    private func batched(_ sequences: Int, _ tokens: Int) throws -> Double? {
        guard let batchedBench else { return nil }
        let prompt = ModelBench.decodePromptCount
        let arguments =
            common + [
                "-c", "\(sequences * Self.paddedContext(prompt + tokens))", "-npp", "\(prompt)",
                "-ntg", "\(tokens)", "-npl", "\(sequences)", "--output-format", "jsonl",
            ]
        // A thread of its own writes the answer, and the program's end may overtake it.
        for _ in 0..<Self.attempts {
            let data = try PeerProcess.output(batchedBench, arguments)
            let lines = data.split(separator: UInt8(ascii: "\n"))
            guard let line = lines.last.map({ Data($0) }) else { continue }
            return try PeerProcess.decode(BatchedResult.self, line, from: batchedBench).speedTg
        }
        throw BenchError.peer(
            program: batchedBench, reason: "answered nothing, \(Self.attempts) times")
    }

    private static let attempts = 5

    /// Positions of one sequence, in the pieces that llama.cpp gives out.
    private static func paddedContext(_ count: Int) -> Int { (count + 255) / 256 * 256 }
}

/// OpenVINO GenAI in a Python process that keeps its model from one question to the next.
final class OpenVINOContender: Contender {
    let name = "OpenVINO"
    private let python: String
    private let conversation: PeerConversation

    init(python: String, script: String, model: String, threads: Int) throws {
        self.python = python
        conversation = try PeerConversation(
            python, [script, "serve", "--model", model, "--threads", "\(threads)"])
        _ = try ask(#"{"prompt": 8}"#)
    }

    private struct Answer: Decodable {
        let rate: Double
    }

    func rate(of work: Work) throws -> Double? {
        switch work {
        case .prompt(let count): try ask(#"{"prompt": \#(count)}"#)
        case .decode(sequences: 1, let tokens):
            try ask(#"{"decode": \#(tokens), "prompt": \#(ModelBench.decodePromptCount)}"#)
        case .decode: nil
        }
    }

    private func ask(_ question: String) throws -> Double {
        try PeerProcess.decode(Answer.self, try conversation.ask(question), from: python).rate
    }
}
