import ArgumentParser
import Foundation
import ModelFile
import Tokenizer

/// Reads and validates a model file.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Read and validate a whole model: say what it is, or why it is refused.")

    @Argument(help: "A GGUF file or a Hugging Face model directory.")
    var path: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let report = try Self.report(path)
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        } else {
            for line in report.lines { print(line) }
        }
    }

    /// Describes a model after reading every weight, or a file that has a vocabulary alone.
    private static func report(_ path: String) throws -> ModelReport {
        do {
            let source = try ModelSource.open(path)
            try checkWeights(of: source)
            return try ModelReport(source)
        } catch let refusal as ModelFileError {
            // A vocabulary-only file is of use to `tokenize`; everything else stays refused.
            guard hasNoWeights(refusal), let tokenizer = try? ModelSource.tokenizer(at: path) else {
                throw refusal
            }
            return ModelReport(vocabulary: tokenizer, path: path)
        }
    }

    private static func hasNoWeights(_ refusal: ModelFileError) -> Bool {
        guard case .unsupported(let fault) = refusal else { return false }
        return fault.field == "tensor count"
    }

    /// Reads every row: a weight that is not a finite number is found here or nowhere.
    private static func checkWeights(of source: ModelSource) throws {
        var row: [Float] = []
        for role in roles(of: source.configuration) {
            let reader = try source.tensor(role)
            for index in 0..<reader.rows { try reader.readRow(index, into: &row) }
        }
    }

    private static func roles(of configuration: ModelConfiguration) -> [TensorRole] {
        let layers = (0..<configuration.layerCount).flatMap { layer -> [TensorRole] in
            [
                .attentionNorm(layer), .query(layer), .key(layer), .value(layer),
                .attentionOutput(layer), .mlpNorm(layer), .gate(layer), .up(layer), .down(layer),
            ]
        }
        return [.embedding] + layers + [.finalNorm] + (configuration.tiedHead ? [] : [.head])
    }
}
