import ArgumentParser
import EventLoop
import Foundation
import Messages
import NeurondClient

/// Options that every command has.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the daemon listens: unix:PATH or tcp:HOST:PORT.",
            discussion: "Default: $NEUROND_ADDRESS, else the daemon's own default."))
    var address: String?

    @Option(
        help: ArgumentHelp(
            "File that holds the token for a daemon that asks for one, readable by you alone.",
            discussion: "Default: $NEUROND_TOKEN, else the file that $NEUROND_TOKEN_FILE names.",
            valueName: "path"))
    var tokenFile: String?

    @Flag(help: "Answer in JSON on standard output; errors too.")
    var json = false

    @Option(help: "Name or digest of the model; default: the daemon's first.")
    var model: String?

    @Option(help: "Give up after this many seconds, from 0.001 to 4000000.")
    var deadline: Double?

    @Option(
        help: ArgumentHelp(
            "Who waits for the answer: interactive (a person) or bulk (a script).",
            discussion: "Default: the daemon decides by what the request costs."))
    var lane: RequestLane?

    /// Seconds that the protocol's 32 bits of milliseconds have room for.
    private static let deadlines = 0.001...4_000_000

    func validate() throws {
        // NaN is in no range.
        if let deadline, !Self.deadlines.contains(deadline) {
            throw ValidationError(
                "--deadline \(deadline): expected seconds from 0.001 to 4000000")
        }
    }

    /// Where to connect, after the environment has been asked.
    func resolvedAddress(_ environment: [String: String]) throws -> Address {
        let text = address ?? environment["NEUROND_ADDRESS"].flatMap { $0.isEmpty ? nil : $0 }
        guard let text else { return .daemonDefault(environment: environment) }
        do throws(LoopError) {
            return try Address(parsing: text)
        } catch {
            throw UsageError("\(error)")
        }
    }

    /// What goes with each call.
    var callOptions: CallOptions {
        CallOptions(
            deadline: deadline.map { .milliseconds(Int64($0 * 1_000)) },
            model: model ?? "", lane: lane?.message)
    }
}

/// The lanes of the daemon's queue.
enum RequestLane: String, CaseIterable, ExpressibleByArgument {
    case interactive
    case bulk

    var message: Neurond_V1_Lane {
        switch self {
        case .interactive: .interactive
        case .bulk: .bulk
        }
    }
}

/// Which prompt: a text, token ids, or BOS alone.
struct PromptOptions: ParsableArguments {
    @Argument(help: "The prompt; - reads it from standard input.")
    var prompt: String?

    @Option(help: "Token ids instead of a text, such as 1,2,3; run as they are.")
    var tokens: String?

    @Flag(help: "Start from the BOS token alone.")
    var fromBos = false

    @Flag(help: "Add neither BOS nor EOS to the text.")
    var noSpecial = false

    @Flag(help: "Read spellings of special tokens as plain text.")
    var literalSpecial = false

    @OptionGroup var conversation: ChatOptions

    /// Whether any prompt is given.
    var isPresent: Bool {
        prompt != nil || tokens != nil || fromBos || conversation.messages != nil
    }

    /// Says what is wrong with the options, before anything is asked of a daemon.
    func check() throws {
        try conversation.check(self)
        let file = conversation.messages != nil
        let sources = [prompt != nil && !file, tokens != nil, fromBos, file].count { $0 }
        guard sources == 1 else {
            throw ValidationError(
                "give one of: a prompt, --tokens, --from-bos, --messages (\(sources) given)")
        }
        guard !(fromBos && noSpecial) else {
            throw ValidationError("--from-bos and --no-special contradict each other")
        }
        _ = try tokens.map(Self.ids)
    }

    /// The prompt as a message.
    func message(_ console: Console = .current) throws -> Neurond_V1_Prompt {
        if conversation.isPresent {
            return try conversation.message(prompt == "-" ? console.readInput() : prompt)
        }
        if let tokens { return Neurond_V1_Prompt(tokens: try Self.ids(tokens)) }
        return try message(of: prompt == "-" ? console.readInput() : prompt ?? "")
    }

    /// A text as these options have it read: by itself, or as the last message of a conversation.
    func message(of text: String) throws -> Neurond_V1_Prompt {
        if conversation.isPresent { return try conversation.message(text) }
        var message = Neurond_V1_Prompt(text: text)
        message.omitSpecial = noSpecial
        message.literalSpecial = literalSpecial
        return message
    }

    /// Reads `1,2,3`, with commas or white space.
    static func ids(_ text: String) throws -> [UInt32] {
        try text.split { $0 == "," || $0.isWhitespace }.map { word in
            guard let id = UInt32(word) else {
                throw ValidationError(
                    "token id \"\(word)\": expected a number from 0 to 4294967295")
            }
            return id
        }
    }
}

/// How tokens are drawn.
struct SamplingOptions: ParsableArguments {
    @Option(help: "Sampling temperature; 0 takes the most likely token.")
    var temperature: Float = 0

    @Option(help: "Draw from the K most likely tokens; 0: all.")
    var topK: UInt32 = 0

    @Option(help: "Draw from the smallest set with this probability; 0 or 1: all.")
    var topP: Float = 0

    @Option(help: "Leave out tokens below this share of the most likely one's probability.")
    var minP: Float = 0

    @Option(help: "Seed; the same seed draws the same tokens.")
    var seed: UInt64 = 0

    /// The options as a message.
    var message: Neurond_V1_Sampling {
        var message = Neurond_V1_Sampling()
        message.temperature = temperature
        message.topK = topK
        message.topP = topP
        message.minP = minP
        message.seed = seed
        return message
    }
}
