import ArgumentParser
import Foundation
import ModelFile
import Tokenizer

/// Measures how fast texts become tokens, on one thread.
struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Measure how fast a text becomes tokens, in one call and in small parts.",
        discussion: """
            The text is tokenized in one call, and again in parts of 3 kB; the two take turns, \
            rates are medians. One thread does all of it.

            Example: neurond-bench tokenize --model Models/abacus --file README.md
            """)

    @Option(help: "A model or vocabulary: GGUF file or directory; repeatable.")
    var model: [String]

    @Option(help: "The text, UTF-8.")
    var file: String

    @Option(help: "How often everything is measured.")
    var repetitions = 5

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard repetitions >= 1 else {
            throw ValidationError("--repetitions: it is \(repetitions); accepted: 1 or more")
        }
    }

    func run() throws {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw BenchError.unusable(
                option: "--file", reason: "\(file) cannot be read", accepted: "a text file")
        }
        let bench = TokenizeBench(text: [UInt8](data), repetitions: repetitions)
        let rows = try model.map { path in
            try bench.row(path, TextTokenizer(ModelSource.tokenizer(at: path)))
        }
        try TokenizeReport(byteCount: data.count, repetitions: repetitions, rows: rows)
            .print(asJSON: json)
    }
}

/// Tokenizes one text over and over.
struct TokenizeBench {
    /// Bytes of a small part.
    private static let partByteCount = 3_000

    let text: [UInt8]
    let repetitions: Int

    func row(_ path: String, _ tokenizer: TextTokenizer) throws -> TokenizeReport.Row {
        let parts = parts()
        var tokenCount = 0
        var whole = Samples()
        var inParts = Samples()
        for _ in 0..<repetitions {
            let (one, ids) = try Clock.time {
                try tokenizer.encode(bytes: text, addSpecial: false, parseSpecial: false)
            }
            let (many, _) = try Clock.time {
                for part in parts {
                    _ = try tokenizer.encode(bytes: part, addSpecial: false, parseSpecial: false)
                }
            }
            tokenCount = ids.count
            whole.add(Double(text.count) / 1e6 / max(one, 1e-9))
            inParts.add(Double(text.count) / 1e6 / max(many, 1e-9))
        }
        return TokenizeReport.Row(
            model: path, tokens: tokenCount, wholeMegabytesPerSecond: whole.median,
            partsMegabytesPerSecond: inParts.median)
    }

    /// The text in parts that begin and end between characters.
    private func parts() -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var start = 0
        while start < text.count {
            var end = min(start + Self.partByteCount, text.count)
            while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
            parts.append(Array(text[start..<end]))
            start = end
        }
        return parts
    }
}

/// What `tokenize` found out.
struct TokenizeReport: Report {
    /// One tokenizer.
    struct Row: Encodable {
        let model: String
        let tokens: Int
        let wholeMegabytesPerSecond: Double
        let partsMegabytesPerSecond: Double
    }

    let byteCount: Int
    let repetitions: Int
    let rows: [Row]

    var tables: [TextTable] {
        var table = TextTable(
            "Tokens of \(byteCount) bytes, one thread",
            ["model", "tokens", "one call, MB/s", "3 kB at a time, MB/s"])
        table.rows = rows.map {
            [
                $0.model, "\($0.tokens)", $0.wholeMegabytesPerSecond.short,
                $0.partsMegabytesPerSecond.short,
            ]
        }
        return [table]
    }
}
