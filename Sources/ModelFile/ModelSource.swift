internal import Crypto
internal import StrictJSON
public import Tokenizer

/// A model on disk, checked and open for reading: the only thing the engine sees of a file.
///
/// A path to a file is read as GGUF (a split model by the path of any of its parts), a path to a
/// directory as a Hugging Face model directory.
/// Opening reads tables and metadata, not weights; weights are read row by row through `tensor`.
public final class ModelSource: Sendable {
    /// The path that was opened; of a split model, the first part's.
    public let path: String

    /// The kind of file, such as `GGUF v3` or `Hugging Face directory`.
    public let format: String

    /// The shape and the constants of the decoder.
    public let configuration: ModelConfiguration

    /// The tokenizer that came with the weights, if one did.
    public let tokenizer: TokenizerSpecification?

    /// The type that most weights are stored in, such as `Q8_0`.
    public let sourceType: String

    /// The size of the weight files in bytes.
    public let fileByteCount: Int

    /// How many weights there are; a tied head counts once.
    public let parameterCount: Int

    /// The ids after which generation stops, without repetition.
    public let endOfSequenceIDs: [Int32]

    let readers: [TensorRole: TensorReader]
    private let weightFiles: [FileBytes]
    private let digestSuffix: FileBytes?

    /// Opens a model.
    ///
    /// - Parameter path: A GGUF file or a Hugging Face model directory.
    /// - Throws: `ModelFileError` naming the file, the field and the reason.
    public static func open(_ path: String) throws(ModelFileError) -> ModelSource {
        isDirectory(path)
            ? try ModelSource(directory: path)
            : try ModelSource(try GGUFContainer.open(path))
    }

    /// Reads only the tokenizer of a model; a vocabulary-only GGUF of any architecture will do.
    ///
    /// - Parameter path: A GGUF file or a directory with tokenizer.json, tokenizer.model, or
    ///   vocab.json and merges.txt.
    /// - Throws: `ModelFileError`, also if the path holds no tokenizer.
    public static func tokenizer(
        at path: String
    ) throws(ModelFileError) -> TokenizerSpecification {
        let found =
            isDirectory(path)
            ? try HuggingFaceTokenizer.read(in: try ModelDirectory(path))
            : try GGUFContainer.open(path).tokenizer()
        guard let found else {
            throw .malformed(
                .init(
                    file: path, field: "tokenizer", reason: "there is none",
                    accepted: "\(GGUFContainer.tokensKey), \(HuggingFaceTokenizer.accepted)"))
        }
        return found
    }

    /// Answers the reader of one tensor; the head of a tied model is its embedding.
    ///
    /// - Throws: `malformed` if the model has no such layer.
    public func tensor(_ role: TensorRole) throws(ModelFileError) -> TensorReader {
        let stored = role == .head && configuration.tiedHead ? .embedding : role
        guard let reader = readers[stored] else {
            throw .malformed(
                .init(
                    file: path, field: "\(role)", reason: "the model has no such tensor",
                    accepted: "layers 0 to \(configuration.layerCount - 1)"))
        }
        return reader
    }

    /// The SHA-256 of the weights in lower-case hexadecimal.
    ///
    /// For GGUF it is the file's; for a split model, that of the parts' 32-byte digests in order.
    /// For a directory it is that of the shards' 32-byte digests in name order followed by the
    /// bytes of config.json, so that renaming a directory changes nothing and changing a constant
    /// does.
    ///
    /// - Throws: Nothing at present; reading errors of later versions.
    public func digest() throws(ModelFileError) -> String {
        if digestSuffix == nil, weightFiles.count == 1 {
            return Hexadecimal.text(Self.sha256(of: weightFiles.first))
        }
        var hash = SHA256()
        for file in weightFiles { hash.update(data: Self.sha256(of: file)) }
        if let digestSuffix { hash.update(data: digestSuffix.copy(0..<digestSuffix.count)) }
        return Hexadecimal.text(hash.finalize())
    }

    init(_ container: GGUFContainer) throws(ModelFileError) {
        let model = try GGUFModel(container)
        path = container.bytes.path
        format = container.format
        configuration = model.configuration
        tokenizer = model.tokenizer
        endOfSequenceIDs = model.endOfSequenceIDs
        readers = model.readers
        weightFiles = container.parts.map(\.bytes)
        digestSuffix = nil
        fileByteCount = weightFiles.reduce(0) { $0 + $1.count }
        (sourceType, parameterCount) = Self.count(model.readers)
    }

    private init(directory path: String) throws(ModelFileError) {
        let model = try HuggingFaceModel(try ModelDirectory(path))
        self.path = path
        format = "Hugging Face directory"
        configuration = model.configuration
        tokenizer = model.tokenizer
        endOfSequenceIDs = model.endOfSequenceIDs
        readers = model.readers
        weightFiles = model.shards.files.map(\.bytes)
        digestSuffix = model.configurationFile
        fileByteCount = weightFiles.reduce(0) { $0 + $1.count }
        (sourceType, parameterCount) = Self.count(model.readers)
    }

    /// The type with the most weights, and how many weights there are.
    private static func count(
        _ readers: [TensorRole: TensorReader]
    ) -> (type: String, parameterCount: Int) {
        var counts: [TensorEncoding: Int] = [:]
        for reader in readers.values {
            counts[reader.sourceType, default: 0] += reader.elementCount
        }
        let dominant = counts.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }
        return (dominant?.key.rawValue ?? "none", counts.values.reduce(0, +))
    }

    private static func sha256(of file: FileBytes?) -> [UInt8] {
        var hash = SHA256()
        if let file {
            for start in stride(from: 0, to: file.count, by: Limits.digestChunkByteCount) {
                let end = min(start + Limits.digestChunkByteCount, file.count)
                file.withBytes(in: start..<end) { hash.update(bufferPointer: $0) }
            }
        }
        return Array(hash.finalize())
    }
}
