/// One family of decoders: what files call it, how they state its shape, and where they keep its
/// tensors.
///
/// A family's file holds what is its own; everything that families share is read by
/// `HuggingFaceConfiguration`, `GGUFContainer` and `TensorTable`.
protocol ModelFamily: Sendable {
    /// The family's name: `general.architecture` in GGUF files where it has one.
    var architecture: String { get }

    /// `model_type` in config.json.
    var huggingFaceType: String { get }

    /// The one name under `architectures` in config.json.
    var huggingFaceClass: String { get }

    /// Whether GGUF files of this architecture are served.
    var isInGGUF: Bool { get }

    /// The checked configuration of a directory.
    func configuration(
        _ file: HuggingFaceConfiguration
    ) throws(ModelFileError) -> ModelConfiguration

    /// The checked configuration of a GGUF file.
    func configuration(_ file: GGUFContainer) throws(ModelFileError) -> ModelConfiguration

    /// Where a directory keeps a tensor.
    func huggingFacePlace(of role: TensorRole, in shape: ModelConfiguration) -> TensorPlace

    /// Where a GGUF file keeps a tensor.
    func ggufPlace(of role: TensorRole, in shape: ModelConfiguration) -> TensorPlace

    /// The usual name of a tensor that some directories call otherwise.
    func usualName(of name: String) -> String

    /// Whether a tensor of a directory says nothing, such as a stored mask.
    func isIgnorable(_ name: String) -> Bool
}

extension ModelFamily {
    var isInGGUF: Bool { true }

    func huggingFacePlace(of role: TensorRole, in shape: ModelConfiguration) -> TensorPlace {
        TensorPlace(name: role.huggingFaceName)
    }

    func ggufPlace(of role: TensorRole, in shape: ModelConfiguration) -> TensorPlace {
        TensorPlace(name: role.ggufName)
    }

    func usualName(of name: String) -> String { name }

    /// Old exports store the rotary frequencies, which follow from the configuration.
    func isIgnorable(_ name: String) -> Bool { name.hasSuffix(".rotary_emb.inv_freq") }
}

/// The families that are served.
enum ModelFamilies {
    static let all: [any ModelFamily] = [
        LlamaFamily(), MistralFamily(), Qwen2Family(), Qwen3Family(), GPT2Family(), GPTJFamily(),
        GPTNeoXFamily(),
    ]

    /// What directories may hold, for messages.
    static let servedDirectories =
        all.map { "\($0.huggingFaceType) (\($0.huggingFaceClass))" }.joined(separator: ", ")

    /// What GGUF files may hold, for messages.
    static let servedArchitectures =
        all.filter(\.isInGGUF).map(\.architecture).joined(separator: ", ")
}
