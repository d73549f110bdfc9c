import CLibuv

extension ByteStream {
    /// Starts, or goes on, to deliver what arrives; no effect after the end of the stream.
    public func startReading() {
        box.loop.assertOnLoop()
        guard !box.isClosed, !hasEnded else { return }
        let code = uv_read_start(
            box.pointer(),
            { handle, _, buffer in
                // Safety: libuv fills the buffer and delivers it before it asks for another.
                guard let shared = HandleBox.box(of: handle)?.loop.readBuffer else { return }
                buffer?.pointee = uv_buf_init(shared.baseAddress, UInt32(shared.count))
            },
            { handle, count, buffer in
                guard let stream = HandleBox.owner(of: handle, as: ByteStream.self) else { return }
                if count > 0 {
                    // Safety: libuv has written `count` bytes to the buffer that it was lent.
                    let bytes = UnsafeRawBufferPointer(start: buffer?.pointee.base, count: count)
                    stream.onRead.map { $0([UInt8](bytes)) }
                } else if count < 0 {
                    stream.didStopArriving(code: CInt(truncatingIfNeeded: count))
                }
            })
        if code < 0 && code != UV_EALREADY.rawValue {
            let error = LoopError.system(operation: "read from", subject: "stream", code: code)
            box.loop.later { [self] in end(error) }
        }
    }

    /// Pauses delivery; what arrives meanwhile waits in the kernel, and then at the sender.
    ///
    /// While paused, the end of the stream goes unnoticed too.
    public func stopReading() {
        box.loop.assertOnLoop()
        guard !box.isClosed else { return }
        uv_read_stop(box.pointer())
    }

    private func didStopArriving(code: CInt) {
        if code == UV_EOF.rawValue {
            end(nil)
        } else {
            end(.system(operation: "read from", subject: "stream", code: code))
        }
    }

    /// Reports the end of the stream, the first time that it is noticed.
    func end(_ error: LoopError?) {
        guard !hasEnded, !box.isClosed else { return }
        hasEnded = true
        uv_read_stop(box.pointer())
        onEnd.map { $0(error) }
    }
}
