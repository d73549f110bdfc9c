/// Every maximum that the protocol module enforces, each with its reason.
public enum Limits {
    /// Largest HELLO payload: room for the fixed part, an agent name and later additions, small
    /// enough that a stranger who connects can make us hold one page and no more.
    public static let helloByteCount = 4_096

    /// Longest agent name in HELLO; it goes to logs, where a line should stay a line.
    public static let agentByteCount = 256

    /// Longest text of a GOAWAY; a sentence with its numbers fits several times.
    public static let goAwayTextByteCount = 1_024

    /// Data bytes of every TENSOR frame but a tensor's last.
    ///
    /// Fixed, not negotiated: a reply that is computed again after an engine restart must fall into
    /// the same frames, so that those already delivered can be counted off. 256 KiB keeps the
    /// header cost below 0.1 % and the delay that a frame imposes on its neighbours on a local
    /// socket below 0.1 ms.
    public static let tensorChunkByteCount = 262_144

    /// Largest descriptor of a TENSOR frame, padding included: eight dimensions and the longest
    /// name need 608 bytes; the rest is for later fields.
    public static let tensorDescriptorByteCount = 4_096

    /// Largest tensor rank: (item, layer, position, head, dimension) and three to spare.
    public static let tensorRank = 8

    /// Longest tensor name; a hook's label, not a document.
    public static let tensorNameByteCount = 512

    /// Smallest frame limit that a HELLO may state: a full tensor chunk with its descriptor has to
    /// fit, since chunks do not shrink to please a receiver.
    public static let minimumFrameByteCount = 524_288

    /// Largest frame limit that a HELLO may state.
    ///
    /// A bigger value would say nothing but that the sender does not bound its memory.
    public static let maximumFrameByteCount = 67_108_864

    /// Frame limit that we state unless configured: a prompt of a million tokens as varints.
    public static let defaultFrameByteCount = 4_194_304

    /// Most streams that a server allows at once on a connection unless configured.
    public static let defaultStreamCount: UInt32 = 128

    /// Largest stream count that a HELLO may state; the table of streams is memory as well.
    public static let maximumStreamCount: UInt32 = 65_536

    /// Smallest window that a HELLO may state, so that credit is not returned a byte at a time.
    public static let minimumWindowByteCount = 65_536

    /// Largest credit that may ever be outstanding; one bit below what u32 holds, so that a
    /// signed 32-bit counter is enough for every implementation.
    public static let maximumWindowByteCount = 2_147_483_647

    /// Stream window that we state unless configured: four tensor chunks in flight.
    public static let defaultStreamWindowByteCount = 1_048_576

    /// Connection window that we state unless configured: sixteen stalled streams fill it.
    public static let defaultConnectionWindowByteCount = 16_777_216

    /// Bytes that may wait for credit on one stream before a further send is refused.
    ///
    /// A producer is expected to pause long before, when `queuedByteCount(on:)` is not zero.
    public static let queuedByteCountPerStream = 268_435_456

    /// Streams that may be refused at once beyond the stream limit before the peer is taken for
    /// an attacker and the connection is closed.
    public static let refusedStreamCount = 64

    /// Bytes consumed from the decoder's buffer before the rest is moved to its front; moving less
    /// often would hold memory, moving more often would copy for nothing.
    static let decoderCompactionByteCount = 65_536
}
