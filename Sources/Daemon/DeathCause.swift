import Glibc

/// Why an engine's process is no more.
enum DeathCause: Equatable, CustomStringConvertible {
    /// Somebody ended it: a person, the kernel out of memory, ourselves for a reason outside it.
    case outside(String)
    /// It ended itself, or did what made us end it.
    case crash(String)

    /// What an exit says.
    ///
    /// Signals that a process gets for what it does itself are crashes; so is an exit, since an
    /// engine never ends before its connection.
    ///
    /// - Parameters:
    ///   - status: the exit status.
    ///   - signal: the signal that ended it, or 0.
    init(status: Int64, signal: Int32) {
        let own = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS]
        switch signal {
        case 0: self = .crash("exit \(status)")
        case let signal where own.contains(signal): self = .crash("signal \(signal)")
        default: self = .outside("signal \(signal)")
        }
    }

    /// Whether what it ran may be the cause.
    var isCrash: Bool { if case .crash = self { true } else { false } }

    /// The cause, for logs.
    var description: String {
        switch self {
        case .outside(let text), .crash(let text): text
        }
    }
}
