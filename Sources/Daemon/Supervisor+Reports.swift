import EventLoop
import Messages
import Supervision
import SwiftProtobuf
import Wire

extension Supervisor {
    // MARK: Capabilities

    /// Answers what can be hooked, once an engine has said what the model is.
    func answerCapabilities(
        _ streamID: UInt32, of session: ClientSession, deadline: UInt64?
    ) {
        if let reply = capabilities {
            return session.answer(streamID, EndMessage.encode(reply))
        }
        let key = ledger.add(deadline: deadline)
        waitingForCapabilities.append(
            WaitingForCapabilities(session: session, streamID: streamID, key: key))
        if deadline != nil { scheduleDeadlines() }
    }

    func answerWaitingForCapabilities() {
        let waiting = waitingForCapabilities
        forgetWaiting { _ in true }
        for item in waiting {
            answerCapabilities(item.streamID, of: item.session, deadline: nil)
        }
    }

    /// Forgets streams that wait for the first engine; their END is the caller's.
    func forgetWaiting(where isGone: (WaitingForCapabilities) -> Bool) {
        for item in waitingForCapabilities where isGone(item) { ledger.end(item.key) }
        waitingForCapabilities.removeAll(where: isGone)
        if ledger.nextDeadline == nil { scheduleDeadlines() }
    }

    private var capabilities: Neurond_V1_CapabilitiesReply? {
        guard var reply = modelCapabilities else { return nil }
        reply.build = configuration.build
        reply.protocolVersion = UInt32(WireProtocol.highestVersion)
        reply.methods = Self.methods.map(\.description)
        reply.limits += limits
        return reply
    }

    /// What is served, by the supervisor or by an engine.
    private static let methods: [Wire.Method] = [
        .capabilities, .status, .tokenize, .detokenize, .forward, .generate, .score, .statistics,
        .project, .columns, .explain, .putObject, .listObjects, .dropObject, .drain,
    ]

    private var limits: [Neurond_V1_Limit] {
        let chosen = configuration.limits
        return [
            Self.limit("daemon.connections", chosen.connections, "GOAWAY RESOURCE_EXHAUSTED"),
            Self.limit(
                "daemon.connections_per_identity", chosen.connectionsPerIdentity,
                "GOAWAY RESOURCE_EXHAUSTED"),
            Self.limit("daemon.queued_requests", chosen.queuedRequests, "RESOURCE_EXHAUSTED"),
            Self.limit(
                "daemon.queued_requests_per_identity", chosen.queuedRequestsPerIdentity,
                "RESOURCE_EXHAUSTED"),
        ] + Self.fixedLimits
    }

    private static let fixedLimits: [Neurond_V1_Limit] = [
        limit("daemon.request_bytes", DaemonLimits.requestByteCount, "GOAWAY FRAME_TOO_LARGE"),
        limit(
            "daemon.queued_and_running_bytes", Supervision.Limits.requestBytes,
            "RESOURCE_EXHAUSTED"),
        limit(
            "daemon.queued_and_running_bytes_per_connection",
            Supervision.Limits.requestBytesPerConnection, "RESOURCE_EXHAUSTED"),
        limit(
            "daemon.running_per_engine", Supervision.Limits.runningPerEngine,
            "further requests wait"),
        limit("daemon.object_bytes", Supervision.Limits.objectByteCount, "RESOURCE_EXHAUSTED"),
        limit("daemon.objects", Supervision.Limits.objectCount, "RESOURCE_EXHAUSTED"),
        limit(
            "daemon.largest_object_bytes", Supervision.Limits.largestObjectByteCount,
            "OUT_OF_RANGE"),
        limit(
            "wire.frame_bytes", Wire.Limits.defaultFrameByteCount, "GOAWAY FRAME_TOO_LARGE"),
        limit("wire.streams", Int(Wire.Limits.defaultStreamCount), "RESOURCE_EXHAUSTED"),
    ]

    private static func limit(_ name: String, _ value: Int, _ meaning: String) -> Neurond_V1_Limit {
        .with {
            $0.name = name
            $0.value = UInt64(value)
            $0.meaning = meaning
        }
    }

    // MARK: Status

    /// What the daemon is doing.
    var status: Neurond_V1_StatusReply {
        .with {
            let isStarting = !engines.contains(where: \.isReady) && drain.phase == .serving
            $0.state = isStarting ? "starting" : drain.phase.rawValue
            $0.uptimeSeconds = Double(loop.now - startTime) / 1_000
            $0.build = configuration.build
            $0.models = modelCapabilities?.models ?? []
            $0.engines = engines.map(report)
            $0.connections = UInt32(sessions.count)
            $0.queued = UInt32(queue.queuedCount)
            $0.running = UInt32(queue.runningCount)
            $0.requestsTotal = requestsTotal
            $0.requestsFailed = requestsFailed
            $0.objectCount = UInt64(objects.count)
            $0.objectBytes = UInt64(objects.byteCount)
        }
    }

    private func report(_ link: EngineLink) -> Neurond_V1_EngineInfo {
        .with {
            $0.index = UInt32(link.index)
            $0.state = link.lifecycle.phase.rawValue
            $0.process = link.process?.identifier ?? 0
            $0.restarts = link.lifecycle.restartCount
            $0.running = UInt32(queue.runningCount(on: link.index))
            $0.threads = UInt32(configuration.threadsPerEngine)
        }
    }
}
