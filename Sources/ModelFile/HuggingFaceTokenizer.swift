internal import Tokenizer

/// The tokenizer files of a directory.
enum HuggingFaceTokenizer {
    private static let name = "tokenizer.json"
    private static let sentencePieceName = "tokenizer.model"
    private static let configurationName = "tokenizer_config.json"
    private static let templateName = "chat_template.jinja"

    /// The tokenizer, or nil if the directory has none; tokenizer.json goes before tokenizer.model.
    ///
    /// - Throws: `malformed` if it has one that is refused.
    static func read(
        in directory: ModelDirectory
    ) throws(ModelFileError) -> TokenizerSpecification? {
        guard let found = [name, sentencePieceName].first(where: directory.contains) else {
            return nil
        }
        let file = try directory.open(found, limit: Limits.tokenizerByteCount)
        let bytes = file.copy(0..<file.count)
        let settings = try contents(of: configurationName, in: directory)
        let template = try contents(of: templateName, in: directory)
        do {
            var tokenizer =
                found == name
                ? try TokenizerSpecification(tokenizerJSON: bytes, configurationJSON: settings)
                : try TokenizerSpecification(
                    sentencePieceModel: bytes, configurationJSON: settings)
            // A template in a file of its own goes before that of the configuration.
            if let template { tokenizer.chatTemplate = ChatTemplate(text: template) }
            return tokenizer
        } catch {
            throw file.malformed("tokenizer", "\(error)", accepted: "a tokenizer that is served")
        }
    }

    private static func contents(
        of name: String, in directory: ModelDirectory
    ) throws(ModelFileError) -> [UInt8]? {
        guard directory.contains(name) else { return nil }
        let file = try directory.open(name, limit: Limits.configurationByteCount)
        return file.copy(0..<file.count)
    }
}
