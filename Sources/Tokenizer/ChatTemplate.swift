internal import Crypto
internal import StrictJSON

/// The chat template that a model's files carry, known by its digest.
///
/// Templates are programs in Jinja's language; none is ever run. Those of the families in use are
/// recognised by the digest of their text and rendered by `ChatForm`; the text is not kept.
public struct ChatTemplate: Sendable, Equatable {
    /// SHA-256 of the text, in hex; one line feed at the end, which Jinja drops, does not count.
    public let digest: String

    /// Knows a template by its text.
    public init(text: [UInt8]) {
        let counted = text.last == 0x0A ? text.dropLast() : text[...]
        digest = Hexadecimal.text(SHA256.hash(data: Array(counted)))
    }

    init(digest: String) { self.digest = digest }

    /// The family's name, such as `llama-3.1`; nil if the template is not recognised.
    public var family: String? { form?.family }

    var form: ChatForm? { Self.known[digest] }

    /// The families that are rendered, in order.
    public static let families = Array(Set(known.values.map(\.family))).sorted()

    /// The templates that are recognised: the digest of each, and what it renders.
    private static let known: [String: ChatForm] = [
        // The same text with line feeds and with their escapes, with and without a guard.
        "fcf7a096fe99a48fd9ad2b250bf9237e96e8f48bffec1c7ea4d3f225176cd40e": .chatML(system: nil),
        "153280e3ff55d19da1398bdb3914ee2a51b80429bfaedde11d7d216c39db80f3": .chatML(system: nil),
        "d7b5b8c7b58f7a6bf868aa46a5f73ee976d7292f40fcb9c3e7a1defd8d235cfb": .chatML(system: nil),
        "58c1a1f04baa7adaeaba1f90267c3d57d9396f0c1f0129bdde9e76d3c6784af7": .chatML(system: nil),
        // This project's own, in Docs/chat.md.
        "09898343e2b8bece75ae060885596fe47a5deeee12f8b0f160a73c274eac6e8a": .chatML(system: nil),
        "872be49dbb638044ad01b60388f48d469ff2980e5f0dccdc22ec907db54d0788":
            .chatML(
                system: "You are a helpful AI assistant named SmolLM, trained by Hugging Face"),
        "793202280c0910ab26bc6eb57c8212c2417324c6d8c4efd0d10d59092ab3e3eb": .qwen2,
        "f0206845c9ebc3abb4735d44f286eb81ce99238ad2accc710c6fc60e6cb8ccc8": .qwen2,
        "55b2f4a26ac9ee719330a61a0c39d9e538b0e9322212f048326318cff4f8674a":
            .qwen25(
                system: "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."),
        "2976f7de3b9489e3237dc5ad2734060f756d026da00f24464c59c2e3bb40ee37":
            .qwen25(
                system: "Please reason step by step, and put your final answer within \\boxed{}."),
        "a55ee1b1660128b7098723e0abcd92caa0788061051c62d51cbe87d9cf1974d8": .qwen3(thinks: true),
        "87a2728cb8dc9fe424d624542f6060ec05a1d285ebbec578bb078900e33396b5": .qwen3(thinks: true),
        "64f85b198065d0fba2a81f37e10ed68161ce2c19a754c7100e67e0ca2ee9c326": .qwen3(thinks: false),
        "e8d5b5a546d3f19df16a5320c614fab05bdc4edd50e850f1afd947b503ea41cf": .llama2,
        "7fcbb4353f3f484117a3dd8fcf597b435ab2d68cf856fd27acf69bb97c170793": .llama2,
        "ba03a121d097859c7b5b9cd03af99aafe95275210d2876f642ad9929a150f122":
            .llama3(alwaysPrompts: false),
        "b48c47f6443892716176eb200bf4ef108f64e06ca26ed0fa8ebc0a4b3992fcb2":
            .llama3(alwaysPrompts: true),
        // Llama 3.3's is the same.
        "93c0e9aa3629bbd77e68dbc0f5621f6e6b23aa8d74b932595cdb8d64684526d7":
            .llama31(usesToday: false),
        "d82792f95932f1c9cef5c4bd992f171225e3bf8c7b609b4557c9e1ec96be819f":
            .llama31(usesToday: true),
        "26a59556925c987317ce5291811ba3b7f32ec4c647c400c6cc7e3a9993007ba7": .mistral(.first),
        "7e995b379ec01747807246483647cd99030abf331653f1119e16d7ac041a3495": .mistral(.spaced),
        "bbc58aad99454df60138be9530c9601a0adfe3d8932cda975e1f10b2410ddc51": .mistral(.system),
        "cafb64e0e9e5fd2503054b3479593fae39cbdfd52338ce8af9bb4664a8eb05bd": .mistral(.third),
        "3c4ad5fa60dd8c7ccdf82fa4225864c903e107728fcaf859fa6052cb80c92ee9": .mistral(.seventh),
        "e7deee034838db2bfc7487788a3013d8a307ab69f72f3c54a85f06fd76007d4e": .mistral(.tekken),
    ]
}

/// What a template renders.
enum ChatForm: Sendable, Equatable {
    /// `<|im_start|>role`, the content, `<|im_end|>`; with a system message of its own if it has
    /// one and the chat has none.
    case chatML(system: String?)
    case qwen2
    /// As ChatML, with the answers of tools.
    case qwen25(system: String)
    /// As ChatML, with the answers of tools; what was thought in earlier turns is left out.
    case qwen3(thinks: Bool)
    case llama2
    case llama3(alwaysPrompts: Bool)
    /// Llama 3.1 to 3.3: as Llama 3, with the date in a system message that is always there.
    case llama31(usesToday: Bool)
    case mistral(MistralForm)

    /// The generations of Mistral's templates.
    enum MistralForm: Sendable {
        /// Without system messages.
        case first
        /// As the first, with a space after the end of an answer.
        case spaced
        /// With a system message, before the first user message.
        case system
        /// With a system message, before the last user message.
        case third
        /// As the third, without spaces around the marks.
        case tekken
        /// With system messages of their own marks, anywhere.
        case seventh
    }

    var family: String {
        switch self {
        case .chatML: "chatml"
        case .qwen2: "qwen2"
        case .qwen25: "qwen2.5"
        case .qwen3: "qwen3"
        case .llama2: "llama-2"
        case .llama3: "llama-3"
        case .llama31(let usesToday): usesToday ? "llama-3.2" : "llama-3.1"
        case .mistral(let form):
            switch form {
            case .first, .spaced, .system: "mistral-v1"
            case .third, .tekken: "mistral-v3"
            case .seventh: "mistral-v7"
            }
        }
    }

    /// Whether a message may hold a tool's answer.
    var takesTools: Bool {
        switch self {
        case .qwen25, .qwen3: true
        default: false
        }
    }
}
