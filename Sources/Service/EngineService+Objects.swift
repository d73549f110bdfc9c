import Engine
import Foundation
import Hooks
import Messages
import ModelFile
import SwiftProtobuf

extension EngineService {
    /// Takes an object, in one message or in chunks, and checks that it is what it says.
    func putObject(
        _ request: Neurond_V1_PutObjectRequest, _ incoming: AsyncStream<[UInt8]>,
        _ sink: any ReplySink
    ) async throws -> Neurond_V1_End {
        let content = try await collect(request, incoming)
        let hash = ContentHash(hashing: content)
        let existed = engine.objects.object(hash) != nil
        let object = try parse(request.kind, content)
        try engine.objects.put(object, hash: hash, byteCount: content.count)
        try await sink.send(
            Neurond_V1_PutObjectReply.with {
                $0.hash = Data(hash.bytes)
                $0.existed = existed
            })
        return Neurond_V1_End()
    }

    private func parse(
        _ kind: Neurond_V1_ObjectKind, _ content: [UInt8]
    ) throws -> StoredObject {
        switch kind {
        case .neuronSet: return .neuronSet(try NeuronSet(bytes: content))
        case .tensors: return .tensors(try SafetensorsFile(bytes: content, name: "object"))
        default:
            throw RequestFailure(
                .invalidArgument, "UNKNOWN_OBJECT_KIND",
                "object kind \(kind.rawValue); accepted: NEURON_SET (1), TENSORS (2)",
                field: "kind", asked: kind.rawValue, limit: 2)
        }
    }

    private func collect(
        _ request: Neurond_V1_PutObjectRequest, _ incoming: AsyncStream<[UInt8]>
    ) async throws -> [UInt8] {
        guard request.byteCount <= UInt64(ServiceLimits.objectBytes) else {
            throw RequestFailure(
                .outOfRange, "OBJECT_TOO_LARGE",
                "an object of \(request.byteCount) bytes; at most "
                    + "\(ServiceLimits.objectBytes)", field: "byte_count",
                asked: Int(clamping: request.byteCount), limit: ServiceLimits.objectBytes)
        }
        var content = Array(request.content)
        let expected = Int(request.byteCount)
        if content.count < expected {
            for await payload in incoming {
                let chunk = try Neurond_V1_PutObjectChunk(serializedBytes: payload)
                content += chunk.content
                if content.count >= expected { break }
            }
        }
        guard content.count == expected else {
            throw RequestFailure(
                .invalidArgument, "OBJECT_LENGTH",
                "\(content.count) bytes came, \(expected) were announced", field: "byte_count",
                asked: content.count, limit: expected)
        }
        return content
    }

    func dropObject(
        _ request: Neurond_V1_DropObjectRequest, _ sink: any ReplySink
    ) async throws -> Neurond_V1_End {
        guard let hash = ContentHash(bytes: Array(request.hash)) else {
            throw RequestFailure(
                .invalidArgument, "BAD_HASH", "hash must be the 32 bytes of a SHA-256",
                field: "hash", asked: request.hash.count, limit: 32)
        }
        engine.dropObject(hash)
        try await sink.send(Neurond_V1_DropObjectReply())
        return Neurond_V1_End()
    }
}
