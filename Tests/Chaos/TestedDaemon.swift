import EventLoop
import Foundation
import NeurondClient

/// A daemon of our own, in a folder of its own.
final class TestedDaemon {
    let address: Address
    let folder: URL
    private let process = Process()
    private var status: Int32?

    /// The folder that this program was built into, where the others are too.
    static var products: URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }

    /// The supervisor's process.
    var identifier: Int32 { process.processIdentifier }

    /// Starts `neurond serve` on a model.
    init(model: String, engines: Int, threads: Int) throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "neurond-chaos-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let socket = folder.appending(path: "s").path
        address = .unix(path: socket)
        process.executableURL = Self.products.appending(path: "neurond")
        process.arguments = [
            "serve", "--model", "chaos=\(model)", "--listen", "unix:\(socket)", "--engines",
            "\(engines)", "--threads", "\(threads)", "--log-level", "error",
        ]
        try process.run()
    }

    deinit {
        // Whoever gave up before `stop` leaves no daemon behind.
        if status == nil, process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Connects as soon as the daemon listens.
    func connect() async throws -> Client {
        while true {
            do {
                return try await Client.connect(to: address)
            } catch {
                guard process.isRunning else { throw error }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// Lets users other than its own connect.
    func openSocketToAll() {
        for path in [folder.path, folder.appending(path: "s").path] { chmod(path, 0o777) }
    }

    /// The one process that this one has started, if it is there.
    static func child(of parent: Int32) -> Int32? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.lazy.compactMap { Int32($0) }.first { process in
            let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            // State and parent stand behind the name, which may hold anything.
            let fields = stat?.split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 1 && fields[0] != "Z" && Int32(fields[1]) == parent
        }
    }

    /// Ends it by SIGTERM, by SIGKILL if that takes a minute, and answers its exit status; of a
    /// death by a signal the signal.
    func stop() -> Int32 {
        process.terminate()
        let killing = ContinuousClock.now + .seconds(60)
        while true {
            if let status = endStatus() {
                self.status = status
                try? FileManager.default.removeItem(at: folder)
                return status
            }
            if ContinuousClock.now > killing { kill(identifier, SIGKILL) }
            usleep(5000)
        }
    }

    /// Nil as long as it runs.
    ///
    /// `Process` sees an end only once everybody has ended who inherited its pipe, and what prints
    /// an engine's backtrace may never do so. Hence the kernel is asked.
    private func endStatus() -> Int32? {
        var status: Int32 = 0
        switch waitpid(identifier, &status, WNOHANG) {
        case 0: return nil
        case identifier: return status & 0x7F == 0 ? (status >> 8) & 0xFF : status & 0x7F
        default: return process.isRunning ? nil : process.terminationStatus
        }
    }
}

/// What a process holds, as /proc tells.
struct ProcessUse: Sendable {
    let descriptorCount: Int
    let residentByteCount: Int

    init(_ process: Int32) {
        let folder = "/proc/\(process)"
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder + "/fd")
        descriptorCount = names?.count ?? 0
        let pages = (try? String(contentsOfFile: folder + "/statm", encoding: .utf8))?
            .split(separator: " ").dropFirst().first.flatMap { Int($0) }
        residentByteCount = (pages ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
