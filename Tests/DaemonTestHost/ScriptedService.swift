import Daemon
import FoundationEssentials
import Glibc
import Messages
import Synchronization
import SwiftProtobuf
import Wire

/// Answers as the request's `options.model` says: words of the form `name=number`.
///
/// | word | meaning |
/// |---|---|
/// | `messages=N` | send N messages, each a function of its index |
/// | `bytes=N` | length of each message |
/// | `tensor=N` | then one tensor of N bytes |
/// | `die_at=N` | crash before message N |
/// | `hang_at=N` | do nothing any more from message N on |
/// | `account=1` | first send on whose account it runs |
///
/// `Explain` answers the price that the request's script names; items are those of the request.
///
/// | word | meaning |
/// |---|---|
/// | `cost=N` | N million multiply-adds |
/// | `kv=N`, `capture=N` | bytes of attention state and of captures |
/// | `never=1` | it can never run |
/// | `die_pricing=1` | crash |
///
/// An object that starts with `!` is unsound; one that starts with `?` is unless it is a neuron set.
///
/// `Tokenize` answers with what the process has seen: requests ended early, objects held.
final class ScriptedService: Sendable {
    private struct Seen {
        var cancelled = 0
        var objects = 0
        /// When a step began that does not end.
        var hangingSince: ContinuousClock.Instant?
    }

    private let seen = Mutex(Seen())

    func answer(
        _ method: UInt16, _ payload: [UInt8], _ incoming: AsyncStream<[UInt8]>, _ sink: EngineSink
    ) async -> [UInt8] {
        switch Wire.Method(rawValue: method) {
        case .capabilities:
            let reply = Neurond_V1_CapabilitiesReply.with { $0.actions = ["scripted"] }
            await sink.send(message: (try? reply.serializedBytes()) ?? [])
        case .tokenize:
            let text = seen.withLock { "cancelled=\($0.cancelled) objects=\($0.objects)" }
            await sink.send(message: Array(text.utf8))
        case .status: await report(sink)
        case .explain: return await explain(payload, sink)
        case .putObject: return await take(payload, incoming)
        case .dropObject: seen.withLock { $0.objects -= 1 }
        default: return await perform(payload, sink)
        }
        return []
    }

    private func explain(_ payload: [UInt8], _ sink: EngineSink) async -> [UInt8] {
        let script = Script(payload)
        if script["die_pricing"] > 0 { Self.crash() }
        guard script["never"] == 0 else {
            let end = Neurond_V1_End.with {
                $0.status.code = .outOfRange
                $0.status.reason = "SCRIPTED_NEVER"
            }
            return (try? end.serializedBytes()) ?? []
        }
        let reply = Neurond_V1_ExplainReply.with {
            $0.multiplyAdds = Double(script["cost"]) * 1e6
            $0.keyValueBytes = UInt64(script["kv"])
            $0.captureBytes = UInt64(script["capture"])
        }
        await sink.send(message: (try? reply.serializedBytes()) ?? [])
        return []
    }

    private func sendAccount(_ payload: [UInt8], _ sink: EngineSink) async {
        let options = try? Neurond_V1_RequestEnvelope(serializedBytes: payload).options
        guard let options else { return }
        let account = options.admission
        let text =
            "share=\(account.share) weight=\(account.weight) lane=\(account.lane)"
            + " timed=\(options.deadlineMs > 0)"
        await sink.send(message: Array(text.utf8))
    }

    private func take(_ payload: [UInt8], _ incoming: AsyncStream<[UInt8]>) async -> [UInt8] {
        let request = try? Neurond_V1_PutObjectRequest(serializedBytes: payload)
        var content = [UInt8](request?.content ?? Data())
        for await part in incoming {
            let chunk = try? Neurond_V1_PutObjectChunk(serializedBytes: part)
            content += chunk?.content ?? Data()
        }
        let isMistaken = content.first == UInt8(ascii: "?") && request?.kind != .neuronSet
        guard content.first != UInt8(ascii: "!"), !isMistaken else {
            let end = Neurond_V1_End.with {
                $0.status.code = .invalidArgument
                $0.status.reason = "OBJECT_UNREADABLE"
            }
            return (try? end.serializedBytes()) ?? []
        }
        seen.withLock { $0.objects += 1 }
        return []
    }

    private func perform(_ payload: [UInt8], _ sink: EngineSink) async -> [UInt8] {
        let script = Script(payload)
        if script["account"] > 0 { await sendAccount(payload, sink) }
        for index in 0..<script["messages"] {
            if script["die_at"] == index + 1 { Self.crash() }
            if script["hang_at"] == index + 1 { await hang() }
            if Task.isCancelled {
                seen.withLock { $0.cancelled += 1 }
                return partialEnd(index)
            }
            let bytes = (0..<script["bytes"]).map { UInt8(truncatingIfNeeded: index &* 7 &+ $0) }
            await sink.send(message: bytes)
        }
        let tensor = script["tensor"]
        guard tensor > 0 else { return [] }
        let data = (0..<tensor).map { UInt8(truncatingIfNeeded: $0 &* 13) }
        let descriptor = TensorDescriptor(name: "t", type: .uint8, shape: [tensor])
        await sink.send(tensor: descriptor, data: data)
        return []
    }

    /// What an engine says of a request that was stopped: how many messages there are.
    private func partialEnd(_ count: Int) -> [UInt8] {
        let end = Neurond_V1_End.with {
            $0.status.code = .cancelled
            $0.usage.generatedTokens = UInt32(count)
            $0.partial.generatedTokens = UInt32(count)
        }
        return (try? end.serializedBytes()) ?? []
    }

    private func hang() async {
        seen.withLock { $0.hangingSince = .now }
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
    }

    private func report(_ sink: EngineSink) async {
        let since = seen.withLock { $0.hangingSince }
        let reply = Neurond_V1_EngineReport.with {
            if let since { $0.stepRunningSeconds = (.now - since) / .seconds(1) }
        }
        await sink.send(message: (try? reply.serializedBytes()) ?? [])
    }

    /// Ends the process as a bug of its own would, without a core file or a trace.
    static func crash() -> Never {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        abort()
    }

    private struct Script {
        private var numbers: [String: Int] = [:]

        init(_ payload: [UInt8]) {
            let envelope = try? Neurond_V1_RequestEnvelope(serializedBytes: payload)
            for word in (envelope?.options.model ?? "").split(separator: " ") {
                let parts = word.split(separator: "=")
                if parts.count == 2 { numbers[String(parts[0])] = Int(parts[1]) }
            }
        }

        subscript(_ name: String) -> Int { numbers[name] ?? 0 }
    }
}
