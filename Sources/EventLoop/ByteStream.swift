import CLibuv

/// A connected byte stream: a unix socket, a pipe or a TCP connection.
///
/// Reading starts with ``startReading()`` and pauses with ``stopReading()``, which is how a slow
/// consumer holds back the sender: the kernel's buffer fills and the peer's writes wait. Writing
/// never blocks: what the kernel does not take at once is queued, and ``queuedByteCount`` with
/// ``onWritable`` lets the producer hold itself back.
public final class ByteStream {
    let box: HandleBox
    let isPipe: Bool

    /// Runs with each batch of bytes that arrives, at most 64 KiB at a time.
    public var onRead: (([UInt8]) -> Void)?
    /// Runs exactly once when the peer ends the stream (nil) or it breaks (the error); never
    /// after ``close()``.
    public var onEnd: ((LoopError?) -> Void)?
    /// Runs whenever queued writes have all been handed to the kernel.
    public var onWritable: (() -> Void)?

    var hasEnded = false
    var failure: LoopError?
    var inflight: WriteRequest?
    var pending = PendingWrites()
    var isClosingWhenFlushed = false

    /// Takes over a connected stream socket or pipe, such as an end of ``makeSocketPair()``.
    ///
    /// - Parameters:
    ///   - loop: where the stream lives.
    ///   - descriptor: closed with the stream; on failure it remains the caller's.
    /// - Throws: ``LoopError/system(operation:subject:code:)`` for a descriptor that is no stream.
    public convenience init(_ loop: Loop, adopting descriptor: Int32) throws(LoopError) {
        try self.init(loop, isPipe: true)
        let code = uv_pipe_open(box.pointer(), descriptor)
        guard code == 0 else {
            box.close()
            throw .system(operation: "adopt", subject: "descriptor \(descriptor)", code: code)
        }
    }

    /// Makes an unconnected stream.
    init(_ loop: Loop, isPipe: Bool) throws(LoopError) {
        self.isPipe = isPipe
        if isPipe {
            box = try HandleBox(loop, UV_NAMED_PIPE, operation: "make a pipe") { memory in
                uv_pipe_init(loop.raw, memory.assumingMemoryBound(to: uv_pipe_t.self), 0)
            }
        } else {
            box = try HandleBox(loop, UV_TCP, operation: "make a TCP socket") { memory in
                uv_tcp_init(loop.raw, memory.assumingMemoryBound(to: uv_tcp_t.self))
            }
        }
        box.attach(self)
    }

    /// Whether ``close()`` was called.
    public var isClosed: Bool { box.isClosed }

    /// Who is at the other end of a unix socket; nil for TCP and once closed.
    public var peerCredentials: PeerCredentials? {
        box.loop.assertOnLoop()
        var descriptor: uv_os_fd_t = -1
        guard isPipe, !box.isClosed, uv_fileno(box.pointer(), &descriptor) == 0 else { return nil }
        return PeerCredentials(descriptor: descriptor)
    }

    /// Closes the stream at once; writes that have not left are dropped and report it.
    public func close() {
        box.loop.assertOnLoop()
        guard !box.isClosed else { return }
        box.close()
        onRead = nil
        onEnd = nil
        onWritable = nil
    }

    /// Closes the stream once everything written so far has been handed to the kernel.
    ///
    /// Further writes are refused. Reading goes on until then.
    public func closeWhenFlushed() {
        box.loop.assertOnLoop()
        isClosingWhenFlushed = true
        if queuedByteCount == 0 { close() }
    }

    /// Settings that every connected stream gets.
    func didConnect() {
        // Frames are small and answered: waiting to merge segments would only add delay.
        if !isPipe { uv_tcp_nodelay(box.pointer(), 1) }
    }
}
