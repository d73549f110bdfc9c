import EventLoop
import Glibc

/// What a service manager such as systemd hands over, and what it is told.
///
/// Without one, nothing is handed over and telling does nothing.
public struct ServiceManager: Sendable {
    /// Listening sockets that clients connect to.
    public let sockets: [Int32]
    /// How often the manager wants a sign of life; nil is never.
    let watchdogMilliseconds: UInt64?
    private let socket: NotifySocket?

    /// Nobody watches over us.
    public static let none = ServiceManager(sockets: [], watchdogMilliseconds: nil, socket: nil)

    private init(sockets: [Int32], watchdogMilliseconds: UInt64?, socket: NotifySocket?) {
        self.sockets = sockets
        self.watchdogMilliseconds = watchdogMilliseconds
        self.socket = socket
    }

    /// Variables of the protocol; children must not take them for their own.
    private static let variables = [
        "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC",
        "WATCHDOG_PID",
    ]

    /// Takes what the environment says, and removes it there.
    ///
    /// To be called before the first thread starts: the environment belongs to all of them.
    ///
    /// - Throws: `LoopError` for sockets that are none and a manager that cannot be reached.
    public static func takeFromEnvironment() throws -> ServiceManager {
        var values: [String: String] = [:]
        for name in variables {
            values[name] = getenv(name).map { String(cString: $0) }
            unsetenv(name)
        }
        return try ServiceManager(values, process: getpid())
    }

    /// Reads variables; those that name another process are meant for that one.
    init(_ variables: [String: String], process: Int32) throws {
        func isForUs(_ name: String) -> Bool { variables[name].map { $0 == "\(process)" } ?? true }
        var sockets: [Int32] = []
        if let text = variables["LISTEN_FDS"], variables["LISTEN_PID"] == "\(process)" {
            guard let count = Int(text), (0...DaemonLimits.inheritedSocketCount).contains(count)
            else { throw Refusal(description: "LISTEN_FDS is \"\(text)\"; accepted: 0 to 64") }
            sockets = try InheritedSockets.take(count: count)
        }
        let path = variables["NOTIFY_SOCKET"] ?? ""
        let interval = variables["WATCHDOG_USEC"].flatMap { UInt64($0) } ?? 0
        self.init(
            sockets: sockets,
            // Half the time, so that one late sign does no harm.
            watchdogMilliseconds: interval > 0 && isForUs("WATCHDOG_PID")
                ? max(1, interval / 2_000) : nil,
            socket: path.isEmpty ? nil : try NotifySocket(path: path))
    }

    /// What was handed over makes no sense.
    private struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    // MARK: News

    /// Clients are served.
    func tellReady() { tell("READY=1", status: "serving") }

    /// The configuration is being read again; ``tellReady()`` follows.
    func tellReloading() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let microseconds = UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
        tell("RELOADING=1\nMONOTONIC_USEC=\(microseconds)", status: "reading the configuration")
    }

    /// The configuration has mistakes, and everything is as it was.
    func tellKept() { tell("READY=1", status: "serving; the new configuration has mistakes") }

    /// The daemon is ending.
    func tellStopping() { tell("STOPPING=1", status: "finishing what runs") }

    /// The loop turns.
    func tellAlive() { socket?.send("WATCHDOG=1") }

    /// One line for people.
    func tell(status: String) { socket?.send("STATUS=\(status)") }

    private func tell(_ state: String, status: String) {
        socket?.send("\(state)\nSTATUS=\(status)")
    }
}
