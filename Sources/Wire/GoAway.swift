/// Why a side leaves.
///
/// A closed list in PROTOCOL.md; a number that is not known is kept as it is.
public struct GoAwayCode: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt32

    /// Wraps a number from the wire.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Leaving in order: open streams are finished, new ones are not begun.
    public static let drain = GoAwayCode(rawValue: 0)
    /// A frame was malformed or illegal in this phase.
    public static let protocolError = GoAwayCode(rawValue: 1)
    /// A frame was announced that is over the limit.
    public static let frameTooLarge = GoAwayCode(rawValue: 2)
    /// Data was sent without credit, or credit overflowed.
    public static let flowControl = GoAwayCode(rawValue: 3)
    /// The version ranges do not meet.
    public static let versionMismatch = GoAwayCode(rawValue: 4)
    /// Credentials are missing or wrong.
    public static let unauthenticated = GoAwayCode(rawValue: 5)
    /// Too many connections or streams.
    public static let resourceExhausted = GoAwayCode(rawValue: 6)
    /// The peer was silent or slow for too long.
    public static let timeout = GoAwayCode(rawValue: 7)
    /// A fault of the sender's own.
    public static let internalError = GoAwayCode(rawValue: 8)

    /// Whether open streams may still finish.
    public var isGraceful: Bool { self == .drain }
}

/// The payload of a GOAWAY: code u32, last stream id u32, UTF-8 text.
public struct GoAway: Equatable, Sendable {
    /// Why.
    public var code: GoAwayCode
    /// Highest stream id that the sender has taken up; later ones were not looked at.
    public var lastStreamID: UInt32
    /// A sentence for a person.
    public var text: String

    /// A GOAWAY from its parts; text beyond ``Limits/goAwayTextByteCount`` is cut at a character.
    public init(code: GoAwayCode, lastStreamID: UInt32, text: String) {
        self.code = code
        self.lastStreamID = lastStreamID
        var text = text
        while text.utf8.count > Limits.goAwayTextByteCount { text.removeLast() }
        self.text = text
    }

    /// Reads a payload.
    ///
    /// - Throws: `WireError.peer` when the text is not UTF-8; lengths were checked on the header.
    public init(payload: [UInt8]) throws(WireError) {
        guard payload.count >= 8, let text = strictUTF8(payload[8...]) else {
            throw .peer(.malformedGoAway)
        }
        code = GoAwayCode(rawValue: payload.littleEndianUInt32(at: 0))
        lastStreamID = payload.littleEndianUInt32(at: 4)
        self.text = text
    }

    /// The payload bytes.
    public var payload: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(code.rawValue)
        bytes.appendLittleEndian(lastStreamID)
        bytes.append(contentsOf: text.utf8)
        return bytes
    }
}
