internal import Tokenizer

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A Hugging Face directory understood as a decoder.
struct HuggingFaceModel {
    let configuration: ModelConfiguration
    let configurationFile: FileBytes
    let tokenizer: TokenizerSpecification?
    let endOfSequenceIDs: [Int32]
    let shards: HuggingFaceShards
    let readers: [TensorRole: TensorReader]

    private static let configurationName = "config.json"
    private static let generationName = "generation_config.json"

    /// Checks everything about the directory but the values of the weights.
    init(_ directory: ModelDirectory) throws(ModelFileError) {
        let limit = Limits.configurationByteCount
        let settings = HuggingFaceConfiguration(
            file: directory.path + "/" + Self.configurationName,
            object: try directory.object(Self.configurationName, limit: limit))
        let (family, configuration) = try settings.decoder()
        let shards = try HuggingFaceShards(in: directory)
        readers = try Self.table(directory, family, configuration)
            .readers(for: Self.underUsualNames(shards.tensors, family))
        tokenizer = try HuggingFaceTokenizer.read(in: directory)
        // Fewer tokens than rows are usual (rows are padded); more would index past the rows.
        if let tokenizer, tokenizer.vocabularyCount > configuration.vocabularyCount {
            throw directory.fault(
                "tokenizer.json", "it has token ids up to \(tokenizer.vocabularyCount - 1)",
                "ids below the \(configuration.vocabularyCount) rows of the embedding")
        }
        endOfSequenceIDs = try Self.endOfSequenceIDs(settings, configuration, directory)
        configurationFile = try directory.open(Self.configurationName, limit: limit)
        self.shards = shards
        self.configuration = configuration
    }

    private static func table(
        _ directory: ModelDirectory, _ family: any ModelFamily, _ configuration: ModelConfiguration
    ) -> TensorTable {
        let head = family.huggingFacePlace(of: .head, in: configuration).name
        return TensorTable(
            path: directory.path, configuration: configuration,
            place: { family.huggingFacePlace(of: $0, in: configuration) },
            isIgnorable: { name in
                // Some store the head of a tied model, which is defined to be the embedding.
                family.isIgnorable(name) || (configuration.tiedHead && name == head)
            })
    }

    /// The tensors by the family's usual names; one whose usual name is taken keeps its own.
    private static func underUsualNames(
        _ tensors: [String: StoredTensor], _ family: any ModelFamily
    ) -> [String: StoredTensor] {
        var result: [String: StoredTensor] = [:]
        for (name, tensor) in tensors {
            let usual = family.usualName(of: name)
            result[usual == name || tensors[usual] == nil ? usual : name] = tensor
        }
        return result
    }

    /// The ids of generation_config.json, then those of config.json that it does not have.
    private static func endOfSequenceIDs(
        _ settings: HuggingFaceConfiguration, _ configuration: ModelConfiguration,
        _ directory: ModelDirectory
    ) throws(ModelFileError) -> [Int32] {
        let count = configuration.vocabularyCount
        var ids: [Int32] = []
        if directory.contains(generationName) {
            let generation = HuggingFaceConfiguration(
                file: directory.path + "/" + generationName,
                object: try directory.object(
                    generationName, limit: Limits.configurationByteCount))
            ids = try generation.endOfSequenceIDs(vocabularyCount: count)
        }
        ids += try settings.endOfSequenceIDs(vocabularyCount: count)
        return ids.enumerated().filter { ids.firstIndex(of: $1) == $0 }.map(\.element)
    }
}

/// Whether a path leads to a directory; false also if it leads nowhere.
func isDirectory(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
}
