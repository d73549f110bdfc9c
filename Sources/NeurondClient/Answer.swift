public import Messages

/// One reply with the tensors that it announced.
public struct Answer<Reply: Sendable>: Sendable {
    /// The message.
    public let reply: Reply
    /// The tensors in the order of the reply's list.
    public let tensors: [Tensor]
}

/// What every call ends with.
public struct Trailers: Sendable, Equatable {
    /// Tokens read, generated, and taken from the prefix cache.
    public let usage: Neurond_V1_Usage
    /// Seconds spent waiting and computing.
    public let timing: Neurond_V1_Timing
    /// What it takes to repeat the answer bit for bit.
    public let provenance: Neurond_V1_Provenance

    init(_ end: Neurond_V1_End) {
        usage = end.usage
        timing = end.timing
        provenance = end.provenance
    }
}

/// All answers of a call that has ended well.
public struct CompleteAnswer<Reply: Sendable>: Sendable {
    /// In the order in which they came.
    public let answers: [Answer<Reply>]
    /// What the call ended with.
    public let trailers: Trailers
}

/// The one answer of a call that gives exactly one.
public struct SingleAnswer<Reply: Sendable>: Sendable {
    /// The message.
    public let reply: Reply
    /// The tensors in the order of the reply's list.
    public let tensors: [Tensor]
    /// What the call ended with.
    public let trailers: Trailers
}
