import Testing

@testable import Wire

@Suite struct HelloTests {
    private func refusal(_ change: (inout [UInt8]) -> Void) -> String? {
        var payload = Hello(role: .client, agent: "probe").payload
        change(&payload)
        do {
            _ = try Hello(payload: payload, from: .client)
            return nil
        } catch WireError.peer(.malformedHello(let reason)) {
            return reason
        } catch {
            return "another error: \(error)"
        }
    }

    @Test func fieldsSurviveARoundTrip() throws {
        var hello = Hello(role: .server, agent: "neurond/1 \u{1F9E0}", credential: Array(1...32))
        hello.versions = 1...7
        hello.frameByteCount = 600_000
        hello.streamCount = 9
        hello.streamWindowByteCount = 70_000
        hello.connectionWindowByteCount = 2_147_483_647
        hello.capabilities = 0x8000_0000_0000_0001
        #expect(try Hello(payload: hello.payload, from: .server) == hello)
    }

    @Test func bytesAfterTheAgentAreIgnored() throws {
        let hello = Hello(role: .client, agent: "a")
        #expect(try Hello(payload: hello.payload + [1, 2, 3], from: .client) == hello)
    }

    @Test func fieldsOutOfRangeAreRefusedByName() throws {
        #expect(try #require(refusal { $0[0] = 0 }).contains("NRND"))
        #expect(try #require(refusal { $0[4] = 2 }).contains("versions"))
        #expect(try #require(refusal { $0[4] = 0 }).contains("versions"))
        #expect(try #require(refusal { $0[8] = 2 }).contains("role"))
        #expect(try #require(refusal { $0[10] = 1 }).contains("reserved"))
        #expect(try #require(refusal { $0[14] = 0 }).contains("max_frame"))
        #expect(try #require(refusal { $0[15] = 0xFF }).contains("max_frame"))
        #expect(try #require(refusal { $0[19] = 1 }).contains("max_streams"))
        #expect(try #require(refusal { $0[22] = 0 }).contains("stream_window"))
        #expect(try #require(refusal { $0[27] = 0x80 }).contains("connection_window"))
        #expect(try #require(refusal { $0[28] = 6 }).contains("agent"))
        #expect(try #require(refusal { $0[31] = 0xFF }).contains("agent"))
        #expect(try #require(refusal { $0[72] = 0xFF }).contains("agent"))
        #expect(try #require(refusal { $0 = Array($0[..<71]) }).contains("at least 72"))
        #expect(refusal { _ in } == nil)
    }

    @Test func versionIsTheHighestInCommon() {
        var ours = Hello(role: .client, agent: "")
        var theirs = Hello(role: .server, agent: "")
        ours.versions = 2...5
        theirs.versions = 1...3
        #expect(ours.commonVersion(with: theirs) == 3)
        theirs.versions = 6...9
        #expect(ours.commonVersion(with: theirs) == nil)
    }

    @Test func credentialIsPresentWhenNotZero() {
        #expect(!Hello(role: .client, agent: "").hasCredential)
        #expect(Hello(role: .client, agent: "", credential: Array(0..<32)).hasCredential)
    }

    @Test func randomPayloadsNeverTrap() {
        var generator = SeededGenerator(seed: 3)
        let original = Hello(role: .client, agent: "agent").payload
        for _ in 0..<5_000 {
            var payload = original
            for _ in 0..<3 {
                payload[.random(in: 0..<payload.count, using: &generator)] =
                    .random(in: 0...255, using: &generator)
            }
            if let hello = try? Hello(payload: payload, from: .client) {
                #expect(Limits.minimumFrameByteCount <= hello.frameByteCount)
            }
        }
    }
}

@Suite struct GoAwayTests {
    @Test func fieldsSurviveARoundTrip() throws {
        let goAway = GoAway(code: .timeout, lastStreamID: 77, text: "silent for 30 s")
        #expect(try GoAway(payload: goAway.payload) == goAway)
    }

    @Test func unknownCodesAreKept() throws {
        let goAway = GoAway(code: GoAwayCode(rawValue: 900), lastStreamID: 0, text: "")
        #expect(try GoAway(payload: goAway.payload).code.rawValue == 900)
    }

    @Test func longTextIsCutAtACharacter() {
        let goAway = GoAway(
            code: .drain, lastStreamID: 0, text: String(repeating: "\u{1F9E0}", count: 500))
        #expect(goAway.text.utf8.count == 1_024)
        #expect(goAway.payload.count == 1_032)
    }

    @Test func textThatIsNotUTF8IsRefused() {
        #expect(throws: WireError.peer(.malformedGoAway)) {
            try GoAway(payload: [0, 0, 0, 0, 0, 0, 0, 0, 0xC0])
        }
    }
}
