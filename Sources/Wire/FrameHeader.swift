/// Bits of the header's flags byte.
public struct FrameFlags: OptionSet, Sendable, Hashable {
    /// The byte as it stands in the header.
    public let rawValue: UInt8

    /// Wraps a flags byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The client will send nothing more on this stream but CANCEL and WINDOW.
    public static let last = FrameFlags(rawValue: 0x01)

    /// A further segment of the same tensor follows on this stream.
    public static let more = FrameFlags(rawValue: 0x02)
}

/// The sixteen bytes before every payload, already checked.
///
/// ```
///  0       4 5 6   8       12      16
/// | length |k|f|mth| stream | zero  | payload …
/// ```
///
/// All fields are little-endian. `method` is set on REQUEST and zero elsewhere.
public struct FrameHeader: Equatable, Sendable {
    /// Bytes of a header on the wire.
    public static let byteCount = 16

    /// Bytes of payload that follow.
    public var payloadByteCount: Int
    /// What the frame is.
    public var kind: FrameKind
    /// Flag bits, only those that the kind allows.
    public var flags: FrameFlags
    /// Method number on REQUEST, else 0.
    public var method: UInt16
    /// Stream, or 0 for the connection.
    public var streamID: UInt32

    /// A header from its fields; nothing is checked here, see ``decode(_:frameLimit:)``.
    public init(
        payloadByteCount: Int, kind: FrameKind, flags: FrameFlags = [], method: UInt16 = 0,
        streamID: UInt32 = 0
    ) {
        self.payloadByteCount = payloadByteCount
        self.kind = kind
        self.flags = flags
        self.method = method
        self.streamID = streamID
    }

    /// Reads and checks a header: every field, before a byte of the body is waited for.
    ///
    /// - Parameters:
    ///   - bytes: Exactly ``byteCount`` bytes.
    ///   - frameLimit: Largest payload that this side accepts.
    /// - Throws: `WireError.peer` naming the first field that is out of order.
    public static func decode(
        _ bytes: ArraySlice<UInt8>, frameLimit: Int
    ) throws(WireError) -> FrameHeader {
        precondition(bytes.count == byteCount, "a header is 16 bytes, not \(bytes.count)")
        let start = bytes.startIndex
        let reserved = bytes.littleEndianUInt32(at: start + 12)
        guard let kind = FrameKind(rawValue: bytes[start + 4]) else {
            throw .peer(.unknownKind(bytes[start + 4]))
        }
        guard reserved == 0 else { throw .peer(.reservedNotZero(kind, reserved)) }
        let header = FrameHeader(
            payloadByteCount: Int(bytes.littleEndianUInt32(at: start)),
            kind: kind,
            flags: FrameFlags(rawValue: bytes[start + 5]),
            method: bytes.littleEndianUInt16(at: start + 6),
            streamID: bytes.littleEndianUInt32(at: start + 8))
        if let violation = header.violation(frameLimit: frameLimit) { throw .peer(violation) }
        return header
    }

    /// The first rule that this header breaks, or nil.
    func violation(frameLimit: Int) -> Violation? {
        let lengths = kind.allowedPayloadByteCounts(frameLimit: frameLimit)
        guard lengths.contains(payloadByteCount) else {
            return .payloadLength(kind, payloadByteCount, allowed: lengths)
        }
        guard kind.allowedFlags.isSuperset(of: flags), flags != [.last, .more] else {
            return .illegalFlags(kind, flags.rawValue)
        }
        guard (method != 0) == (kind == .request) else { return .illegalMethod(kind, method) }
        switch kind.streamIDRule {
        case .mustBeZero where streamID != 0, .mustNotBeZero where streamID == 0:
            return .illegalStreamID(kind, streamID)
        default:
            return nil
        }
    }

    /// Appends the sixteen bytes.
    func encode(into output: inout [UInt8]) {
        output.appendLittleEndian(UInt32(payloadByteCount))
        output.append(kind.rawValue)
        output.append(flags.rawValue)
        output.appendLittleEndian(method)
        output.appendLittleEndian(streamID)
        output.appendLittleEndian(UInt32(0))
    }
}
