import CLibuv

/// Tells when there is something to take from a descriptor that somebody else reads.
public final class DescriptorWatcher {
    private let box: HandleBox
    private var body: (() -> Void)?

    /// Watches a descriptor until ``close()``, and makes it one that does not block.
    ///
    /// The descriptor stays the caller's, to be closed after the watcher.
    ///
    /// - Parameters:
    ///   - loop: where `body` runs.
    ///   - descriptor: a socket or a pipe.
    ///   - body: runs while something waits or the other side is closed; it takes what waits, and
    ///     closes the watcher at the end.
    /// - Throws: ``LoopError/system(operation:subject:code:)`` for a descriptor that cannot be
    ///   watched.
    public init(
        _ loop: Loop, descriptor: Int32, _ body: @escaping () -> Void
    ) throws(LoopError) {
        box = try HandleBox(loop, UV_POLL, operation: "watch a descriptor") { memory in
            uv_poll_init(loop.raw, memory.assumingMemoryBound(to: uv_poll_t.self), descriptor)
        }
        self.body = body
        box.attach(self)
        let code = uv_poll_start(box.pointer(), CInt(UV_READABLE.rawValue)) { watcher, _, _ in
            HandleBox.owner(of: watcher, as: DescriptorWatcher.self)?.body?()
        }
        guard code == 0 else {
            // The handle exists all the same, and must be closed like any other.
            box.close()
            throw .system(operation: "watch", subject: "descriptor \(descriptor)", code: code)
        }
    }

    /// Stops watching.
    public func close() {
        body = nil
        box.close()
    }
}
