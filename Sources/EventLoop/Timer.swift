import CLibuv

/// A timer on a loop, single or repeating.
///
/// Due timers run at the start of a loop turn, never early by the loop's own clock, which stands
/// still during a callback.
public final class Timer {
    private let box: HandleBox
    private var body: (() -> Void)?

    /// Makes a stopped timer.
    public init(_ loop: Loop) {
        do throws(LoopError) {
            box = try HandleBox(loop, UV_TIMER, operation: "make a timer") { memory in
                uv_timer_init(loop.raw, memory.assumingMemoryBound(to: uv_timer_t.self))
            }
        } catch {
            preconditionFailure("uv_timer_init is documented to succeed always: \(error)")
        }
        box.attach(self)
    }

    /// Whether the timer is closed.
    public var isClosed: Bool { box.isClosed }

    /// Starts the timer, or starts it over.
    ///
    /// - Parameters:
    ///   - afterMilliseconds: how long until `body` runs first; 0 means in the next turn.
    ///   - repeatMilliseconds: the period after that; 0 means once.
    ///   - body: what to run; released when the timer is stopped or closed.
    public func start(
        afterMilliseconds: UInt64, repeatMilliseconds: UInt64 = 0, _ body: @escaping () -> Void
    ) {
        box.loop.assertOnLoop()
        guard !box.isClosed else { return }
        self.body = body
        uv_timer_start(
            box.pointer(),
            { timer in HandleBox.owner(of: timer, as: Timer.self)?.fire() },
            afterMilliseconds, repeatMilliseconds)
    }

    /// Stops the timer; it can be started again.
    public func stop() {
        box.loop.assertOnLoop()
        guard !box.isClosed else { return }
        uv_timer_stop(box.pointer())
        body = nil
    }

    /// Stops the timer for good.
    public func close() {
        stop()
        box.close()
    }

    private func fire() {
        let isLast = uv_timer_get_repeat(box.pointer()) == 0
        let body = self.body
        if isLast { self.body = nil }
        body?()
    }
}
