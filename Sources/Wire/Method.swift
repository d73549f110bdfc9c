/// The methods of protocol version 1.
///
/// Raw values are the method field of REQUEST.
///
/// Numbers are never given a second meaning. A number without a case here is answered with
/// UNIMPLEMENTED by the layer that serves requests, not by ``Connection``.
public enum Method: UInt16, Sendable, CaseIterable {
    /// What the daemon serves, and its limits.
    case capabilities = 1
    /// What the daemon is doing.
    case status = 2
    /// Text to token ids.
    case tokenize = 3
    /// Token ids to text.
    case detokenize = 4
    /// One hooked pass over each item.
    case forward = 5
    /// Hooked generation.
    case generate = 6
    /// Log-probability of continuations.
    case score = 7
    /// Mergeable statistics over many items.
    case statistics = 8
    /// Effect of each of many variants.
    case sweep = 9
    /// Exact ranking of neurons by log-probability increase.
    case importance = 10
    /// Tokens that a neuron's value vector promotes and demotes.
    case project = 11
    /// Weight columns of neurons.
    case columns = 12
    /// What a request would do and cost.
    case explain = 13
    /// Stores a neuron set or tensors under their hash.
    case putObject = 14
    /// Lists stored objects.
    case listObjects = 15
    /// Forgets a stored object.
    case dropObject = 16
    /// Brings a model into memory.
    case loadModel = 17
    /// Lets a model go.
    case unloadModel = 18
    /// Finishes what runs and accepts nothing new.
    case drain = 19
}

extension Method: CustomStringConvertible {
    /// The name that PROTOCOL.md uses.
    public var description: String {
        switch self {
        case .capabilities: "Capabilities"
        case .status: "Status"
        case .tokenize: "Tokenize"
        case .detokenize: "Detokenize"
        case .forward: "Forward"
        case .generate: "Generate"
        case .score: "Score"
        case .statistics: "Statistics"
        case .sweep: "Sweep"
        case .importance: "Importance"
        case .project: "Project"
        case .columns: "Columns"
        case .explain: "Explain"
        case .putObject: "PutObject"
        case .listObjects: "ListObjects"
        case .dropObject: "DropObject"
        case .loadModel: "LoadModel"
        case .unloadModel: "UnloadModel"
        case .drain: "Drain"
        }
    }

    /// Whether the client may send MESSAGE frames after the REQUEST.
    public var takesMessages: Bool { self == .putObject }
}
