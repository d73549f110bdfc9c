import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import Synchronization
import TestSupport
import Testing

/// Models are loaded once for all tests.
enum TestModels {
    private static let cache = Mutex<[String: Model]>([:])

    static func load(_ url: URL, _ form: WeightForm) throws -> Model {
        let key = "\(url.path)|\(form)"
        if let model = cache.withLock({ $0[key] }) { return model }
        let source = try ModelSource.open(url.path)
        let arena = try WeightArena.build(from: source, form: form, threads: 2)
        let model = try Model(arena)
        cache.withLock { $0[key] = model }
        return model
    }

    static func fixture(_ name: String, _ form: WeightForm) throws -> Model {
        try load(TestData.fixtures.appending(path: "\(name)/hf"), form)
    }
}

extension StepEngine {
    static func make(
        _ model: Model, threads: Int = 2, rowsPerStep: Int = EngineLimits.rowsPerStep,
        objects: ObjectStore = ObjectStore(), kernels: String? = nil
    ) throws -> StepEngine {
        try StepEngine(
            model: model, objects: objects,
            options: .init(
                threads: threads, kernels: kernels, rowsPerStep: rowsPerStep,
                keyValueBytes: 64 << 20))
    }

    /// Runs a job to its end.
    func run(_ job: Job) async throws -> (tokens: [GeneratedToken], result: JobResult) {
        let (stream, continuation) = AsyncStream.makeStream(of: JobEvent.self)
        let handle = try submit(prepare(job)) { event in continuation.yield(event) }
        var tokens: [GeneratedToken] = []
        for await event in stream {
            switch event {
            case .token(let token):
                tokens.append(token)
                handle.didConsume()
            case .finished(let result): return (tokens, result)
            case .failed(let error, _): throw error
            }
        }
        throw CancellationError()
    }
}

extension Model {
    /// Bytes of attention state of one whole context, in f16.
    var contextBytes: Int {
        let shape = configuration
        let positions =
            (shape.contextLength + KeyValueStore.blockPositions - 1)
            / KeyValueStore.blockPositions * KeyValueStore.blockPositions
        return positions * shape.layerCount * shape.keyValueHeadCount * shape.headDimension * 4
    }

    /// Resolves hooks in the text language.
    func plan(
        hooks: [String] = [], captures: [String] = [], promptCount: Int, rows: Int? = nil
    ) throws -> ResolvedPlan {
        var parser = HookParser()
        let plan = HookPlan(
            actions: try hooks.map { try parser.action(text: $0) },
            captures: try captures.map { try parser.capture(text: $0) })
        return try plan.resolved(
            against: shape,
            extent: SequenceExtent(
                promptCount: promptCount, maxTokenCount: (rows ?? promptCount) - promptCount + 1))
    }
}

/// Largest difference over the reference's largest magnitude.
func relativeError(_ values: [Float], _ reference: [Float]) -> Float {
    guard values.count == reference.count else { return .infinity }
    let largest = reference.map(abs).max() ?? 0
    let difference = zip(values, reference).map { abs($0 - $1) }.max() ?? 0
    return difference.isNaN ? .infinity : difference / max(largest, .leastNormalMagnitude)
}

extension CapturedTensor {
    var floats: [Float] {
        switch values {
        case .f32(let values): values
        case .f16(let values): values.map { Float($0) }
        case .f64(let values): values.map { Float($0) }
        case .i32(let values): values.map { Float($0) }
        }
    }
}
