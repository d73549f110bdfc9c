import EventLoop
import Glibc
import Testing
import Wire

/// A daemon process with scripted engines, on a socket of its own.
final class DaemonFixture {
    let loop: Loop
    let address: Address
    private(set) var exitStatus: Int64?
    private var child: ChildProcess?
    private let guardTimer: Timer
    private var isStuck = false
    /// Kept to the end, so that no connection loses its reader half-way.
    private var clients: [TestClient] = []

    struct Stuck: Error {}

    /// Runs `body` with a fresh daemon whose engines are scripted.
    static func run(
        engines: Int = 1, _ words: String..., body: (DaemonFixture) throws -> Void
    ) throws {
        try run(body) { ("DaemonTestHost", ["serve", $0, "\(engines)"] + words) }
    }

    /// Runs `body` with the real daemon, serving the model that comes with this package.
    static func runWithModel(_ body: (DaemonFixture) throws -> Void) throws {
        // This file is three levels below the package.
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        try run(body) { address in
            let model = "abacus=/\(root)/Models/abacus"
            let flags = ["--threads", "2", "--log-level", "critical"]
            return ("neurond", ["serve", "--model", model, "--listen", address] + flags)
        }
    }

    /// Runs `body` with a fresh daemon, which is ended afterwards whatever happened.
    ///
    /// - Parameters:
    ///   - environment: its variables; nil are ours.
    ///   - inherited: its descriptors from 3 on.
    ///   - socket: where it listens; nil is a folder of its own.
    static func run(
        environment: [String: String]? = nil, inherited: [Int32] = [], socket: String? = nil,
        _ body: (DaemonFixture) throws -> Void, command: (String) -> (String, [String])
    ) throws {
        var template = Array("/tmp/neurond-test-XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { rmdir(directory) }
        let loop = try Loop()
        let path = socket ?? directory + "/socket"
        let (name, arguments) = command("unix:\(path)")
        let fixture = try DaemonFixture(
            loop, path, executable: try executable(name), arguments, environment, inherited)
        let result = Result { try body(fixture) }
        try fixture.end()
        try loop.close()
        unlink(directory + "/socket")
        try result.get()
    }

    private init(
        _ loop: Loop, _ path: String, executable: String, _ arguments: [String],
        _ environment: [String: String]?, _ inherited: [Int32]
    ) throws {
        self.loop = loop
        address = .unix(path: path)
        guardTimer = Timer(loop)
        guardTimer.start(afterMilliseconds: 300_000) { [unowned self] in
            isStuck = true
            loop.stop()
        }
        child = try ChildProcess(
            loop, executable: executable, arguments: arguments, environment: environment,
            descriptors: [-1, -1, 2] + inherited
        ) { [weak self] status, signal in
            self?.exitStatus = signal == 0 ? status : -Int64(signal)
            loop.stop()
        }
    }

    /// Our executables lie beside the test runner.
    static func executable(_ name: String) throws -> String {
        if name == "sh" { return name }
        let own = try #require(realpath("/proc/self/exe", nil))
        defer { free(own) }
        let path = String(cString: own)
        return path[..<(path.lastIndex(of: "/") ?? path.startIndex)] + "/" + name
    }

    /// Runs the loop until the condition holds, which is looked at after each event.
    func wait(until condition: () -> Bool) throws {
        while !condition() {
            guard !isStuck else { throw Stuck() }
            loop.run()
        }
    }

    /// Waits for what is no event of the loop.
    func waitPolling(until condition: () -> Bool) throws {
        let timer = Timer(loop)
        timer.start(afterMilliseconds: 5, repeatMilliseconds: 5) { [loop] in loop.stop() }
        defer { timer.close() }
        try wait(until: condition)
    }

    /// Connects, as soon as the daemon listens, and completes the HELLO.
    func connect(window: Int = 1_048_576, automatic: Bool = true) throws -> TestClient {
        let client = TestClient(loop, try connectRaw(), window: window, automatic: automatic)
        clients.append(client)
        try wait { client.connection.phase == .ready }
        return client
    }

    /// Connects, without a word.
    func connectRaw(to other: Address? = nil) throws -> ByteStream {
        let address = other ?? address
        var stream: ByteStream?
        let retry = Timer(loop)
        func attempt() {
            ByteStream.connect(loop, to: address) { [loop] result in
                stream = try? result.get()
                if stream == nil { retry.start(afterMilliseconds: 5) { attempt() } }
                loop.stop()
            }
        }
        attempt()
        defer { retry.close() }
        try wait { stream != nil || exitStatus != nil }
        return try #require(stream)
    }

    /// Whether nobody answers on the socket any more.
    func isRefusing() throws -> Bool {
        var isRefused: Bool?
        ByteStream.connect(loop, to: address) { [loop] result in
            if case .success(let stream) = result { stream.close() }
            if case .failure = result { isRefused = true } else { isRefused = false }
            loop.stop()
        }
        try wait { isRefused != nil }
        return isRefused == true
    }

    func signal(_ number: Int32) { child?.kill(number) }

    /// The daemon's process id.
    var process: Int32 { child?.processIdentifier ?? 0 }

    private func end() throws {
        child?.kill(SIGKILL)
        let deadline = Result { try wait { exitStatus != nil } }
        loop.closeAllHandles()
        try deadline.get()
    }
}
