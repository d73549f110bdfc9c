/// What a frame is.
///
/// Raw values are the byte at offset 4 of the header.
public enum FrameKind: UInt8, Sendable, CaseIterable {
    /// First frame of each side: versions, limits, credentials. Stream 0.
    case hello = 1
    /// Opens a stream and names a method. Client only.
    case request = 2
    /// One protobuf message on a stream.
    case message = 3
    /// One segment of a tensor on a stream.
    case tensor = 4
    /// Status and trailers; ends a stream. Server only.
    case end = 5
    /// Asks the server to stop working on a stream. Client only.
    case cancel = 6
    /// Grants credit for a stream, or for the connection on stream 0.
    case window = 7
    /// Asks for a PONG with the same eight bytes. Stream 0.
    case ping = 8
    /// Answers a PING. Stream 0.
    case pong = 9
    /// Says why a side is leaving. Stream 0.
    case goAway = 10
}

extension FrameKind: CustomStringConvertible {
    /// The name that PROTOCOL.md uses.
    public var description: String {
        switch self {
        case .hello: "HELLO"
        case .request: "REQUEST"
        case .message: "MESSAGE"
        case .tensor: "TENSOR"
        case .end: "END"
        case .cancel: "CANCEL"
        case .window: "WINDOW"
        case .ping: "PING"
        case .pong: "PONG"
        case .goAway: "GOAWAY"
        }
    }
}

/// How a kind uses the stream id of its header.
enum StreamIDRule: Sendable {
    case mustBeZero
    case mustNotBeZero
    case either
}

extension FrameKind {
    /// Flags that may be set on this kind; every other bit is an error.
    var allowedFlags: FrameFlags {
        switch self {
        case .request, .message: [.last]
        case .tensor: [.last, .more]
        default: []
        }
    }

    var streamIDRule: StreamIDRule {
        switch self {
        case .hello, .ping, .pong, .goAway: .mustBeZero
        case .request, .message, .tensor, .end, .cancel: .mustNotBeZero
        case .window: .either
        }
    }

    /// Payload lengths that are legal for this kind, given the receiver's frame limit.
    func allowedPayloadByteCounts(frameLimit: Int) -> ClosedRange<Int> {
        switch self {
        case .hello: Hello.fixedByteCount...Limits.helloByteCount
        case .request, .message, .end: 0...frameLimit
        case .tensor: TensorDescriptor.alignment...frameLimit
        case .cancel: 0...0
        case .window: 4...4
        case .ping, .pong: 8...8
        case .goAway: 8...(8 + Limits.goAwayTextByteCount)
        }
    }

    /// Whether the payload is paid for with credit.
    var isCredited: Bool { self == .message || self == .tensor }

    /// Whether a side playing `role` may send this kind at all.
    func mayBeSent(by role: Connection.Role) -> Bool {
        switch self {
        case .request, .cancel: role == .client
        case .end: role == .server
        default: true
        }
    }
}
