import CLibuv

/// Turns a signal of the process into a callback on the loop.
public final class SignalWatcher {
    private let box: HandleBox
    private var body: (() -> Void)?

    /// Watches a signal until ``close()``; its default effect on the process is suspended.
    ///
    /// - Parameters:
    ///   - loop: where `body` runs.
    ///   - signal: the number, such as `SIGTERM`.
    ///   - body: runs once per delivery; deliveries in quick succession may be merged.
    /// - Throws: ``LoopError/system(operation:subject:code:)`` for a signal that cannot be caught.
    public init(_ loop: Loop, signal: Int32, _ body: @escaping () -> Void) throws(LoopError) {
        box = try HandleBox(loop, UV_SIGNAL, operation: "make a signal watcher") { memory in
            uv_signal_init(loop.raw, memory.assumingMemoryBound(to: uv_signal_t.self))
        }
        self.body = body
        box.attach(self)
        let code = uv_signal_start(
            box.pointer(),
            { watcher, _ in HandleBox.owner(of: watcher, as: SignalWatcher.self)?.body?() },
            signal)
        guard code == 0 else {
            box.close()
            throw .system(operation: "watch", subject: "signal \(signal)", code: code)
        }
    }

    /// Stops watching; the signal's former effect is restored.
    public func close() {
        body = nil
        box.close()
    }
}
