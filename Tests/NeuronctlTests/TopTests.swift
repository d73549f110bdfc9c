import FakeDaemon
import Foundation
import Messages
import Testing
import Wire

@testable import neuronctl

@Suite(.timeLimit(.minutes(10))) struct TopTests {
    static func status(uptime: Double, tokens: UInt64) -> Neurond_V1_StatusReply {
        var status = Neurond_V1_StatusReply()
        status.state = "ready"
        status.uptimeSeconds = uptime
        status.identity = "uid:7"
        status.role = "run"
        status.queued = 3
        status.queuedInteractive = 1
        status.queuedBulk = 2
        var engine = Neurond_V1_EngineInfo()
        engine.report.decodeRows = tokens
        engine.report.keyValueBytes = 3 << 20
        engine.report.keyValueCapacity = 1 << 30
        status.engines = [engine]
        var identity = Neurond_V1_IdentityInfo()
        identity.identity = "uid:7"
        identity.running = 1
        identity.keyValueBytes = 1 << 20
        identity.keyValueQuota = 8 << 20
        identity.captureBytes = 512
        status.identities = [identity]
        status.requests = (0..<3).map { index in
            var request = Neurond_V1_RequestInfo()
            request.requestID = "sweep-\(index)"
            request.method = "Generate"
            request.lane = .bulk
            request.state = "queued"
            request.position = UInt32(index)
            return request
        }
        return status
    }

    static let script: FakeDaemon.Script = { request in
        let message = request.decoded(as: Neurond_V1_StatusRequest.self)
        guard message?.intervalMs ?? 0 > 0 else {
            return [.reply(status(uptime: 1, tokens: 100)), .ok]
        }
        return [
            .reply(status(uptime: 1, tokens: 100)), .reply(status(uptime: 3, tokens: 500)), .ok,
        ]
    }

    @Test func oneViewHasEnginesIdentitiesAndRequests() async throws {
        let run = try await neuronctl(["top", "--once", "--rows", "2"], script: Self.script)
        #expect(run.code == 0, "\(run.errors)")
        for text in [
            "uid:7, run", "3 queued (1 interactive, 2 bulk)", "KV 3.0 MiB of 1.0 GiB",
            "your use     1 running, 0 waiting; KV 1.0 MiB of 8.0 MiB, captures 512 B, objects 0 B",
            "IDENTITY", "CAPTURES", "sweep-1", "and 1 more",
        ] {
            #expect(run.output.contains(text), "\(text): \(run.output)")
        }
        #expect(!run.output.contains("sweep-2"))
        #expect(!run.output.contains("\u{1B}"), "no terminal, no control characters")
    }

    @Test func viewsThatFollowEachOtherHaveRates() async throws {
        let run = try await neuronctl(["top"], script: Self.script)
        #expect(run.output.contains("200 tokens/s"), "\(run.output)")
        #expect(run.output.components(separatedBy: "\n\n").count > 2)
    }

    @Test func jsonIsOneObjectALine() async throws {
        let run = try await neuronctl(["top", "--json"], script: Self.script)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
        #expect(lines[1].contains(#""decode_rows": 500"#))
        #expect(lines[0].contains(#""lane": "bulk""#))
    }

    @Test(arguments: ["0", "0.05", "61", "nan"])
    func anIntervalOutOfRangeIsWrongUsage(_ interval: String) async throws {
        let run = try await neuronctl(["top", "--interval", interval], script: Self.script)
        #expect(run.code == 2)
    }
}
