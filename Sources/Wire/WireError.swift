/// What went wrong, and above all whose fault it is.
public enum WireError: Error, Equatable, Sendable {
    /// The peer broke the protocol. The connection is closed with a GOAWAY that says so.
    case peer(Violation)
    /// Our own side asked for something illegal. Nothing was sent, the connection is unharmed.
    case local(Misuse)
}

extension WireError: CustomStringConvertible {
    /// Whose fault, and what.
    public var description: String {
        switch self {
        case .peer(let violation): "peer broke the protocol: \(violation)"
        case .local(let misuse): "not sent: \(misuse)"
        }
    }
}

/// A rule that the peer broke, grave enough to end the connection.
public enum Violation: Error, Equatable, Sendable {
    /// The kind byte names no frame kind.
    case unknownKind(UInt8)
    /// The header's last four bytes are not zero.
    case reservedNotZero(FrameKind, UInt32)
    /// The announced payload length is not legal for the kind, or over the limit.
    case payloadLength(FrameKind, Int, allowed: ClosedRange<Int>)
    /// A flag bit is set that the kind, or the sender's role, does not allow.
    case illegalFlags(FrameKind, UInt8)
    /// A method on a frame that has none, or a REQUEST without one.
    case illegalMethod(FrameKind, UInt16)
    /// Stream 0 where a stream is needed, or the reverse.
    case illegalStreamID(FrameKind, UInt32)
    /// A frame that is not legal in this phase or from this side.
    case unexpectedFrame(FrameKind, from: Connection.Role, in: Connection.Phase)
    /// A REQUEST whose id does not exceed every earlier one.
    case streamIDNotIncreasing(UInt32, last: UInt32)
    /// A frame on a stream that was never opened, or that its sender had ended.
    case unknownStream(FrameKind, UInt32)
    /// Far more requests at once than allowed.
    case tooManyStreams(Int)
    /// An empty MESSAGE of a client without LAST: it would cost nothing and never stop.
    case emptyMessage(UInt32)
    /// Data without credit. Stream 0 stands for the connection.
    case noCredit(streamID: UInt32)
    /// A WINDOW of zero, or one that lifts the credit over the maximum.
    case illegalIncrement(streamID: UInt32, UInt32)
    /// A field of HELLO is out of order.
    case malformedHello(String)
    /// No version is spoken by both.
    case versionMismatch(ours: ClosedRange<UInt16>, theirs: ClosedRange<UInt16>)
    /// The text of a GOAWAY is not UTF-8.
    case malformedGoAway
    /// The byte stream ended inside a frame.
    case truncated(bufferedByteCount: Int)
}

extension Violation {
    /// The code that the GOAWAY carries.
    public var goAwayCode: GoAwayCode {
        switch self {
        case .payloadLength(_, let length, let allowed) where length > allowed.upperBound:
            .frameTooLarge
        case .noCredit, .illegalIncrement: .flowControl
        case .versionMismatch: .versionMismatch
        case .tooManyStreams: .resourceExhausted
        default: .protocolError
        }
    }
}

