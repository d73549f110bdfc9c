import Wire

/// Every bound of the daemon's processes that neither Wire nor Supervision has, with its reason.
public enum DaemonLimits {
    /// Connections that have not proved their token yet; each is given ten seconds.
    static let unprovedConnectionCount = 64

    /// Bytes of a file of tokens; a thousand holders fit.
    static let tokenFileByteCount = 262_144

    /// Holders of tokens: each proof is tried with every token, a microsecond each.
    static let tokenCount = 1_024

    /// Bytes of the name of a token, which appears in logs and quotas.
    static let tokenNameByteCount = 64

    /// Bytes of a token: who overhears a proof can try tokens on it without us, so short ones
    /// are refused.
    static let tokenByteCounts = 32...256

    /// Sockets that a service manager may hand over.
    static let inheritedSocketCount = 64

    /// Descriptors that we use beside one for each client: engines, listeners, logs, files.
    public static let ownDescriptorCount = 256

    /// Bytes that may wait in a socket's queue before nothing more is read from its peer and no
    /// more credit is given for what is to be sent to it.
    static let queuedByteCount = 4_194_304

    /// Bytes that may wait in the sockets' queues of all clients together before each is held to
    /// ``queuedByteCountWhenFull``.
    static let queuedByteCountOfAll = 268_435_456

    /// Bytes that may wait for one client once all together reach their limit.
    static let queuedByteCountWhenFull = 65_536

    /// Payload bytes of one request, which is one frame; large data travels as objects.
    public static let requestByteCount = Wire.Limits.defaultFrameByteCount

    /// Credit for all streams of an engine's connection together: the most there is, so that only
    /// the streams' own windows bind and a stalled client stalls nobody else.
    static let engineConnectionWindowByteCount = 2_147_483_647

    /// What a relay adds to a request's payload, at most: options of its own and, around one that
    /// is to be priced, two tags.
    static let envelopeByteCount = 4_096

    /// Requests that one engine prices at once; each is tokenized and its plan resolved.
    static let pricingPerEngine = 16

    /// Streams that an engine allows: those that run, those being cancelled, and uploads.
    static let engineStreamCount: UInt32 = 4_096

    /// Time from the end of an engine's connection to news of its exit, after which it is ended.
    ///
    /// The kernel closes a dying process's connections last, and the fork server tells at once: a
    /// longer one did not die.
    static let exitMilliseconds: UInt64 = 1_000

    /// Time that an engine has to end a request that is stopped: a long step and some.
    static let farewellMilliseconds: UInt64 = 1_000

    /// How often engines that work are asked for their report, and stalled clients are looked at.
    static let housekeepingMilliseconds: UInt64 = 1_000

    /// How much sooner than the supervisor the kernel is to end an engine when memory runs out.
    ///
    /// Of a thousand: an engine is started again within a second, clients notice a delay.
    static let engineOutOfMemoryScore = 500

    /// Bytes per message when an object is handed to an engine; well below the frame limit.
    static let uploadChunkByteCount = 1_048_576

    /// Bytes that a service's reply may have waiting before the service is suspended.
    static let replyByteCount = 1_048_576

    /// Longest request id; it appears on log lines.
    static let requestIDByteCount = 64

    /// Descriptor on which the fork server talks with the supervisor.
    static let controlDescriptor: Int32 = 3

    /// Bytes of a message between supervisor and fork server: the longest note, each byte of it
    /// escaped, fits.
    static let forkMessageByteCount = 131_072

    /// Bytes of a text in such a message; an error that names a file and a tensor has some hundred.
    static let forkTextByteCount = 512

    /// Metadata of such a note.
    static let forkNoteFieldCount = 16

    /// Time in which the fork server forks once: milliseconds, unless it was stopped or swapped
    /// out.
    static let forkMilliseconds: UInt64 = 30_000

    /// Milliseconds between two replies of a stream of Status: often enough for a live view, and
    /// seldom enough that a stream costs nothing; a stream that outlives a drain ends soon.
    static let statusIntervalMilliseconds = 100...60_000

    /// How old the engines' reports may be before a Status asks for new ones.
    static let freshReportMilliseconds: UInt64 = 100

    /// How long a Status waits for engines that do not answer.
    static let reportPatienceMilliseconds: UInt64 = 200

    /// Identities whose use is counted apart; each costs some forty bytes for ever.
    static let countedIdentities = 1_024

    /// Connections to the metrics server: a few scrapers and somebody with a browser.
    static let metricsConnections = 16

    /// Bytes of the head of a request for metrics; scrapers send some hundred.
    static let metricsHeadByteCount = 4_096

    /// Time from the connection to the end of its answer.
    static let metricsMilliseconds: UInt64 = 5_000

    /// Log lines that wait for a slow reader of the log; more are dropped and counted.
    static let logBufferByteCount = 1_048_576

    /// Characters of one value in a log line.
    static let logValueCharacterCount = 1_024

    /// How long the end of the program waits for the reader of its log.
    static let logCloseMilliseconds = 1_000
}
