import EventLoop
import FoundationEssentials
import Glibc
import Messages
import SwiftProtobuf
import Testing
import Wire

/// The process that holds the weights, and what its end means.
@Suite("Fork server")
struct ForkServerTests {
    private typealias Listed = DaemonFixture.ListedProcess

    @Test func `processes can be told apart, and the one that forks has one thread`() throws {
        try DaemonFixture.run(engines: 2) { daemon in
            let client = try daemon.connect()
            let status = try daemon.waitForStatus(client) {
                $0.engines.allSatisfy { $0.state == "ready" }
            }
            let server = try #require(daemon.forkServer)
            #expect(Listed(server)?.name == "neurond-weights")
            #expect(Listed.count(of: "task", server) == 1)
            let path = "/proc/\(server)/oom_score_adj"
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "0\n")
            #expect(
                Set(Listed.children(of: server).map(\.identifier))
                    == Set(status.engines.map(\.process)))
            for engine in status.engines {
                #expect(Listed(engine.process)?.name == "neurond-engine")
                // Its connection, where the fork server has its own, and no end of anybody else's.
                try daemon.waitPolling { sockets(of: engine.process) == sockets(of: server) }
            }
        }
    }

    private func sockets(of process: Int32) -> Int {
        (3..<64).count { number in
            var target = [CChar](repeating: 0, count: 256)
            let path = "/proc/\(process)/fd/\(number)"
            let count = readlink(path, &target, target.count)
            let text = target.prefix(max(0, count)).map(UInt8.init(bitPattern:))
            return String(decoding: text, as: UTF8.self).hasPrefix("socket:")
        }
    }

    @Test func `an engine that crashes ends at once, without a backtrace`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let status = try daemon.waitForStatus(client) { $0.engines[0].state == "ready" }
            for signal in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] {
                #expect(Listed.catches(signal, status.engines[0].process) == false)
            }
        }
    }

    @Test func `threads of a forked process can wait for its mutexes`() throws {
        let loop = try Loop()
        var status: Int64?
        let child = try ChildProcess(
            loop, executable: try DaemonFixture.executable("DaemonTestHost"), arguments: ["fork"],
            environment: nil, descriptors: [-1, -1, 2]
        ) { exit, signal in
            status = signal == 0 ? exit : -Int64(signal)
            loop.stop()
        }
        loop.run()
        withExtendedLifetime(child) {}
        loop.closeAllHandles()
        try loop.close()
        #expect(status == 0)
    }

    @Test func `killing one engine leaves the others alone`() throws {
        try DaemonFixture.run(engines: 3) { daemon in
            let client = try daemon.connect()
            let before = try daemon.waitForStatus(client) {
                $0.engines.allSatisfy { $0.state == "ready" }
            }.engines
            kill(before[1].process, SIGKILL)
            let after = try daemon.waitForStatus(client) {
                $0.engines[1].restarts == 1 && $0.engines[1].state == "ready"
            }.engines
            #expect(after[1].process != before[1].process)
            for other in [0, 2] {
                #expect(after[other].process == before[other].process)
                #expect(after[other].restarts == 0)
            }
        }
    }

    @Test func `it dies while nobody works, and what comes next is answered`() throws {
        try DaemonFixture.run(engines: 2) { daemon in
            let client = try daemon.connect()
            let before = try daemon.waitForStatus(client) {
                $0.engines.allSatisfy { $0.state == "ready" }
            }.engines
            let server = try #require(daemon.forkServer)
            kill(server, SIGKILL)
            _ = try daemon.waitForForkServer(client, otherThan: server)
            let next = try client.request("messages=2 bytes=10")
            #expect(try daemon.end(of: next, client).status.code == .ok)
            let after = try daemon.waitForStatus(client) {
                $0.engines.allSatisfy { $0.state == "ready" }
            }.engines
            #expect(after.map(\.restarts) == [1, 1])
            try daemon.waitPolling { before.allSatisfy { Listed.isGone($0.process) } }
        }
    }

    @Test func `it dies while requests run, and their answers are whole`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let undisturbed = try client.request("messages=40 bytes=50000")
            #expect(try daemon.end(of: undisturbed, client).status.code == .ok)
            let slow = try daemon.connect(window: 65_536, automatic: false)
            let disturbed = try (0..<4).map { _ in try slow.request("messages=40 bytes=50000") }
            try daemon.wait { disturbed.allSatisfy { slow.frames[$0] != nil } }
            let server = try #require(daemon.forkServer)
            kill(server, SIGKILL)
            _ = try daemon.waitForForkServer(client, otherThan: server)
            slow.consumeAll()
            for request in disturbed {
                #expect(try daemon.end(of: request, slow).status.code == .ok)
                #expect(visible(slow.frames[request]) == visible(client.frames[undisturbed]))
            }
            #expect(try daemon.status(client).engines[0].restarts == 1)
        }
    }

    @Test func `its death counts once for what ran, however many engines there are`() throws {
        // More than `Supervision.Limits.engineKillsPerRequest`.
        try DaemonFixture.run(engines: 9) { daemon in
            let client = try daemon.connect()
            _ = try daemon.waitForStatus(client) { $0.engines.allSatisfy { $0.state == "ready" } }
            let slow = try daemon.connect(window: 65_536, automatic: false)
            let request = try slow.request("messages=40 bytes=50000")
            try daemon.wait { slow.frames[request] != nil }
            let server = try #require(daemon.forkServer)
            kill(server, SIGKILL)
            _ = try daemon.waitForForkServer(client, otherThan: server)
            slow.consumeAll()
            #expect(try daemon.end(of: request, slow).status.code == .ok)
        }
    }

    @Test func `what dies again and again ends the daemon`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            // As `Supervision.Limits.forkServerDeaths` has it.
            var last: Int32 = 0
            for _ in 1..<5 {
                last = try daemon.waitForForkServer(client, otherThan: last)
                _ = try daemon.waitForStatus(client) { $0.engines[0].state == "ready" }
                kill(last, SIGKILL)
            }
            last = try daemon.waitForForkServer(client, otherThan: last)
            kill(last, SIGKILL)
            try daemon.wait { daemon.exitStatus != nil }
            #expect(daemon.exitStatus == 1)
        }
    }

    @Test func `nothing outlives a supervisor that is killed`() throws {
        try DaemonFixture.run(engines: 2) { daemon in
            let client = try daemon.connect()
            let engines = try daemon.waitForStatus(client) {
                $0.engines.allSatisfy { $0.state == "ready" }
            }.engines.map(\.process)
            let server = try #require(daemon.forkServer)
            daemon.signal(SIGKILL)
            try daemon.wait { daemon.exitStatus != nil }
            try daemon.waitPolling { (engines + [server]).allSatisfy(Listed.isGone) }
        }
    }

    @Test func `fifty deaths of engines leave nothing behind`() throws {
        try DaemonFixture.run(engines: 10) { daemon in
            let client = try daemon.connect()
            var engines = try daemon.waitForStatus(client) {
                $0.engines.allSatisfy { $0.state == "ready" }
            }.engines
            let server = try #require(daemon.forkServer)
            let before = [daemon.process, server].map { Listed.count(of: "fd", $0) }
            for round in 1...5 {
                for engine in engines { kill(engine.process, SIGKILL) }
                engines = try daemon.waitForStatus(client) {
                    $0.engines.allSatisfy { $0.restarts == round && $0.state == "ready" }
                }.engines
            }
            #expect(daemon.forkServer == server)
            try daemon.waitPolling {
                zip([daemon.process, server], before)
                    .allSatisfy { Listed.count(of: "fd", $0) <= $1 }
                    && Listed.children(of: server).count == 10
            }
            for process in [daemon.process, server] {
                #expect(Listed.children(of: process).allSatisfy { $0.state != "Z" })
            }
        }
    }
}
