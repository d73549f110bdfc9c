import EventLoop

/// One process of an engine, from its order until it is known how it ended.
///
/// Its connection ends before it does, so whoever hears of that asks for the cause and goes on;
/// the cause follows within a millisecond, or is that it is not known to have ended.
final class EngineProcess {
    /// The process id; 0 until it is known.
    private(set) var identifier: Int32 = 0
    private var hasEnded = false
    private var cause: DeathCause?
    private var onCause: ((DeathCause) -> Void)?
    private let kill: () -> Void
    private let timer: Timer

    /// Runs when the process id is known.
    var onStart: (() -> Void)?
    /// Runs when the process has ended and nobody asks for the cause.
    var onExit: (() -> Void)?

    /// - Parameter kill: ends the process, if it still runs.
    init(_ loop: Loop, kill: @escaping () -> Void) {
        timer = Timer(loop)
        self.kill = kill
    }

    /// Notes that the process runs.
    func didStart(_ identifier: Int32) {
        self.identifier = identifier
        onStart?()
    }

    /// Notes how the process ended.
    func didExit(_ cause: DeathCause) {
        hasEnded = true
        settle(cause)
        guard onExit != nil else { return }
        // What it sent last is still to be read; the end of the connection comes after that.
        timer.start(afterMilliseconds: DaemonLimits.exitMilliseconds) { [self] in onExit?() }
    }

    /// Ends the process for this reason, which is the cause then.
    func end(_ cause: DeathCause) {
        if self.cause == nil { self.cause = cause }
        if !hasEnded { kill() }
    }

    /// Asks how the process ended, once: told at once where that is known, later otherwise.
    func tellCause(_ body: @escaping (DeathCause) -> Void) {
        onStart = nil
        onExit = nil
        if let cause {
            timer.close()
            return body(cause)
        }
        onCause = body
        timer.start(afterMilliseconds: DaemonLimits.exitMilliseconds) { [self] in
            // A machine that is slow to end processes must not make a crash of a kill.
            let cause = DeathCause.outside("closed its connection and did not end")
            end(cause)
            settle(cause)
        }
    }

    /// Nobody asks any more.
    func abandon() {
        onCause = nil
        onStart = nil
        onExit = nil
        timer.close()
        if !hasEnded { kill() }
    }

    private func settle(_ found: DeathCause) {
        let cause = self.cause ?? found
        self.cause = cause
        guard let onCause else { return }
        self.onCause = nil
        timer.close()
        onCause(cause)
    }
}
