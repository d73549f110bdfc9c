import Glibc

/// The signals that the daemon's processes send and handle.
public enum ProcessSignal {
    /// Ends a process that has nothing to lose.
    static let kill = SIGKILL
    /// Asks the daemon to end.
    public static let terminate = SIGTERM
    /// The same, from a terminal.
    public static let interrupt = SIGINT

    /// Leaves the end of this process to its supervisor.
    ///
    /// A terminal and a service manager signal the whole group; an engine that died of that would
    /// take the requests with it that the supervisor wants to finish.
    static func leaveEndToSupervisor() {
        signal(SIGTERM, SIG_IGN)
        signal(SIGINT, SIG_IGN)
    }
}
