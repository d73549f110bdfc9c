import CLibuv
import Glibc

/// The ends of this process's children, for a process that waits without a loop.
///
/// Until it is closed, SIGCHLD is blocked and its descriptor is readable once a child has ended.
public struct ChildExits: Sendable {
    /// How a child ended.
    public struct Exit: Equatable, Sendable {
        /// Its process id, which may be used again from now on.
        public let process: Int32
        /// Its exit status; 0 if a signal ended it.
        public let status: Int32
        /// The signal that ended it, or 0.
        public let signal: Int32
    }

    /// Readable when ``next()`` may have something.
    public let descriptor: Int32

    /// Begins to watch; to be made before the first child.
    ///
    /// - Throws: ``LoopError/system(operation:subject:code:)`` when descriptors run out.
    public init() throws(LoopError) {
        var signals = Self.signals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        descriptor = signalfd(-1, &signals, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
        guard descriptor >= 0 else {
            throw .system(operation: "watch", subject: "children", code: -errno)
        }
    }

    /// Ends the watch; a child that was forked does so too, to be as if it had never begun.
    public func close() {
        closeDescriptor(descriptor)
        var signals = Self.signals
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// The next child that has ended; nil when there is none for now.
    public func next() -> Exit? {
        var noted = signalfd_siginfo()
        while read(descriptor, &noted, MemoryLayout.size(ofValue: noted)) > 0 {}
        var status: Int32 = 0
        let process = waitpid(-1, &status, WNOHANG)
        guard process > 0 else { return nil }
        let signal = status & 0x7F
        return Exit(
            process: process, status: signal == 0 ? (status >> 8) & 0xFF : 0, signal: signal)
    }

    private static var signals: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGCHLD)
        return signals
    }
}
