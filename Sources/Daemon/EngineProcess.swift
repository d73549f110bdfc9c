import EventLoop

/// One process of an engine, from its start until it is known how it ended.
///
/// Its connection ends before it does, so whoever hears of that asks for the cause and goes on;
/// the cause follows within a millisecond, or is that it did not end.
final class EngineProcess {
    private var child: ChildProcess?
    private var cause: DeathCause?
    private var onCause: ((DeathCause) -> Void)?
    private let timer: Timer

    /// Runs when the process has ended and nobody asks for the cause.
    var onExit: (() -> Void)?

    init(_ loop: Loop) {
        timer = Timer(loop)
    }

    /// The process id; 0 when it was not started.
    var identifier: Int32 { child?.processIdentifier ?? 0 }

    /// Takes the started process.
    func adopt(_ child: ChildProcess) { self.child = child }

    /// Notes how the process ended.
    func didExit(status: Int64, signal: Int32) {
        child = nil
        settle(DeathCause(status: status, signal: signal))
        guard onExit != nil else { return }
        // What it sent last is still to be read; the end of the connection comes after that.
        timer.start(afterMilliseconds: DaemonLimits.exitMilliseconds) { [self] in onExit?() }
    }

    /// Ends the process for this reason, which is the cause then.
    func end(_ cause: DeathCause) {
        if self.cause == nil { self.cause = cause }
        child?.kill(ProcessSignal.kill)
    }

    /// Asks how the process ended, once: told at once where that is known, later otherwise.
    func tellCause(_ body: @escaping (DeathCause) -> Void) {
        onExit = nil
        if let cause {
            timer.close()
            return body(cause)
        }
        onCause = body
        timer.start(afterMilliseconds: DaemonLimits.exitMilliseconds) { [self] in
            end(.crash("closed its connection and went on"))
            settle(.crash(""))
        }
    }

    /// Nobody asks any more; the watch stays until it has exited, so that it leaves no zombie.
    func abandon() {
        onCause = nil
        onExit = nil
        timer.close()
        child?.kill(ProcessSignal.kill)
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
