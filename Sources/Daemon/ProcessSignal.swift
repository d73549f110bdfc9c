import Glibc

/// The signals that the daemon's processes send and handle.
public enum ProcessSignal {
    /// Ends a process that has nothing to lose.
    static let kill = SIGKILL
    /// Asks the daemon to end.
    public static let terminate = SIGTERM
    /// The same, from a terminal.
    public static let interrupt = SIGINT
    /// Asks the daemon to read its configuration again.
    public static let hangUp = SIGHUP

    /// Whether a process was stopped by a signal and not continued.
    static func isStopped(_ process: Int32) -> Bool {
        guard let file = fopen("/proc/\(process)/stat", "r") else { return false }
        defer { fclose(file) }
        var line = [UInt8](repeating: 0, count: 512)
        let count = line.withUnsafeMutableBytes { fread($0.baseAddress, 1, $0.count, file) }
        // The state stands behind the name, which may hold anything.
        guard let end = line[..<count].lastIndex(of: UInt8(ascii: ")")), end + 2 < count else {
            return false
        }
        return [UInt8(ascii: "T"), UInt8(ascii: "t")].contains(line[end + 2])
    }

    /// Has the kernel end this process before others when memory runs out.
    static func goFirstWhenMemoryRunsOut() {
        guard let file = fopen("/proc/self/oom_score_adj", "w") else { return }
        fputs("\(DaemonLimits.engineOutOfMemoryScore)", file)
        fclose(file)
    }

    /// Leaves the end of this process to its supervisor.
    ///
    /// A terminal and a service manager signal the whole group; an engine that died of that would
    /// take the requests with it that the supervisor wants to finish.
    static func leaveEndToSupervisor() {
        signal(SIGTERM, SIG_IGN)
        signal(SIGINT, SIG_IGN)
        signal(SIGHUP, SIG_IGN)
    }
}
