import Engine
import Foundation
import Kernels
import Messages
import ModelFile
import Service
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing
import Wire

/// What a request was answered, in order.
enum Reply: Equatable, Sendable {
    case message([UInt8])
    case tensor(TensorDescriptor, [UInt8])
}

/// Collects replies.
final class CollectingSink: ReplySink {
    private let collected = Mutex<[Reply]>([])

    var replies: [Reply] { collected.withLock { $0 } }

    func send(message payload: [UInt8]) async {
        collected.withLock { $0.append(.message(payload)) }
    }

    func send(tensor descriptor: TensorDescriptor, data: [UInt8]) async {
        collected.withLock { $0.append(.tensor(descriptor, data)) }
    }
}

/// A service on a fixture model, and calls to it as a client would make them.
final class TestService: Sendable {
    let service: EngineService
    let engine: StepEngine

    static func fixture(_ model: String) -> URL {
        TestData.fixtures.appending(path: "\(model)/hf")
    }

    convenience init(_ model: String = "llama-mha", form: WeightForm = .f32) throws {
        try self.init(directory: Self.fixture(model), form: form)
    }

    /// On a fixture beside whose files stands a chat template.
    convenience init(chatTemplate: String) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "neurond-service-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: Self.fixture("llama-mha"), to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(chatTemplate.utf8).write(to: folder.appending(path: "chat_template.jinja"))
        try self.init(directory: folder, form: .f32)
    }

    private init(directory: URL, form: WeightForm) throws {
        let source = try ModelSource.open(directory.path)
        let arena = try WeightArena.build(from: source, form: form, threads: 2)
        engine = try StepEngine(
            model: Model(arena), objects: ObjectStore(),
            options: .init(threads: 2, keyValueBytes: 16 << 20))
        service = EngineService(
            engine: engine, modelName: "fixture", build: "test", residentByteCount: { 4_096 })
    }

    deinit { engine.shutdown() }

    /// - Returns: the replies in order, and the END message.
    func call(
        _ method: Wire.Method, _ request: some Message, chunks: [[UInt8]] = []
    ) async throws -> (replies: [Reply], end: Neurond_V1_End) {
        let sink = CollectingSink()
        let (incoming, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        for chunk in chunks { continuation.yield(chunk) }
        continuation.finish()
        let end = await service.handle(
            method: method.rawValue, payload: try request.serializedBytes(), incoming: incoming,
            sink: sink)
        return (sink.replies, try Neurond_V1_End(serializedBytes: end))
    }

    /// The messages of an answer that must be OK.
    func messages<Answer: Message>(
        _ method: Wire.Method, _ request: some Message, as type: Answer.Type
    ) async throws -> [Answer] {
        let (replies, end) = try await call(method, request)
        try #require(end.status.code == .ok, "\(end.status.message)")
        return try replies.compactMap { reply in
            guard case .message(let payload) = reply else { return nil }
            return try Answer(serializedBytes: payload)
        }
    }
}

extension Neurond_V1_Prompt {
    static func ids(_ ids: [UInt32]) -> Self { .with { $0.tokens.ids = ids } }
    static func text(_ text: String) -> Self { .with { $0.text = text } }
}

/// Calls back with each message.
private final class WatchingSink: ReplySink {
    private let count = Mutex(0)
    private let onMessage: @Sendable (Int) -> Void

    init(_ onMessage: @escaping @Sendable (Int) -> Void) { self.onMessage = onMessage }

    func send(message payload: [UInt8]) async {
        onMessage(
            count.withLock { count in
                count += 1
                return count
            })
    }

    func send(tensor descriptor: TensorDescriptor, data: [UInt8]) async {}
}

/// The END of a request whose task is cancelled at its n-th message.
func end(
    of test: TestService, _ method: Wire.Method, _ request: some Message, cancelledAt n: Int
) async throws -> Neurond_V1_End {
    let payload: [UInt8] = try request.serializedBytes()
    let task = Mutex<Task<[UInt8], Never>?>(nil)
    let sink = WatchingSink { count in
        if count == n { task.withLock { $0 }?.cancel() }
    }
    let (incoming, continuation) = AsyncStream.makeStream(of: [UInt8].self)
    continuation.finish()
    let started = task.withLock { task in
        let started = Task {
            await test.service.handle(
                method: method.rawValue, payload: payload, incoming: incoming, sink: sink)
        }
        task = started
        return started
    }
    return try Neurond_V1_End(serializedBytes: await started.value)
}
