/// A conversation to be rendered by a model's chat template.
public struct Chat: Sendable, Equatable {
    /// One message.
    public struct Message: Sendable, Equatable {
        /// `system`, `user`, `assistant`, or `tool` where the template has it.
        public var role: String
        /// The text; nothing in it becomes a special token.
        public var content: String

        /// Creates a message.
        public init(role: String, content: String) {
            self.role = role
            self.content = content
        }
    }

    /// The messages, oldest first.
    public var messages: [Message]

    /// Whether to end with what an answer of the model begins with.
    public var addsGenerationPrompt: Bool

    /// The date that Llama 3.1 to 3.3's templates write, such as "26 Jul 2024"; nil for theirs.
    public var date: String?

    /// Today, for a template that writes it where no date is given.
    public var today: String?

    /// Creates a conversation.
    public init(
        _ messages: [Message], addsGenerationPrompt: Bool = true, date: String? = nil,
        today: String? = nil
    ) {
        self.messages = messages
        self.addsGenerationPrompt = addsGenerationPrompt
        self.date = date
        self.today = today
    }
}

/// Why a conversation was not rendered.
public enum ChatError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The model's files have no chat template.
    case noTemplate
    /// The template is none of those that are rendered.
    case unknownTemplate(digest: String)
    /// The template does not take these messages.
    case badMessages(String)

    /// One sentence: what, why, and what would be accepted.
    public var description: String {
        switch self {
        case .noTemplate:
            "the model's files have no chat template; send a raw prompt, written as the model "
                + "expects it"
        case .unknownTemplate(let digest):
            "the model's chat template (SHA-256 \(digest)) is not one that is rendered ("
                + ChatTemplate.families.joined(separator: ", ")
                + "); send a raw prompt, written as the model expects it"
        case .badMessages(let reason):
            "the chat template of this model does not take these messages: \(reason)"
        }
    }
}

/// A part of a rendered conversation.
enum ChatPart: Equatable {
    /// Text of the template or of a message.
    case text(String)
    /// A mark of the template, which is a special token if the vocabulary has one of this name.
    case mark(String)
    case bos
    case eos
}
