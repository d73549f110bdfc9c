/// What a connection learned from the peer.
///
/// Frames keep their payload as bytes.
public enum Event: Equatable, Sendable {
    /// The peer's HELLO; limits are in force. Check its credential before asking for more events.
    case hello(Hello)
    /// A client opened a stream. Answer with any MESSAGE and TENSOR frames, then one END.
    case request(Frame)
    /// A MESSAGE. Call `consumed` with its payload's length once it has been dealt with.
    case message(Frame)
    /// A TENSOR. Call `consumed` with its payload's length once it has been dealt with.
    case tensor(Frame)
    /// The server ended a stream.
    case end(Frame)
    /// The client wants no more of a stream. An END is still owed; data sent is dropped.
    case cancelled(streamID: UInt32)
    /// The client broke a rule on one stream. An END with the violation's status is owed.
    case streamViolated(streamID: UInt32, StreamViolation)
    /// Everything that waited for credit on a stream has gone out.
    case writable(streamID: UInt32)
    /// The eight bytes of a PONG.
    case pong([UInt8])
    /// The peer is leaving. Streams in `unprocessed` were not looked at and may be retried.
    case goAway(GoAway, unprocessed: [UInt32])
}
