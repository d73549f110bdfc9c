import Engine
import Foundation
import Hooks
import Messages
import ModelFile
import Service
import SwiftProtobuf
import Testing
import Wire

/// Requests name adapters by hash, and answers say so.
@Suite("Requests with adapters")
struct AdapterServiceTests {
    /// A rank-1 adapter of one matrix of the fixture, put as a client does.
    private func put(_ test: TestService, size: Float = 0.5) async throws -> ContentHash {
        let shape = test.engine.model.configuration
        let module = "base_model.model.model.layers.1.mlp.down_proj"
        let text = #"{"peft_type": "LORA", "r": 1, "lora_alpha": 1, "bias": "none"}"#
        var writer = SafetensorsWriter(metadata: ["adapter_config": text])
        let down = (0..<shape.neuronCount).map { size * Float($0 % 7 - 3) }
        let up = (0..<shape.width).map { Float($0 % 5 - 2) }
        try writer.add("\(module).lora_A.weight", shape: [1, shape.neuronCount], down)
        try writer.add("\(module).lora_B.weight", shape: [shape.width, 1], up)
        let bytes = writer.serialized()
        let reply = try await test.messages(
            .putObject,
            Neurond_V1_PutObjectRequest.with {
                $0.kind = .tensors
                $0.byteCount = UInt64(bytes.count)
                $0.content = Data(bytes)
            }, as: Neurond_V1_PutObjectReply.self)[0]
        return try #require(ContentHash(bytes: Array(reply.hash)))
    }

    private func provenance(
        _ test: TestService, _ method: Wire.Method, _ request: some Message
    ) async throws -> (payloads: [Reply], adapter: String) {
        let (replies, end) = try await test.call(method, request)
        try #require(end.status.code == .ok, "\(end.status.message)")
        return (replies, end.provenance.adapter)
    }

    @Test("each method runs with the adapter that it names, and says which")
    func methods() async throws {
        let test = try TestService()
        let hash = try await put(test)
        var forward = Neurond_V1_ForwardRequest.with {
            $0.items = [.with { $0.prompt = .ids([1, 2, 3]) }]
            $0.topK = 5
        }
        var score = Neurond_V1_ScoreRequest.with {
            $0.items = [
                .with {
                    $0.prompt = .ids([1, 2]); $0.continuation = .ids([3, 4])
                }
            ]
        }
        var generate = Neurond_V1_GenerateRequest.with {
            $0.prompt = .ids([1, 2, 3])
            $0.maxTokens = 8
            $0.ignoreEnd = true
            $0.topK = 2
        }
        let plain = [
            try await provenance(test, .forward, forward),
            try await provenance(test, .score, score),
            try await provenance(test, .generate, generate),
        ]
        forward.adapter = Data(hash.bytes)
        score.adapter = Data(hash.bytes)
        generate.adapter = Data(hash.bytes)
        let adapted = [
            try await provenance(test, .forward, forward),
            try await provenance(test, .score, score),
            try await provenance(test, .generate, generate),
        ]
        for (plain, adapted) in zip(plain, adapted) {
            #expect(plain.adapter.isEmpty)
            #expect(adapted.adapter == hash.hex)
            #expect(plain.payloads != adapted.payloads)
        }
    }

    @Test("an explanation counts the adapter's work and memory, and names it")
    func explain() async throws {
        let test = try TestService()
        let hash = try await put(test)
        var request = Neurond_V1_ExplainRequest.with {
            $0.forward.items = [4, 7].map { count in
                .with { $0.prompt = .ids([UInt32](repeating: 3, count: count)) }
            }
        }
        let plain = try await test.messages(
            .explain, request, as: Neurond_V1_ExplainReply.self)[0]
        request.forward.adapter = Data(hash.bytes)
        let (replies, end) = try await test.call(.explain, request)
        guard case .message(let payload) = try #require(replies.first) else { return }
        let adapted = try Neurond_V1_ExplainReply(serializedBytes: payload)
        let shape = test.engine.model.configuration
        let perRow = Double(shape.neuronCount + shape.width)
        #expect(adapted.multiplyAdds - plain.multiplyAdds == 11 * perRow)
        #expect(adapted.objects.map { Array($0) } == [hash.bytes])
        #expect(plain.adapterBytes == 0)
        #expect(adapted.adapterBytes == UInt64(test.engine.statistics.adapterBytes))
        #expect(adapted.adapterBytes > 0)
        #expect(end.provenance.adapter == hash.hex)
    }

    @Test("adapters that cannot be used are refused with the field")
    func refusals() async throws {
        let test = try TestService()
        let hash = try await put(test, size: .infinity)
        for (bytes, code, reason) in [
            ([7, 7], Neurond_V1_StatusCode.invalidArgument, "BAD_HASH"),
            (ContentHash(hashing: []).bytes, .notFound, "UNKNOWN_OBJECT"),
            (hash.bytes, .invalidArgument, "BAD_ADAPTER"),
        ] {
            let (replies, end) = try await test.call(
                .generate,
                Neurond_V1_GenerateRequest.with {
                    $0.prompt = .ids([1])
                    $0.maxTokens = 1
                    $0.adapter = Data(bytes)
                })
            #expect(replies.isEmpty)
            #expect(end.status.code == code)
            #expect(end.status.reason == reason)
            #expect(end.status.field == "adapter")
        }
    }

    @Test("a dropped adapter is unknown")
    func dropped() async throws {
        let test = try TestService()
        let hash = try await put(test)
        let request = Neurond_V1_ForwardRequest.with {
            $0.items = [.with { $0.prompt = .ids([1, 2, 3]) }]
            $0.adapter = Data(hash.bytes)
        }
        _ = try await provenance(test, .forward, request)
        _ = try await test.call(
            .dropObject, Neurond_V1_DropObjectRequest.with { $0.hash = Data(hash.bytes) })
        let (_, end) = try await test.call(.forward, request)
        #expect(end.status.reason == "UNKNOWN_OBJECT")
        // A step is over, and has let go of its sequences, when a later one was run.
        var plain = request
        plain.adapter = Data()
        let (_, plainEnd) = try await test.call(.forward, plain)
        #expect(plainEnd.status.code == .ok)
        #expect(test.engine.statistics.adapterBytes == 0)
    }
}
