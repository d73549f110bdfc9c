import EventLoop
import Glibc
import Synchronization
import Testing

extension DaemonFixture {
    /// A folder in which a test's daemon is configured.
    struct Folder {
        let path: String
        /// A loopback port that was free a moment ago, on a host that no other test uses.
        let network: Address

        init(path: String, network: Address = .tcp(host: "127.0.0.1", port: 0)) {
            self.path = path
            self.network = network
        }

        var tokens: String { path + "/tokens" }
        var configuration: String { path + "/neurond.toml" }

        func write(_ text: String, to path: String, mode: mode_t = 0o600) throws {
            unlink(path)
            let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode)
            try #require(file >= 0)
            defer { closeDescriptor(file) }
            try #require(fchmod(file, mode) == 0)
            let bytes = Array(text.utf8)
            try #require(Glibc.write(file, bytes, bytes.count) == bytes.count)
        }

        func configure(_ text: String) throws { try write(text, to: configuration) }
    }

    /// Runs `body` with the real daemon, told by a file what to do.
    ///
    /// - Parameters:
    ///   - tokens: the lines of the file of tokens; nil serves no TCP.
    ///   - configuration: what the file says besides.
    ///   - environment: variables of the daemon beside ours.
    static func runConfigured(
        tokens: String? = nil, _ configuration: String = "",
        environment: (Folder) -> [String: String] = { _ in [:] },
        _ body: (DaemonFixture, Folder) throws -> Void
    ) throws {
        var template = Array("/tmp/neurond-conf-XXXXXX".utf8CString)
        let path = try #require(mkdtemp(&template).map { String(cString: $0) })
        let folder = Folder(path: path, network: try freeAddress())
        defer {
            for name in ["tokens", "neurond.toml", "notify"] { unlink("\(path)/\(name)") }
            rmdir(path)
        }
        if let tokens { try folder.write(tokens, to: folder.tokens) }
        try folder.configure(configuration)
        var variables: [String: String] = environment(folder)
        for name in ["PATH", "HOME", "LD_LIBRARY_PATH"] {
            variables[name] = getenv(name).map { String(cString: $0) }
        }
        var network: [String] = []
        if tokens != nil {
            network = ["--listen", "\(folder.network)", "--tokens-file", folder.tokens]
        }
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let flags = ["--threads", "2", "--log-level", "critical", "--config", folder.configuration]
        try run(environment: variables) {
            try body($0, folder)
        } command: { address in
            let model = ["--model", "abacus=/\(root)/Models/abacus", "--listen", address]
            return ("neurond", ["serve"] + model + network + flags)
        }
    }

    /// Runs `body` with the real daemon on a socket that it inherits as systemd hands it over.
    static func runInheriting(
        _ descriptor: Int32, at path: String, notify: String,
        _ body: (DaemonFixture) throws -> Void
    ) throws {
        let program = try executable("neurond")
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        var variables = ["NOTIFY_SOCKET": notify, "LISTEN_FDS": "1"]
        variables["PATH"] = getenv("PATH").map { String(cString: $0) }
        try run(environment: variables, inherited: [descriptor], socket: path, body) { _ in
            // The variable names the process that is meant, which is not known before it runs.
            let script = "export LISTEN_PID=$$; exec \"$@\""
            let model = "abacus=/\(root)/Models/abacus"
            return (
                "sh",
                ["-c", script, "sh", program, "serve", "--model", model, "--threads", "2"]
                    + ["--log-level", "critical"]
            )
        }
    }

    private static let hostCount = Atomic<UInt32>(0)

    private static func freeAddress() throws -> Address {
        let number = hostCount.add(1, ordering: .relaxed).newValue
        let host = "127.1.\(number >> 8 & 255).\(number & 255)"
        let loop = try Loop()
        let listener = try Listener(loop, address: .tcp(host: host, port: 0)) { $0.close() }
        let address = listener.boundAddress
        listener.close()
        try loop.close()
        return address
    }
}
