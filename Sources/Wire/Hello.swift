/// The payload of a HELLO: who speaks, which versions, and what this side accepts.
///
/// A fixed binary layout rather than a protobuf message, because it must be readable before the
/// two sides have agreed on anything. Offsets are in PROTOCOL.md; bytes after the agent name are
/// for later versions and are ignored.
public struct Hello: Equatable, Sendable {
    /// Bytes before the agent name.
    public static let fixedByteCount = 72

    /// Bytes of challenge or proof.
    public static let credentialByteCount = 32

    /// Which side the sender plays.
    public var role: Connection.Role
    /// Lowest and highest version that the sender speaks.
    public var versions: ClosedRange<UInt16>
    /// Largest payload that the sender accepts.
    public var frameByteCount: Int
    /// Most streams that the sender lets its peer hold open; 0 from a client.
    public var streamCount: UInt32
    /// Credit that the sender grants on each new stream.
    public var streamWindowByteCount: Int
    /// Credit that the sender grants on the connection.
    public var connectionWindowByteCount: Int
    /// Optional features, one bit each; none is defined in version 1, unknown bits are ignored.
    public var capabilities: UInt64
    /// From a server, a random challenge; from a client, the proof.
    ///
    /// All zero: none.
    public var credential: [UInt8]
    /// Name and version of the program, for logs.
    public var agent: String

    /// A HELLO with this module's versions and default limits.
    ///
    /// - Parameters:
    ///   - role: Which side we play.
    ///   - agent: Name and version of the program; cut at ``Limits/agentByteCount`` bytes.
    ///   - credential: 32 bytes, or empty for none.
    public init(role: Connection.Role, agent: String, credential: [UInt8] = []) {
        precondition(
            credential.isEmpty || credential.count == Self.credentialByteCount,
            "a credential is 32 bytes or absent")
        self.role = role
        versions = WireProtocol.lowestVersion...WireProtocol.highestVersion
        frameByteCount = Limits.defaultFrameByteCount
        streamCount = role == .server ? Limits.defaultStreamCount : 0
        streamWindowByteCount = Limits.defaultStreamWindowByteCount
        connectionWindowByteCount = Limits.defaultConnectionWindowByteCount
        capabilities = 0
        self.credential =
            credential.isEmpty
            ? [UInt8](repeating: 0, count: Self.credentialByteCount) : credential
        var agent = agent
        while agent.utf8.count > Limits.agentByteCount { agent.removeLast() }
        self.agent = agent
    }

    /// Whether a challenge or proof is present.
    public var hasCredential: Bool { credential.contains { $0 != 0 } }

    /// The highest version that both speak, or nil.
    public func commonVersion(with other: Hello) -> UInt16? {
        let highest = min(versions.upperBound, other.versions.upperBound)
        return highest >= max(versions.lowerBound, other.versions.lowerBound) ? highest : nil
    }

    /// The payload bytes.
    public var payload: [UInt8] {
        var bytes = WireProtocol.magic
        bytes.appendLittleEndian(versions.lowerBound)
        bytes.appendLittleEndian(versions.upperBound)
        bytes.append(contentsOf: [role.rawValue, 0, 0, 0])
        bytes.appendLittleEndian(UInt32(frameByteCount))
        bytes.appendLittleEndian(streamCount)
        bytes.appendLittleEndian(UInt32(streamWindowByteCount))
        bytes.appendLittleEndian(UInt32(connectionWindowByteCount))
        bytes.appendLittleEndian(UInt32(agent.utf8.count))
        bytes.appendLittleEndian(capabilities)
        bytes.append(contentsOf: credential)
        bytes.append(contentsOf: agent.utf8)
        return bytes
    }
}

extension Hello {
    /// Reads a payload and checks every field.
    ///
    /// - Parameters:
    ///   - payload: The payload; its length was checked on the header.
    ///   - sender: The role that the peer must state.
    /// - Throws: `WireError.peer`, naming the field, its value and what is accepted.
    public init(payload: [UInt8], from sender: Connection.Role) throws(WireError) {
        try Self.checkIdentity(payload, from: sender)
        let lowest = payload.littleEndianUInt16(at: 4)
        let highest = payload.littleEndianUInt16(at: 6)
        guard lowest <= highest, lowest > 0 else {
            throw .peer(.malformedHello("versions \(lowest) to \(highest) are not a range from 1"))
        }
        self.init(role: sender, agent: try Self.readAgent(payload))
        versions = lowest...highest
        streamCount = payload.littleEndianUInt32(at: 16)
        guard streamCount <= Limits.maximumStreamCount else {
            throw .peer(
                .malformedHello("max_streams \(streamCount) is over \(Limits.maximumStreamCount)"))
        }
        frameByteCount = try Self.readLimit(
            payload, at: 12, named: "max_frame",
            allowed: Limits.minimumFrameByteCount...Limits.maximumFrameByteCount)
        let windows = Limits.minimumWindowByteCount...Limits.maximumWindowByteCount
        streamWindowByteCount = try Self.readLimit(
            payload, at: 20, named: "stream_window", allowed: windows)
        connectionWindowByteCount = try Self.readLimit(
            payload, at: 24, named: "connection_window", allowed: windows)
        capabilities = payload.littleEndianUInt64(at: 32)
        credential = Array(payload[40..<72])
    }

    private static func checkIdentity(
        _ payload: [UInt8], from sender: Connection.Role
    ) throws(WireError) {
        guard payload.count >= fixedByteCount else {
            throw .peer(.malformedHello("\(payload.count) bytes, at least 72 are needed"))
        }
        guard Array(payload[0..<4]) == WireProtocol.magic else {
            throw .peer(.malformedHello("the first four bytes are not NRND"))
        }
        guard payload[8] == sender.rawValue else {
            throw .peer(.malformedHello("role \(payload[8]), expected \(sender.rawValue)"))
        }
        guard payload[9..<12].allSatisfy({ $0 == 0 }) else {
            throw .peer(.malformedHello("bytes 9 to 11 are reserved and must be zero"))
        }
    }

    private static func readAgent(_ payload: [UInt8]) throws(WireError) -> String {
        let byteCount = Int(payload.littleEndianUInt32(at: 28))
        guard byteCount <= Limits.agentByteCount, fixedByteCount + byteCount <= payload.count,
            let agent = strictUTF8(payload[fixedByteCount..<(fixedByteCount + byteCount)])
        else {
            throw .peer(
                .malformedHello("agent must be UTF-8 of at most 256 bytes inside the payload"))
        }
        return agent
    }

    private static func readLimit(
        _ payload: [UInt8], at offset: Int, named name: String, allowed: ClosedRange<Int>
    ) throws(WireError) -> Int {
        let value = Int(payload.littleEndianUInt32(at: offset))
        guard allowed.contains(value) else {
            throw .peer(
                .malformedHello(
                    "\(name) is \(value), accepted are \(allowed.lowerBound) to "
                        + "\(allowed.upperBound)"))
        }
        return value
    }
}
