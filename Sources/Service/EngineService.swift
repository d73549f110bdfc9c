public import Engine
import Foundation
import Hooks
import Kernels
import Messages
import SwiftProtobuf
import Wire

/// Answers requests with one engine.
public final class EngineService: Sendable {
    let engine: StepEngine
    let modelName: String
    let build: String
    let residentByteCount: @Sendable () -> Int?

    /// - Parameters:
    ///   - modelName: how clients may name the model.
    ///   - build: version of this program, part of every answer's provenance.
    ///   - residentByteCount: memory of this process in use; nil where that is not known.
    public init(
        engine: StepEngine, modelName: String, build: String,
        residentByteCount: @escaping @Sendable () -> Int? = { nil }
    ) {
        self.engine = engine
        self.modelName = modelName
        self.build = build
        self.residentByteCount = residentByteCount
    }

    /// Runs one request to its end.
    ///
    /// - Parameters:
    ///   - method: the REQUEST frame's method number.
    ///   - payload: its protobuf message.
    ///   - incoming: payloads of MESSAGE frames that follow, for methods that take them.
    ///   - sink: takes the replies.
    /// - Returns: the payload of the END frame. Cancelling the task ends the request early; the END
    ///   then tells what was done.
    public func handle(
        method: UInt16, payload: [UInt8], incoming: AsyncStream<[UInt8]>, sink: any ReplySink
    ) async -> [UInt8] {
        let progress = RequestProgress()
        var end: Neurond_V1_End
        do {
            end = try await dispatch(method, payload, incoming, sink, progress)
        } catch {
            end = progress.end(RequestFailure(error).status)
        }
        addProvenance(to: &end.provenance)
        return (try? end.serializedBytes()) ?? []
    }

    private func dispatch(
        _ method: UInt16, _ payload: [UInt8], _ incoming: AsyncStream<[UInt8]>,
        _ sink: any ReplySink, _ progress: RequestProgress
    ) async throws -> Neurond_V1_End {
        guard let method = Method(rawValue: method) else {
            throw RequestFailure(
                .unimplemented, "UNKNOWN_METHOD", "method \(method) does not exist")
        }
        guard Self.served.contains(method) else {
            throw RequestFailure(
                .unimplemented, "UNIMPLEMENTED", "\(method) is not answered by this build")
        }
        let envelope = try Neurond_V1_RequestEnvelope(serializedBytes: payload)
        try checkModel(envelope.options.model)
        return switch method {
        case .status: try await status(sink)
        case .tokenize: try await tokenize(.init(serializedBytes: payload), sink)
        case .detokenize: try await detokenize(.init(serializedBytes: payload), sink)
        case .forward: try await forward(.init(serializedBytes: payload), sink, progress)
        case .generate: try await generate(.init(serializedBytes: payload), sink, progress)
        case .score: try await score(.init(serializedBytes: payload), sink, progress)
        case .statistics: try await statistics(.init(serializedBytes: payload), sink, progress)
        case .project: try await project(.init(serializedBytes: payload), sink)
        case .columns: try await columns(.init(serializedBytes: payload), sink)
        case .explain: try await explain(.init(serializedBytes: payload), sink)
        case .putObject: try await putObject(.init(serializedBytes: payload), incoming, sink)
        case .dropObject: try await dropObject(.init(serializedBytes: payload), sink)
        default: try await capabilities(sink)
        }
    }

    /// Methods that an engine answers; the supervisor answers more by itself.
    static let served: Set<Wire.Method> = [
        .capabilities, .status, .tokenize, .detokenize, .forward, .generate, .score, .statistics,
        .project, .columns, .explain, .putObject, .dropObject,
    ]

    /// A request may name the model by the name it is served under, or by its digest.
    private func checkModel(_ name: String) throws {
        guard name.isEmpty || name == modelName || name == engine.model.digest else {
            throw RequestFailure(
                .notFound, "UNKNOWN_MODEL",
                "no model '\(name)' is served; served: \(modelName) (\(engine.model.digest))",
                field: "options.model")
        }
    }

    /// Adds what is the same for every request.
    private func addProvenance(to provenance: inout Neurond_V1_Provenance) {
        provenance.modelDigest = engine.model.digest
        provenance.weightFormat = engine.model.form.rawValue
        provenance.tokenizerDigest = engine.model.tokenizerDigest
        provenance.kernelPath = engine.kernelPath.rawValue
        provenance.build = build
    }
}

extension ReplySink {
    /// Sends a protobuf message.
    func send(_ message: some Message) async throws {
        await send(message: try message.serializedBytes())
    }
}
