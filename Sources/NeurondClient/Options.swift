public import Messages

/// How to connect.
public struct ConnectOptions: Sendable {
    /// Secret for daemons that ask for one; it never crosses the wire.
    public var token: String?
    /// Name and version of this program, for the daemon's log.
    public var agent: String
    /// How long to wait for the connection and the daemon's HELLO.
    public var timeout: Duration

    /// Options with their defaults.
    public init(
        token: String? = nil, agent: String = "NeurondClient", timeout: Duration? = nil
    ) {
        self.token = token
        self.agent = agent
        self.timeout = timeout ?? .milliseconds(Int64(Limits.connectMilliseconds))
    }
}

/// What goes with a call besides its message.
public struct CallOptions: Sendable {
    /// How long the daemon may take from receipt; nil: as long as it needs.
    public var deadline: Duration?
    /// A name for the daemon's log, at most 64 bytes of printable ASCII.
    public var requestID: String
    /// Name or digest of the model; empty: the only one, or the first.
    public var model: String
    /// Whether somebody waits for the answer at a keyboard; nil leaves it to the daemon to decide.
    public var lane: Neurond_V1_Lane?

    /// Options with their defaults.
    public init(
        deadline: Duration? = nil, requestID: String = "", model: String = "",
        lane: Neurond_V1_Lane? = nil
    ) {
        self.deadline = deadline
        self.requestID = requestID
        self.model = model
        self.lane = lane
    }

    /// The deadline in the unit of the protocol; at least 1, since 0 would mean none.
    var deadlineMilliseconds: UInt32 {
        guard let deadline else { return 0 }
        let milliseconds = deadline / .milliseconds(1)
        return UInt32(min(max(milliseconds.rounded(.up), 1), Double(UInt32.max)))
    }
}
