import Foundation
import ModelFile
import Tokenizer

/// What `inspect` says.
struct ModelReport: Encodable {
    var path: String
    var kind: String
    var format: String?
    var architecture: String?
    var weightType: String?
    var digest: String?
    var fileBytes: Int?
    var parameters: Int?
    var layers: Int?
    var width: Int?
    var heads: Int?
    var keyValueHeads: Int?
    var headDimension: Int?
    var neurons: Int?
    var contextLength: Int?
    var vocabulary: Int
    var tokenizerDigest: String?

    /// A whole model.
    init(_ source: ModelSource) throws {
        let shape = source.configuration
        path = source.path
        kind = "model"
        format = source.format
        architecture = shape.architecture
        weightType = source.sourceType
        digest = try source.digest()
        fileBytes = source.fileByteCount
        parameters = source.parameterCount
        layers = shape.layerCount
        width = shape.width
        heads = shape.headCount
        keyValueHeads = shape.keyValueHeadCount
        headDimension = shape.headDimension
        neurons = shape.neuronCount
        contextLength = shape.contextLength
        vocabulary = shape.vocabularyCount
        tokenizerDigest = source.tokenizer?.digest
    }

    /// A file with a vocabulary and no weights.
    init(vocabulary tokenizer: TokenizerSpecification, path: String) {
        self.path = path
        kind = "vocabulary"
        vocabulary = tokenizer.vocabularyCount
        tokenizerDigest = tokenizer.digest
    }

    /// The report for people, one fact a line.
    var lines: [String] {
        let facts: [(String, String?)] = [
            ("path", path),
            ("kind", kind == "model" ? kind : "vocabulary only: can tokenize, cannot be served"),
            ("format", format), ("architecture", architecture), ("weights", weightType),
            ("digest", digest), ("file bytes", fileBytes.map(String.init)),
            ("parameters", parameters.map(String.init)), ("layers", layers.map(String.init)),
            ("width", width.map(String.init)), ("heads", heads.map(String.init)),
            ("key-value heads", keyValueHeads.map(String.init)),
            ("head dimension", headDimension.map(String.init)),
            ("neurons per layer", neurons.map(String.init)),
            ("context length", contextLength.map(String.init)),
            ("vocabulary", "\(vocabulary)"), ("tokenizer digest", tokenizerDigest),
        ]
        return facts.compactMap { name, value in
            value.map { "\(name):".padding(toLength: 20, withPad: " ", startingAt: 0) + $0 }
        }
    }
}
