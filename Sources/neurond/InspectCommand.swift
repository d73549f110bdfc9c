import ArgumentParser
import Foundation
import ModelFile
import Tokenizer

/// Reads and validates a model file.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Read and validate a whole model: say what it is, or why it is refused.",
        discussion: """
            A refused file is exit status 1 and one line that says why.

            Example: neurond inspect model.gguf --json
            """)

    @Argument(help: "A GGUF file or a Hugging Face model directory.")
    var path: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let summary = try ModelSummary.inspect(path)
        let digest =
            summary.tokenCount == nil ? nil : try ModelSource.tokenizer(at: path).digest
        let facts = Fact.all(of: summary, tokenizerDigest: digest)
        guard json else {
            for fact in facts { if let line = fact.line { print(line) } }
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let members = facts.compactMap { fact in fact.value.map { (fact.key, $0) } }
        let object = Dictionary(uniqueKeysWithValues: members)
        print(String(decoding: try encoder.encode(object), as: UTF8.self))
    }
}

/// One thing that `inspect` says: under a label to people, under a key in JSON.
private struct Fact {
    enum Value: Encodable {
        case text(String)
        case number(Int)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            }
        }
    }

    let label: String
    let key: String
    /// Nil where the path holds no such thing.
    let value: Value?

    init(_ label: String, _ key: String, _ text: String?) {
        (self.label, self.key, value) = (label, key, text.map { .text($0) })
    }

    init(_ label: String, _ key: String, _ number: Int?) {
        (self.label, self.key, value) = (label, key, number.map { .number($0) })
    }

    /// The line for people.
    var line: String? {
        let text: String
        switch value {
        case .text(let value):
            text = key == "kind" ? ModelSummary.Kind(rawValue: value)?.explanation ?? value : value
        case .number(let value): text = "\(value)"
        case nil: return nil
        }
        return "\(label):".padding(toLength: 20, withPad: " ", startingAt: 0) + text
    }

    static func all(of summary: ModelSummary, tokenizerDigest: String?) -> [Fact] {
        let shape = summary.configuration
        return [
            Fact("path", "path", summary.path), Fact("kind", "kind", summary.kind.rawValue),
            Fact("format", "format", summary.format), Fact("name", "name", summary.name),
            Fact("architecture", "architecture", summary.architecture),
            Fact("weights", "weight_type", summary.sourceType),
            Fact("digest", "digest", summary.digest),
            Fact("file bytes", "file_bytes", summary.fileByteCount),
            Fact("parameters", "parameters", summary.parameterCount),
            Fact("layers", "layers", shape?.layerCount), Fact("width", "width", shape?.width),
            Fact("heads", "heads", shape?.headCount),
            Fact("key-value heads", "key_value_heads", shape?.keyValueHeadCount),
            Fact("head dimension", "head_dimension", shape?.headDimension),
            Fact("neurons per layer", "neurons", shape?.neuronCount),
            Fact("context length", "context_length", shape?.contextLength),
            Fact("vocabulary", "vocabulary", shape?.vocabularyCount ?? summary.tokenCount),
            Fact("tokenizer digest", "tokenizer_digest", tokenizerDigest),
        ]
    }
}

extension ModelSummary.Kind {
    fileprivate var explanation: String {
        switch self {
        case .model: "model"
        case .vocabulary: "vocabulary only: can tokenize, cannot be served"
        case .container: "container only: names no architecture, so it is no model"
        }
    }
}