extension Violation: CustomStringConvertible {
    /// What, on what, and what would have been accepted.
    public var description: String {
        switch self {
        case .unknownKind(let kind):
            "unknown frame kind \(kind); kinds are 1 to 10"
        case .reservedNotZero(let kind, let value):
            "\(kind): reserved header field is \(value), must be 0"
        case .payloadLength(let kind, let length, let allowed):
            "\(kind): payload of \(length) bytes, accepted are \(allowed.lowerBound) to "
                + "\(allowed.upperBound)"
        case .illegalFlags(let kind, let flags):
            "\(kind): flags \(flags) are not allowed here"
        case .illegalMethod(let kind, let method):
            "\(kind): method \(method); REQUEST needs one, no other frame has one"
        case .illegalStreamID(let kind, let streamID):
            "\(kind): stream \(streamID) is not allowed on this kind"
        case .unexpectedFrame(let kind, let role, let phase):
            "\(kind) from a \(role) is not legal in phase \(phase)"
        case .streamIDNotIncreasing(let streamID, let last):
            "REQUEST on stream \(streamID); ids must increase, the last one was \(last)"
        case .unknownStream(let kind, let streamID):
            "\(kind) on stream \(streamID), which is not open"
        case .tooManyStreams(let count):
            "\(count) requests at once"
        case .emptyMessage(let streamID):
            "empty MESSAGE without LAST on stream \(streamID)"
        case .noCredit(let streamID):
            streamID == 0
                ? "data without credit on the connection"
                : "data without credit on stream \(streamID)"
        case .illegalIncrement(let streamID, let increment):
            "WINDOW of \(increment) on stream \(streamID); must be at least 1 and keep the credit "
                + "at most \(Limits.maximumWindowByteCount)"
        case .malformedHello(let reason):
            "HELLO: \(reason)"
        case .versionMismatch(let ours, let theirs):
            "we speak protocol versions \(ours.lowerBound) to \(ours.upperBound), the peer speaks "
                + "\(theirs.lowerBound) to \(theirs.upperBound)"
        case .malformedGoAway:
            "GOAWAY: text is not UTF-8"
        case .truncated(let byteCount):
            "the stream ended inside a frame, after \(byteCount) bytes of it"
        }
    }
}

/// A rule that our own side was about to break.
public enum Misuse: Error, Equatable, Sendable {
    /// This phase or role does not send that frame.
    case wrongPhase(FrameKind, Connection.Phase)
    /// A second HELLO, or one whose role is not ours.
    case helloNotAllowed
    /// The stream is not open, or we have finished our side of it.
    case streamNotOpen(FrameKind, UInt32)
    /// The payload exceeds what the peer accepts.
    case payloadTooLarge(FrameKind, Int, limit: Int)
    /// The peer allows no further stream at once.
    case streamLimit(UInt32)
    /// Stream ids are used up; open a new connection.
    case streamIDsExhausted
    /// Too much waits for credit on this stream.
    case queueFull(UInt32, byteCount: Int)
    /// Tensor data and descriptor disagree.
    case malformedTensor(String)
    /// The frame breaks a rule of its own kind, as the peer would find.
    case illegalFrame(Violation)
}

extension Misuse: CustomStringConvertible {
    /// What, on what, and what would have been accepted.
    public var description: String {
        switch self {
        case .wrongPhase(let kind, let phase): "\(kind) may not be sent in phase \(phase)"
        case .helloNotAllowed: "HELLO is sent once, with our own role"
        case .streamNotOpen(let kind, let streamID):
            "\(kind) on stream \(streamID), which is not open for sending"
        case .payloadTooLarge(let kind, let count, let limit):
            "\(kind) payload of \(count) bytes, the peer accepts \(limit)"
        case .streamLimit(let count): "the peer allows \(count) streams at once"
        case .streamIDsExhausted: "stream ids are used up on this connection"
        case .queueFull(let streamID, let count):
            "\(count) bytes wait for credit on stream \(streamID)"
        case .malformedTensor(let reason): "tensor: \(reason)"
        case .illegalFrame(let violation): "\(violation)"
        }
    }
}

/// A rule that the peer broke on one stream only; it is answered with END, not with GOAWAY.
public enum StreamViolation: Error, Equatable, Sendable {
    /// More requests at once than HELLO allowed.
    case tooManyStreams(limit: UInt32)
    /// Data after LAST.
    case dataAfterLast(FrameKind)

    /// The status that the END should carry.
    public var statusCode: StatusCode {
        switch self {
        case .tooManyStreams: .resourceExhausted
        case .dataAfterLast: .invalidArgument
        }
    }
}

extension StreamViolation: CustomStringConvertible {
    /// What, and what would have been accepted.
    public var description: String {
        switch self {
        case .tooManyStreams(let limit): "more than \(limit) requests at once on a connection"
        case .dataAfterLast(let kind): "\(kind) after a frame with LAST"
        }
    }
}
