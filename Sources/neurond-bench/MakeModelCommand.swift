import ArgumentParser
import Foundation
import ModelFile
import Tokenizer

/// Writes a model with random weights.
struct MakeModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-model",
        abstract: "Write a GGUF model of a well-known shape with random weights.",
        discussion: """
            The file holds a vocabulary that tokenizes any text, and opens in neurond and in \
            llama.cpp. The same options write the same bytes.

            Example: neurond-bench make-model --shape 1b --type q8_0 -o 1b.gguf
            """)

    @Option(
        help: """
            0.1b (12 layers × 768), 1b (as Llama 3.2 1B), 3b (as Llama 3.2 3B), 7b (as Llama 2 \
            7B), or tiny, for tests.
            """)
    var shape: PresetShape

    @Option(help: "How matrices are stored: q8_0, q4_k or f16.")
    var type: WeightType

    @Option(help: "Selects the random weights, 0 to 65535.")
    var seed: UInt16 = 0

    @Option(name: [.short, .long], help: "Where to write the file.")
    var output: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let start = Clock.now
        let configuration = shape.configuration
        let tensors = configuration.ggufTensors(matrices: type.encoding)
        var writer = try GGUFWriter(
            replacing: output, metadata: metadata(configuration), tensors: tensors)
        let weights = RandomWeights(type: type, seed: UInt64(seed))
        for (index, tensor) in tensors.enumerated() {
            try append(tensor, index, weights, to: &writer)
        }
        try writer.commit()
        let attributes = try FileManager.default.attributesOfItem(atPath: output)
        let report = MakeModelReport(
            path: output, shape: shape.rawValue, configuration: configuration,
            type: type.rawValue, seed: Int(seed),
            parameters: tensors.reduce(0) { $0 + $1.shape.reduce(1, *) },
            fileBytes: (attributes[.size] as? NSNumber)?.intValue ?? 0,
            seconds: Clock.now - start)
        try report.print(asJSON: json)
    }

    private func metadata(
        _ configuration: ModelConfiguration
    ) -> [(key: String, value: GGUFMetadata)] {
        let vocabulary = InventedVocabulary.make(count: configuration.vocabularyCount)
        let model = configuration.ggufMetadata
        // The architecture stands first, as readers that stream the file expect.
        return Array(model.prefix(1)) + [
            ("general.type", .text("model")),
            ("general.name", .text("random \(shape.rawValue)")),
            ("general.file_type", .uint32(type.fileType)),
            ("general.quantization_version", .uint32(2)),
        ] + model.dropFirst() + vocabulary.ggufMetadata
    }

    private func append(
        _ tensor: GGUFWriter.Tensor, _ index: Int, _ weights: RandomWeights,
        to writer: inout GGUFWriter
    ) throws {
        guard let columns = tensor.shape.last, tensor.shape.count == 2 else {
            let ones = tensor.shape[0]
            return try writer.append((0..<ones).flatMap { _ in Self.one })
        }
        let rowsPerPiece = max(1, Self.pieceWeights / columns)
        for start in stride(from: 0, to: tensor.shape[0], by: rowsPerPiece) {
            let rows = start..<min(tensor.shape[0], start + rowsPerPiece)
            try writer.append(weights.rows(rows, columns: columns, tensor: index))
        }
    }

    /// Weights made and written at once: a few megabytes.
    private static let pieceWeights = 1 << 21

    /// A norm's gain of 1 in single precision, little-endian.
    private static let one: [UInt8] = [0, 0, 0x80, 0x3F]
}

/// What `make-model` did.
struct MakeModelReport: Report {
    let path: String
    let shape: String
    let configuration: ModelConfiguration
    let type: String
    let seed: Int
    let parameters: Int
    let fileBytes: Int
    let seconds: Double

    var tables: [TextTable] {
        var table = TextTable(path, ["shape", "type", "parameters", "bytes", "seconds"])
        table.rows.append(
            [shape, type, "\(parameters)", "\(fileBytes)", seconds.short])
        return [table]
    }
}
