internal import StrictJSON

/// The files of a byte-level vocabulary as models had them before `tokenizer.json`.
public struct ByteLevelFiles: Sendable {
    /// Content of `vocab.json`: an object of tokens and ids.
    public var vocabulary: [UInt8]
    /// Content of `merges.txt`: a rule a line, the best first.
    public var merges: [UInt8]
    /// Content of `tokenizer_config.json`, if there is one.
    public var configuration: [UInt8]?
    /// Content of `added_tokens.json`, if there is one: an object of tokens and ids.
    public var addedTokens: [UInt8]?
    /// What `config.json` calls the model, which decides where no class is named.
    public var modelType: String?

    /// Files of a directory, as they are.
    public init(
        vocabulary: [UInt8], merges: [UInt8], configuration: [UInt8]? = nil,
        addedTokens: [UInt8]? = nil, modelType: String? = nil
    ) {
        self.vocabulary = vocabulary
        self.merges = merges
        self.configuration = configuration
        self.addedTokens = addedTokens
        self.modelType = modelType
    }
}

/// What a tokenizer's class says that its files do not.
enum ByteLevelClass: CaseIterable {
    case gpt2, neox, qwen2

    /// As `tokenizer_class` has it, but for a `Fast` at the end.
    private var name: String {
        switch self {
        case .gpt2: "GPT2Tokenizer"
        case .neox: "GPTNeoXTokenizer"
        case .qwen2: "Qwen2Tokenizer"
        }
    }

    /// Models that have it where no class is named.
    private var modelTypes: [String] {
        switch self {
        case .gpt2: ["gpt2", "gptj"]
        case .neox: ["gpt_neox"]
        case .qwen2: ["qwen2", "qwen3"]
        }
    }

    /// Special tokens that a configuration need not name.
    var defaults: [(field: String, token: String)] {
        let end = "<|endoftext|>"
        return switch self {
        case .gpt2: [("bos_token", end), ("eos_token", end)]
        case .neox: [("bos_token", end), ("eos_token", end), ("pad_token", "<|padding|>")]
        case .qwen2: [("eos_token", end), ("pad_token", end)]
        }
    }

    var composes: Bool { self != .gpt2 }

    /// How a text is cut.
    func preTokenizer(addsPrefixSpace: Bool) -> [PreTokenizerStep] {
        guard self == .qwen2 else {
            return [.byteLevel(addsPrefixSpace: addsPrefixSpace, splits: true)]
        }
        return [
            .split(.qwen2), .byteLevel(addsPrefixSpace: addsPrefixSpace, splits: false),
        ]
    }

    /// The class that a configuration names, else that of the model.
    ///
    /// - Throws: `TokenizerError` for one whose rules are not known.
    init(named name: String?, modelType: String?) throws(TokenizerError) {
        let found = Self.allCases.first { known in
            guard let name else { return known.modelTypes.contains(modelType ?? "") }
            return name == known.name || name == known.name + "Fast"
        }
        guard let found else {
            let classes = Self.allCases.map(\.name).joined(separator: ", ")
            let types = Self.allCases.flatMap(\.modelTypes).joined(separator: ", ")
            throw .unsupported(
                component: name == nil
                    ? "vocab.json and merges.txt of model_type"
                    : "vocab.json and merges.txt of tokenizer_class",
                name: name ?? modelType ?? "",
                supported: "\(classes); without a class, model_type \(types); or tokenizer.json "
                    + "beside them")
        }
        self = found
    }
}
