internal import StrictJSON
internal import Tokenizer

/// The tokenizer files of a directory.
enum HuggingFaceTokenizer {
    private static let name = "tokenizer.json"
    private static let sentencePieceName = "tokenizer.model"
    private static let vocabularyName = "vocab.json"
    private static let mergesName = "merges.txt"
    private static let addedName = "added_tokens.json"
    private static let configurationName = "tokenizer_config.json"
    private static let templateName = "chat_template.jinja"

    /// What a directory may have.
    static let accepted = "tokenizer.json, tokenizer.model, or vocab.json with merges.txt"

    /// The files that a tokenizer is read from, beside its configuration.
    private enum Source {
        case json([UInt8])
        case sentencePiece([UInt8])
        case byteLevel(ByteLevelFiles)
    }

    /// The tokenizer, or nil if the directory has none.
    ///
    /// tokenizer.json goes before tokenizer.model, and both before vocab.json with merges.txt.
    ///
    /// - Throws: `malformed` if it has one that is refused.
    static func read(
        in directory: ModelDirectory
    ) throws(ModelFileError) -> TokenizerSpecification? {
        let names = [name, sentencePieceName, vocabularyName]
        guard let found = names.first(where: directory.contains) else { return nil }
        let file = try directory.open(found, limit: Limits.tokenizerByteCount)
        let settings = try contents(of: configurationName, in: directory)
        let source = try source(found, file.copy(0..<file.count), settings, directory)
        let template = try contents(of: templateName, in: directory)
        do throws(TokenizerError) {
            var tokenizer = try specification(source, settings)
            // A template in a file of its own goes before that of the configuration.
            if let template { tokenizer.chatTemplate = ChatTemplate(text: template) }
            return tokenizer
        } catch {
            throw file.malformed("tokenizer", "\(error)", accepted: "a tokenizer that is served")
        }
    }

    private static func source(
        _ name: String, _ bytes: [UInt8], _ settings: [UInt8]?, _ directory: ModelDirectory
    ) throws(ModelFileError) -> Source {
        if name == Self.name { return .json(bytes) }
        if name == sentencePieceName { return .sentencePiece(bytes) }
        guard directory.contains(mergesName) else {
            throw directory.fault(
                mergesName, "it is missing beside \(vocabularyName)", accepted)
        }
        let merges = try directory.open(mergesName, limit: Limits.tokenizerByteCount)
        return .byteLevel(
            ByteLevelFiles(
                vocabulary: bytes, merges: merges.copy(0..<merges.count), configuration: settings,
                addedTokens: try contents(of: addedName, in: directory),
                modelType: try modelType(in: directory)))
    }

    private static func specification(
        _ source: Source, _ settings: [UInt8]?
    ) throws(TokenizerError) -> TokenizerSpecification {
        switch source {
        case .json(let bytes):
            try TokenizerSpecification(tokenizerJSON: bytes, configurationJSON: settings)
        case .sentencePiece(let bytes):
            try TokenizerSpecification(sentencePieceModel: bytes, configurationJSON: settings)
        case .byteLevel(let files): try TokenizerSpecification(files)
        }
    }

    /// What the model's configuration calls it; a directory of a tokenizer alone has none.
    private static func modelType(
        in directory: ModelDirectory
    ) throws(ModelFileError) -> String? {
        guard directory.contains("config.json") else { return nil }
        let object = try directory.object("config.json", limit: Limits.configurationByteCount)
        return object["model_type"]?.stringValue?.string
    }

    private static func contents(
        of name: String, in directory: ModelDirectory
    ) throws(ModelFileError) -> [UInt8]? {
        guard directory.contains(name) else { return nil }
        let file = try directory.open(name, limit: Limits.configurationByteCount)
        return file.copy(0..<file.count)
    }
}
