import EventLoop
import Glibc
import Testing

@testable import Daemon

/// Two sides of the control channel, each beside a made-up other one.
@Suite("Control channel")
struct ForkServerLinkTests {
    /// What a supervisor hears of a fork server that is this shell script.
    private func events(of script: String) throws -> [String] {
        let loop = try Loop()
        var configuration = SupervisorConfiguration(
            addresses: [], engineArguments: ["-c", script], build: "test")
        configuration.engineExecutable = "/bin/sh"
        var events: [String] = []
        let link = try ForkServerLink(loop, configuration) { event in
            switch event {
            case .note(let text, _): events.append(text)
            case .loaded(let digest): events.append("loaded " + digest)
            case .failed(let text): events.append("failed " + text)
            case .lost: events.append("lost")
            case .ended(let cause):
                events.append("\(cause)")
                loop.stop()
            }
        }
        loop.run()
        withExtendedLifetime(link) {}
        loop.closeAllHandles()
        try loop.close()
        return events
    }

    @Test func `reports are told in order, the last words of a dying process too`() throws {
        let script = #"""
            printf '{"note":{"_0":"hello","fields":{}}}' >&3
            printf '{"loaded":{"digest":"d"}}' >&3
            printf '{"failed":{"_0":"why"}}' >&3
            exit 3
            """#
        #expect(try events(of: script) == ["hello", "loaded d", "failed why", "lost", "exit 3"])
    }

    @Test(arguments: ["nonsense", "{}", #"{"started":{"engine":1,"process":"x"}}"#])
    func `whoever says what cannot be understood is ended`(text: String) throws {
        let found = try events(of: "printf '\(text)' >&3; exec sleep 1000")
        #expect(found == ["lost", "\(text.utf8.count) bytes are no ForkReport"])
    }

    @Test func `a message that is too long is no report`() throws {
        let limit = DaemonLimits.forkMessageByteCount
        let found = try events(
            of: "head -c \(limit + 1) /dev/zero | dd bs=\(limit + 1) iflag=fullblock "
                + "2>/dev/null >&3; exec sleep 1000")
        #expect(
            found == [
                "lost", "a message of \(limit + 1) bytes came; at most \(limit) are accepted",
            ])
    }

    @Test func `reports on engines that were never ordered do nothing`() throws {
        let script = #"""
            printf '{"started":{"engine":9,"process":1}}' >&3
            printf '{"exited":{"engine":9,"status":0,"signal":9}}' >&3
            printf '{"notStarted":{"engine":9,"reason":"x"}}' >&3
            exit 0
            """#
        #expect(try events(of: script) == ["lost", "exit 0"])
    }

    // MARK: The other side

    /// Runs a fork server and gives its exit status when what `body` says has ended it.
    private func status(_ body: (MessageSocket, Loop) throws -> Void) throws -> Int64 {
        let loop = try Loop()
        let (ours, theirs) = try makeMessageSocketPair()
        var exit: Int64?
        let child = try ChildProcess(
            loop, executable: try DaemonFixture.executable("DaemonTestHost"),
            arguments: ["engine"], environment: nil, descriptors: [-1, -1, -1, theirs]
        ) { status, signal in
            exit = signal == 0 ? status : -Int64(signal)
            loop.stop()
        }
        closeDescriptor(theirs)
        try body(MessageSocket(descriptor: ours), loop)
        closeDescriptor(ours)
        if exit == nil { loop.run() }
        withExtendedLifetime(child) {}
        loop.closeAllHandles()
        try loop.close()
        return try #require(exit)
    }

    private func report(_ socket: MessageSocket) throws -> ForkReport {
        guard case .message(let bytes, _) = try socket.receive(atMost: 1 << 20) else {
            throw LoopError.closed(operation: "report")
        }
        return try ForkReport(decoding: bytes)
    }

    @Test func `engines are started, killed and reaped by number`() throws {
        let status = try status { socket, _ in
            #expect(try report(socket) == .loaded(digest: "none"))
            let (near, far) = try makeSocketPair()
            for engine in [4, 5] as [UInt64] {
                try socket.send(ForkOrder.start(engine: engine).encoded, attaching: far)
                guard case .started(engine, let process) = try report(socket) else {
                    Issue.record("engine \(engine) was not started")
                    return
                }
                #expect(process > 0)
            }
            try socket.send(ForkOrder.kill(engine: 77).encoded)
            try socket.send(ForkOrder.kill(engine: 5).encoded)
            #expect(try report(socket) == .exited(engine: 5, status: 0, signal: SIGKILL))
            // Nobody's any more, and not the other one's either.
            try socket.send(ForkOrder.kill(engine: 5).encoded)
            try socket.send(ForkOrder.kill(engine: 4).encoded)
            #expect(try report(socket) == .exited(engine: 4, status: 0, signal: SIGKILL))
            closeDescriptor(near)
            closeDescriptor(far)
        }
        #expect(status == 0)
    }

    @Test(arguments: ["nonsense", "{}", #"{"start":{"engine":1}}"#])
    func `orders that make no sense end it`(text: String) throws {
        let status = try status { socket, _ in
            #expect(try report(socket) == .loaded(digest: "none"))
            try socket.send(Array(text.utf8))
        }
        #expect(status != 0)
    }

    @Test func `without a supervisor it does not start`() throws {
        let loop = try Loop()
        var status: Int64?
        _ = try ChildProcess(
            loop, executable: try DaemonFixture.executable("DaemonTestHost"),
            arguments: ["engine"], environment: nil, descriptors: [-1, -1, -1]
        ) { code, signal in
            status = signal == 0 ? code : -Int64(signal)
            loop.stop()
        }
        loop.run()
        loop.closeAllHandles()
        try loop.close()
        #expect(status != 0)
    }
}
