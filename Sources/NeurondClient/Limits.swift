/// Every maximum and default of the client, each with its reason.
enum Limits {
    /// Consumed bytes that a call collects before it tells the loop: a hop per frame would cost
    /// more than the frame.
    ///
    /// Half the smallest legal window, so that a window never runs dry.
    static let consumedByteCountPerReport = 32_768

    /// Bytes of an upload in one MESSAGE; large enough to amortise the header, small enough that
    /// other calls' frames slip between.
    static let uploadChunkByteCount = 262_144

    /// How long a connection attempt may take, HELLO included.
    static let connectMilliseconds: UInt64 = 10_000

    /// What is added to a deadline before the client gives up on its own: the daemon's answer to
    /// the same deadline is on its way and says more.
    static let deadlineGraceMilliseconds: UInt64 = 500

    /// Largest tensor that is put together in memory; larger than any capture of one item, small
    /// enough that a broken peer cannot take the machine down.
    static let tensorByteCount = 8_589_934_592

    /// Calls that wait for a free stream before a further one is refused.
    static let waitingCallCount = 65_536

    /// Bytes of a file that holds one token.
    static let tokenFileByteCount = 4_096
}
