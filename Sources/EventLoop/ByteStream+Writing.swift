import CLibuv

/// Writes that wait for the one in flight; they leave together, in one call.
struct PendingWrites {
    var bytes: [UInt8] = []
    var completions: [(LoopError?) -> Void] = []
}

/// A write that libuv has taken: the bytes at a fixed place, and whom to tell.
final class WriteRequest {
    let stream: ByteStream
    let buffer: UnsafeMutableBufferPointer<UInt8>
    let completions: [(LoopError?) -> Void]
    let raw = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)

    init(_ stream: ByteStream, _ bytes: ArraySlice<UInt8>, _ completions: [(LoopError?) -> Void]) {
        self.stream = stream
        self.completions = completions
        buffer = .allocate(capacity: bytes.count)
        _ = buffer.initialize(from: bytes)
    }

    deinit {
        buffer.deallocate()
        raw.deallocate()
    }
}

extension ByteStream {
    /// Bytes that were written here and that the kernel has not yet taken.
    public var queuedByteCount: Int {
        guard let inflight else { return 0 }
        guard !box.isClosed else { return inflight.buffer.count + pending.bytes.count }
        return uv_stream_get_write_queue_size(box.pointer()) + pending.bytes.count
    }

    /// Writes bytes, in order with all other writes of this stream.
    ///
    /// - Parameters:
    ///   - bytes: what to write; what the kernel does not take now is copied and queued.
    ///   - done: told when the kernel has taken the bytes, or why not. It may run before this
    ///     function returns. A failed write also ends the stream, see ``onEnd``.
    public func write(_ bytes: [UInt8], _ done: ((LoopError?) -> Void)? = nil) {
        box.loop.assertOnLoop()
        if let error = refusal {
            done?(error)
            return
        }
        guard inflight == nil else {
            pending.bytes += bytes
            if let done { pending.completions.append(done) }
            return
        }
        send(bytes, done.map { [$0] } ?? [])
    }

    private var refusal: LoopError? {
        if box.isClosed || isClosingWhenFlushed { return .closed(operation: "write to a stream") }
        return failure
    }

    /// Hands to the kernel what it takes now, and the rest to libuv.
    private func send(_ bytes: [UInt8], _ completions: [(LoopError?) -> Void]) {
        let count = bytes.withUnsafeBytes { raw in
            // Safety: uv_try_write reads the buffer before it returns and does not change it.
            let base = UnsafeMutableRawPointer(mutating: raw.baseAddress)
            var buffer = uv_buf_t(
                base: base?.assumingMemoryBound(to: CChar.self), len: raw.count)
            return Int(uv_try_write(box.pointer(), &buffer, 1))
        }
        if count == bytes.count {
            for done in completions { done(nil) }
        } else if count >= 0 || count == UV_EAGAIN.rawValue {
            queue(bytes[max(count, 0)...], completions)
        } else {
            fail(code: CInt(count), completions)
        }
    }

    private func queue(_ bytes: ArraySlice<UInt8>, _ completions: [(LoopError?) -> Void]) {
        let request = WriteRequest(self, bytes, completions)
        let base = UnsafeMutableRawPointer(request.buffer.baseAddress)
        var buffer = uv_buf_t(
            base: base?.assumingMemoryBound(to: CChar.self), len: request.buffer.count)
        // Safety: balanced in the callback, which libuv runs for every request that it accepts.
        request.raw.pointee.data = Unmanaged.passRetained(request).toOpaque()
        let code = uv_write(request.raw, box.pointer(), &buffer, 1) { raw, status in
            guard let data = raw?.pointee.data else { return }
            let request = Unmanaged<WriteRequest>.fromOpaque(data).takeRetainedValue()
            request.stream.didWrite(request, status: status)
        }
        if code == 0 {
            inflight = request
        } else {
            Unmanaged.passUnretained(request).release()
            fail(code: code, completions)
        }
    }

    private func didWrite(_ request: WriteRequest, status: CInt) {
        inflight = nil
        guard status == 0 else {
            fail(code: status, request.completions)
            return
        }
        for done in request.completions { done(nil) }
        // A completion may have closed the stream or written more.
        if box.isClosed {
            fail(code: UV_ECANCELED.rawValue, [])
        } else if inflight == nil, !pending.bytes.isEmpty {
            let next = pending
            pending = PendingWrites()
            send(next.bytes, next.completions)
        }
        guard inflight == nil, !box.isClosed else { return }
        if isClosingWhenFlushed {
            close()
        } else {
            onWritable.map { $0() }
        }
    }

    /// Reports a failed write to everybody who waits, and ends the stream.
    private func fail(code: CInt, _ completions: [(LoopError?) -> Void]) {
        let error: LoopError =
            code == UV_ECANCELED.rawValue
            ? .closed(operation: "write to a stream")
            : .system(operation: "write to", subject: "stream", code: code)
        failure = error
        let waiting = completions + pending.completions
        pending = PendingWrites()
        for done in waiting { done(error) }
        // Not from within `write`, whose caller does not expect to be told of the end.
        guard !box.isClosed else { return }
        box.loop.later { [self] in
            end(error)
            if isClosingWhenFlushed { close() }
        }
    }
}
