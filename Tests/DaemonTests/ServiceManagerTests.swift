import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Daemon

@Suite("Service manager")
struct ServiceManagerTests {
    private func withNews(
        _ body: (_ path: String, NewsSocket) throws -> Void
    ) throws {
        var template = Array("/tmp/neurond-news-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer {
            unlink(folder + "/s")
            rmdir(folder)
        }
        try body(folder + "/s", try NewsSocket(path: folder + "/s"))
    }

    @Test func `without variables there is nobody to tell`() throws {
        let manager = try ServiceManager([:], process: 7)
        #expect(manager.sockets.isEmpty && manager.watchdogMilliseconds == nil)
        manager.tellReady()
        manager.tellAlive()
    }

    @Test func `news are what systemd expects`() throws {
        try withNews { path, news in
            let manager = try ServiceManager(["NOTIFY_SOCKET": path], process: 7)
            manager.tellReady()
            #expect(try news.next() == "READY=1\nSTATUS=serving")
            manager.tellReloading()
            let reloading = try news.next().split(separator: "\n")
            #expect(reloading[0] == "RELOADING=1")
            let time = try #require(UInt64(reloading[1].dropFirst("MONOTONIC_USEC=".count)))
            #expect(time > 0)
            manager.tellStopping()
            #expect(try news.next().hasPrefix("STOPPING=1\n"))
            manager.tellAlive()
            #expect(try news.next() == "WATCHDOG=1")
            manager.tell(status: "x")
            #expect(try news.next() == "STATUS=x")
        }
    }

    @Test func `signs of life are sent in half the time, and only by who is meant`() throws {
        let interval = ["WATCHDOG_USEC": "30000000"]
        #expect(try ServiceManager(interval, process: 7).watchdogMilliseconds == 15_000)
        let ours = interval.merging(["WATCHDOG_PID": "7"]) { $1 }
        #expect(try ServiceManager(ours, process: 7).watchdogMilliseconds == 15_000)
        #expect(try ServiceManager(ours, process: 8).watchdogMilliseconds == nil)
    }

    @Test func `a daemon that was asked to gives one sign of life after another`() throws {
        var news: NewsSocket?
        try DaemonFixture.runConfigured { folder in
            news = try? NewsSocket(path: folder.path + "/notify")
            return ["NOTIFY_SOCKET": folder.path + "/notify", "WATCHDOG_USEC": "400000"]
        } _: { daemon, _ in
            let news = try #require(news)
            try news.wait(for: "READY=1")
            for _ in 0..<3 { try news.wait(for: "WATCHDOG=1") }
            _ = try daemon.status(try daemon.connect())
            for _ in 0..<3 { try news.wait(for: "WATCHDOG=1") }
        }
    }

    @Test func `sockets of another process are not ours`() throws {
        let variables = ["LISTEN_FDS": "1", "LISTEN_PID": "8"]
        #expect(try ServiceManager(variables, process: 7).sockets.isEmpty)
        #expect(try ServiceManager(["LISTEN_FDS": "1"], process: 7).sockets.isEmpty)
    }

    @Test(arguments: ["many", "-1", "65"])
    func `a count that makes no sense is refused`(count: String) {
        #expect(throws: (any Error).self) {
            try ServiceManager(["LISTEN_FDS": count, "LISTEN_PID": "7"], process: 7)
        }
    }

    @Test(arguments: ["relative", "vsock:2:1", "/" + String(repeating: "x", count: 107)])
    func `a manager that cannot be reached is refused`(path: String) {
        #expect(throws: LoopError.self) {
            try ServiceManager(["NOTIFY_SOCKET": path], process: 7)
        }
    }

    @Test func `a daemon serves the socket that it inherits and leaves its file alone`() throws {
        try withNews { notify, news in
            let path = notify + "ocket"
            let inherited = try listeningSocket(at: path)
            defer {
                closeDescriptor(inherited)
                unlink(path)
            }
            try DaemonFixture.runInheriting(inherited, at: path, notify: notify) { daemon in
                try news.wait(for: "READY=1")
                _ = try daemon.status(try daemon.connect())
                daemon.signal(SIGTERM)
                try daemon.wait { daemon.exitStatus != nil }
                #expect(daemon.exitStatus == 0)
                #expect(access(path, F_OK) == 0)
            }
        }
    }

    private func listeningSocket(at path: String) throws -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        try #require(bindSocket(descriptor, to: path) && listen(descriptor, 16) == 0)
        return descriptor
    }
}
