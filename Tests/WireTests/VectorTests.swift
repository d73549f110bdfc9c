import Crypto
import Foundation
import TestSupport
import Testing

@testable import Wire

/// One line group of a vector file, see Proto/vectors/README.md.
private struct VectorStep {
    var sender: Connection.Role
    var bytes: [UInt8]
    var fields: String?
    var streamStatus: UInt32?
    var refusalCode: UInt32?
}

private struct Vector: CustomTestStringConvertible, Sendable {
    let url: URL

    var testDescription: String { url.lastPathComponent }

    static let all: [Vector] = {
        let folder = TestData.packageRoot.appending(path: "Proto/vectors")
        let files = try? FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).filter { $0.pathExtension == "hex" }
            .sorted { $0.path < $1.path }.map { Vector(url: $0) }
    }()

    func steps() throws -> [VectorStep] {
        var steps: [VectorStep] = []
        for line in try String(contentsOf: url, encoding: .ascii).split(separator: "\n") {
            let rest = line.dropFirst(2).trimmingPrefix(while: \.isWhitespace)
            switch line.prefix(2) {
            case "C:": steps.append(VectorStep(sender: .client, bytes: try bytes(rest)))
            case "S:": steps.append(VectorStep(sender: .server, bytes: try bytes(rest)))
            case "  ": steps[steps.count - 1].bytes += try bytes(rest)
            case "= ": steps[steps.count - 1].fields = String(rest)
            case "~ ": steps[steps.count - 1].streamStatus = UInt32(rest, radix: 10)
            case "! ": steps[steps.count - 1].refusalCode = UInt32(rest, radix: 10)
            default: #expect(line.hasPrefix("#"), "unknown line: \(line)")
            }
        }
        return steps
    }

    private func bytes(_ hex: some StringProtocol) throws -> [UInt8] {
        try hex.split(separator: " ").map { try #require(UInt8($0, radix: 16)) }
    }
}

/// Plays a vector through both sides: what the sender's API produces must be the vector's bytes,
/// and the receiver must take them, or refuse them, as the vector says.
private struct Player {
    var pair = Pair()

    mutating func play(_ step: VectorStep) throws {
        if step.refusalCode == nil, step.streamStatus == nil {
            let frame = try #require(try frames(in: step.bytes).first)
            try send(frame, from: step.sender)
        }
        do {
            let events = try deliver(step.bytes, from: step.sender)
            if case .hello(let hello) = events.first, step.sender == .client,
                let server = pair.server.localHello, server.hasCredential
            {
                return try judge(hello.credential, over: server.credential, step)
            }
            #expect(step.refusalCode == nil, "accepted what must be refused")
            if let status = step.streamStatus {
                guard case .streamViolated(_, let violation) = events.last else {
                    Issue.record("stream was not refused")
                    return
                }
                #expect(violation.statusCode.rawValue == status)
            }
        } catch WireError.peer(let violation) {
            #expect(violation.goAwayCode.rawValue == step.refusalCode, "\(violation)")
            let output =
                step.sender == .client ? pair.server.takeOutput() : pair.client.takeOutput()
            let last = try #require(try frames(in: output).last)
            #expect(try GoAway(payload: last.payload).code == violation.goAwayCode)
        }
    }

    /// Does what a server does above the connection: looks at the proof, and refuses a wrong one.
    private mutating func judge(
        _ proof: [UInt8], over challenge: [UInt8], _ step: VectorStep
    ) throws {
        let isRight = HMAC<SHA256>.isValidAuthenticationCode(
            proof, authenticating: Array("neurond auth 1".utf8) + challenge,
            using: SymmetricKey(data: Array("open sesame".utf8)))
        #expect(isRight == (step.refusalCode == nil))
        guard !isRight else { return }
        pair.server.sendGoAway(.unauthenticated, text: "a valid token is needed")
        let last = try #require(try frames(in: pair.server.takeOutput()).last)
        #expect(try GoAway(payload: last.payload).code.rawValue == step.refusalCode)
        #expect(pair.server.isFinished)
    }

    private mutating func deliver(
        _ bytes: [UInt8], from sender: Connection.Role
    ) throws -> [Event] {
        var events: [Event] = []
        if sender == .client {
            pair.server.receive(bytes)
            while let event = try pair.server.nextEvent() { events.append(event) }
        } else {
            pair.client.receive(bytes)
            while let event = try pair.client.nextEvent() { events.append(event) }
        }
        return events
    }

    private mutating func send(_ frame: Frame, from sender: Connection.Role) throws {
        var connection = sender == .client ? pair.client : pair.server
        let isCancelOfEnded = frame.kind == .cancel && !connection.isOpen(frame.streamID)
        switch frame.kind {
        case .hello: try connection.sendHello(Hello(payload: frame.payload, from: sender))
        case .request:
            connection.lastStreamID = frame.streamID - 1
            _ = try connection.sendRequest(
                method: frame.method, payload: frame.payload, isLast: frame.isLast)
        case .message, .tensor, .end: try connection.forward(frame, on: frame.streamID)
        case .cancel: connection.cancel(frame.streamID)
        case .ping: try connection.sendPing(frame.payload)
        case .goAway:
            let goAway = try GoAway(payload: frame.payload)
            connection.sendGoAway(goAway.code, text: goAway.text)
        case .pong, .window: break
        }
        let output = connection.takeOutput()
        if frame.kind != .window && !isCancelOfEnded {
            #expect(output == FrameEncoder.encode(frame))
        }
        if sender == .client { pair.client = connection } else { pair.server = connection }
    }
}

@Suite struct VectorTests {
    @Test func vectorsAreThere() {
        #expect(Vector.all.count >= 40)
    }

    @Test(arguments: Vector.all)
    fileprivate func vectorHolds(_ vector: Vector) throws {
        var player = Player()
        for step in try vector.steps() {
            if let fields = step.fields {
                let frame = try #require(try frames(in: step.bytes).first)
                #expect(describe(frame) == fields)
                #expect(FrameEncoder.encode(frame) == step.bytes)
                if frame.kind == .tensor { _ = try TensorSegment(payload: frame.payload) }
            }
            try player.play(step)
        }
    }

    private func describe(_ frame: Frame) -> String {
        "kind=\(frame.kind) flags=\(frame.header.flags.rawValue) method=\(frame.method) "
            + "stream=\(frame.streamID) length=\(frame.payload.count)"
    }
}
