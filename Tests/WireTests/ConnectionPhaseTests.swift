import Testing

@testable import Wire

@Suite struct ConnectionPhaseTests {
    @Test func helloOfBothMakesReady() throws {
        var pair = Pair()
        try pair.server.sendHello(Hello(role: .server, agent: "s"))
        try pair.toClient()
        #expect(pair.clientEvents == [.hello(Hello(role: .server, agent: "s"))])
        #expect(pair.client.phase == .hello)
        try pair.client.sendHello(Hello(role: .client, agent: "c"))
        #expect(pair.client.phase == .ready)
        #expect(pair.server.phase == .hello)
        try pair.toServer()
        #expect(pair.serverEvents == [.hello(Hello(role: .client, agent: "c"))])
        #expect(pair.server.phase == .ready)
        #expect(pair.server.version == 1)
    }

    @Test func requestBehindHelloInOnePieceIsServed() throws {
        var pair = Pair()
        try pair.server.sendHello(Hello(role: .server, agent: "s"))
        try pair.toClient()
        try pair.client.sendHello(Hello(role: .client, agent: "c"))
        _ = try pair.client.sendRequest(method: 2, payload: [])
        try pair.toServer()
        #expect(pair.serverEvents.count == 2)
        #expect(
            pair.serverEvents.last
                == .request(Frame(.request, streamID: 1, flags: .last, method: 2)))
    }

    @Test(arguments: Connection.Role.allCases, FrameKind.allCases)
    func beforeHelloOnlyHelloAndGoAwayAreLegal(_ role: Connection.Role, _ kind: FrameKind) throws {
        var connection = Connection(role: role)
        try connection.sendHello(Hello(role: role, agent: ""))
        _ = connection.takeOutput()
        let violation = connection.violation(of: sample(kind, from: role.peer))
        switch kind {
        case .hello:
            #expect(violation == nil)
            #expect(connection.phase == .ready)
        case .goAway:
            #expect(violation == nil)
            #expect(connection.phase == .closed)
        default:
            #expect(violation == .unexpectedFrame(kind, from: role.peer, in: .hello))
            try expectGoAway(&connection, .protocolError)
        }
    }

    /// What the other side may say in phase ready with stream 1 never opened, as a table.
    @Test(arguments: Connection.Role.allCases, FrameKind.allCases)
    func inReadyEachKindIsJudgedByItsSender(_ role: Connection.Role, _ kind: FrameKind) throws {
        var connection = try readyConnection(role)
        let violation = connection.violation(of: sample(kind, from: role.peer))
        let expected: Violation? =
            switch (kind, role) {
            case (.hello, _): .unexpectedFrame(.hello, from: role.peer, in: .ready)
            case (.request, .client), (.cancel, .client):
                .unexpectedFrame(kind, from: .server, in: .ready)
            case (.end, .server): .unexpectedFrame(.end, from: .client, in: .ready)
            case (.message, _), (.tensor, _), (.end, .client): .unknownStream(kind, 1)
            default: nil
            }
        #expect(violation == expected)
        if let expected { try expectGoAway(&connection, expected.goAwayCode) }
    }

    @Test(arguments: Connection.Role.allCases, FrameKind.allCases)
    func inClosingTheSameRulesHoldButRequests(_ role: Connection.Role, _ kind: FrameKind) throws {
        var connection = try readyConnection(role)
        _ = try connection.take([sample(.goAway, from: role.peer)])
        #expect(connection.phase == .closing)
        let violation = connection.violation(of: sample(kind, from: role.peer))
        let expected: Violation? =
            switch (kind, role) {
            case (.hello, _), (.request, _), (.cancel, .client):
                .unexpectedFrame(kind, from: role.peer, in: .closing)
            case (.end, .server): .unexpectedFrame(.end, from: .client, in: .closing)
            case (.message, _), (.tensor, _), (.end, .client): .unknownStream(kind, 1)
            default: nil
            }
        #expect(violation == expected)
    }

    @Test(arguments: FrameKind.allCases)
    func inClosedNothingIsRead(_ kind: FrameKind) throws {
        var connection = try readyConnection(.server)
        connection.sendGoAway(.timeout, text: "too slow")
        _ = connection.takeOutput()
        #expect(try connection.take([sample(kind, from: .client)]).isEmpty)
        #expect(!connection.hasOutput)
    }

    @Test func versionMismatchNamesBothRanges() throws {
        var hello = Hello(role: .client, agent: "")
        hello.versions = 2...3
        var server = Connection(role: .server)
        try server.sendHello(Hello(role: .server, agent: ""))
        _ = server.takeOutput()
        let violation = server.violation(of: Frame(.hello, payload: hello.payload))
        #expect(violation == .versionMismatch(ours: 1...1, theirs: 2...3))
        try expectGoAway(&server, .versionMismatch)
    }

    @Test func helloIsSentOnceAndWithOurOwnRole() throws {
        var server = Connection(role: .server)
        #expect(throws: WireError.local(.helloNotAllowed)) {
            try server.sendHello(Hello(role: .client, agent: ""))
        }
        try server.sendHello(Hello(role: .server, agent: ""))
        #expect(throws: WireError.local(.helloNotAllowed)) {
            try server.sendHello(Hello(role: .server, agent: ""))
        }
        var bad = Hello(role: .client, agent: "")
        bad.frameByteCount = 1
        var client = Connection(role: .client)
        #expect(throws: WireError.self) { try client.sendHello(bad) }
        #expect(!client.hasOutput)
    }

    @Test func nothingButHelloLeavesBeforeReady() {
        var client = Connection(role: .client)
        #expect(throws: WireError.local(.wrongPhase(.request, .hello))) {
            try client.sendRequest(method: 1, payload: [])
        }
        #expect(throws: WireError.local(.wrongPhase(.ping, .hello))) {
            try client.sendPing(Array(0..<8))
        }
        #expect(throws: WireError.local(.streamNotOpen(.message, 1))) {
            try client.sendMessage([1], on: 1)
        }
    }

    @Test func largeFrameBeforeHelloIsRefusedOnItsHeader() throws {
        var server = Connection(role: .server)
        try server.sendHello(Hello(role: .server, agent: ""))
        let big = Frame(
            .request, streamID: 1, method: 1, payload: [UInt8](repeating: 0, count: 5_000))
        server.receive(FrameEncoder.encode(big)[..<16])
        #expect(throws: WireError.self) { try server.nextEvent() }
        #expect(server.phase == .closed)
    }

    @Test func pingIsAnsweredWithItsBytes() throws {
        var pair = try Pair.ready()
        try pair.client.sendPing([8, 7, 6, 5, 4, 3, 2, 1])
        try pair.exchange()
        #expect(pair.clientEvents == [.pong([8, 7, 6, 5, 4, 3, 2, 1])])
        #expect(pair.serverEvents.isEmpty)
        #expect(throws: WireError.self) { try pair.client.sendPing([1]) }
    }

    @Test func endOfBytesIsCleanOnlyBetweenFrames() throws {
        var clean = try readyConnection(.server)
        try clean.receiveEndOfBytes()
        #expect(clean.phase == .closed)
        let bytes = FrameEncoder.encode(sample(.ping, from: .client))
        for count in 1..<bytes.count {
            var cut = try readyConnection(.server)
            cut.receive(bytes[..<count])
            #expect(try cut.nextEvent() == nil)
            #expect(throws: WireError.self) { try cut.receiveEndOfBytes() }
        }
    }

    @Test func violationIsThrownOnceThenSilence() throws {
        var connection = try readyConnection(.server)
        connection.receive([UInt8](repeating: 0xFF, count: 64))
        #expect(throws: WireError.peer(.unknownKind(0xFF))) { try connection.nextEvent() }
        #expect(try connection.nextEvent() == nil)
        #expect(connection.isFinished)
    }

    private func readyConnection(_ role: Connection.Role) throws -> Connection {
        let pair = try Pair.ready()
        return role == .client ? pair.client : pair.server
    }

    private func expectGoAway(_ connection: inout Connection, _ code: GoAwayCode) throws {
        #expect(connection.phase == .closed)
        let last = try #require(try frames(in: connection.takeOutput()).last)
        #expect(last.kind == .goAway)
        #expect(try GoAway(payload: last.payload).code == code)
    }
}
