/// Cuts a byte stream into frames.
///
/// A reader of frames can do three things, and ``next()`` says which: wait for more bytes, hand
/// over a frame, or refuse the stream. The header is checked as soon as its sixteen bytes are
/// here; a frame that is too long or malformed is refused before any of its body is kept, and
/// memory grows with the bytes that arrived, never with a length that was announced.
public struct FrameDecoder: Sendable {
    /// What the bytes so far amount to.
    public enum Step: Equatable, Sendable {
        /// At least this many further bytes are needed.
        case needMore(byteCount: Int)
        /// A whole frame.
        case frame(Frame)
        /// The peer broke a rule; the decoder stays in this state.
        case failure(Violation)
    }

    private enum State {
        case header
        case body(FrameHeader)
        case failed(Violation)
    }

    /// Largest payload that is accepted; may be changed between frames.
    public var frameLimit: Int

    private var state = State.header
    private var buffer: [UInt8] = []
    private var head = 0

    /// A decoder for a fresh stream.
    public init(frameLimit: Int = Limits.defaultFrameByteCount) {
        self.frameLimit = frameLimit
    }

    /// Bytes received and not yet returned in a frame.
    public var bufferedByteCount: Int { buffer.count - head }

    /// Whether the stream could end here: no frame has begun.
    public var isAtFrameBoundary: Bool {
        if case .header = state { return bufferedByteCount == 0 }
        return false
    }

    /// Adds bytes as they arrive, in pieces of any size.
    ///
    /// After a failure they are dropped.
    public mutating func append(_ bytes: some Collection<UInt8>) {
        if case .failed = state { return }
        compact()
        buffer.append(contentsOf: bytes)
    }

    /// The next frame, or what is missing, or what is wrong.
    public mutating func next() -> Step {
        while true {
            switch state {
            case .failed(let violation):
                return .failure(violation)
            case .header:
                let missing = FrameHeader.byteCount - bufferedByteCount
                if missing > 0 { return .needMore(byteCount: missing) }
                readHeader()
            case .body(let header):
                let missing = header.payloadByteCount - bufferedByteCount
                if missing > 0 { return .needMore(byteCount: missing) }
                return .frame(takeFrame(header))
            }
        }
    }

    private mutating func readHeader() {
        let bytes = buffer[head..<(head + FrameHeader.byteCount)]
        do throws(WireError) {
            state = .body(try FrameHeader.decode(bytes, frameLimit: frameLimit))
            head += FrameHeader.byteCount
        } catch {
            guard case .peer(let violation) = error else {
                preconditionFailure("decoding a header can only find the peer at fault")
            }
            state = .failed(violation)
            buffer = []
            head = 0
        }
    }

    private mutating func takeFrame(_ header: FrameHeader) -> Frame {
        let end = head + header.payloadByteCount
        let payload = Array(buffer[head..<end])
        head = end
        state = .header
        return Frame(header: header, payload: payload)
    }

    private mutating func compact() {
        if head == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= Limits.decoderCompactionByteCount)
            head = 0
        } else if head >= Limits.decoderCompactionByteCount {
            buffer.removeSubrange(0..<head)
            head = 0
        }
    }
}
