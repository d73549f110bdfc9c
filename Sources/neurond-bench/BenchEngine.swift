import Dispatch
import Engine
import Foundation
import Kernels
import ModelFile
import Synchronization

/// An engine in this process that runs jobs to their end and remembers when things happened.
final class BenchEngine {
    let engine: StepEngine

    init(_ model: Model, _ settings: EngineSettings) throws {
        engine = try StepEngine(
            model: model, objects: ObjectStore(),
            options: .init(
                threads: settings.threads, pinsThreads: settings.pinned,
                kernels: settings.kernels))
    }

    deinit { engine.shutdown() }

    /// What happened to one job, in seconds of `Clock`.
    struct Run: Sendable {
        var submitted = 0.0
        var tokenTimes: [Double] = []
        var finished = 0.0
        var result: JobResult?
    }

    /// Submits all jobs at once and waits for the last one.
    ///
    /// Checking a job and looking up its hooks counts as part of it.
    ///
    /// - Throws: `EngineError` for a job that cannot run, `BenchError` for one that was ended.
    func run(_ jobs: [Job]) throws -> [Run] {
        let submitted = Clock.now
        var earlier: PreparedJob?
        let prepared = try jobs.map { job in
            let next = try engine.prepare(job, like: earlier)
            earlier = next
            return next
        }
        let done = DispatchSemaphore(value: 0)
        let recorders = prepared.map { _ in JobRecorder(done: done) }
        for (job, recorder) in zip(prepared, recorders) {
            recorder.begin(submitted)
            recorder.attach(try engine.submit(job) { recorder.take($0) })
        }
        for _ in jobs { done.wait() }
        return try recorders.map { try $0.finish() }
    }
}

/// How engines of a benchmark are set up.
struct EngineSettings: Encodable, Sendable {
    var threads: Int
    var pinned: Bool
    /// The forced kernel path; nil chooses.
    var kernels: String?
}

/// Notes a job's events on the engine's thread and consumes its tokens.
private final class JobRecorder: Sendable {
    private struct State {
        var run = BenchEngine.Run()
        var failure: String?
        var handle: JobHandle?
        /// Tokens that came before the handle did.
        var unread = 0
    }

    private let state = Mutex(State())
    private let done: DispatchSemaphore

    init(done: DispatchSemaphore) { self.done = done }

    func begin(_ submitted: Double) { state.withLock { $0.run.submitted = submitted } }

    func attach(_ handle: JobHandle) {
        state.withLock { state in
            state.handle = handle
            for _ in 0..<state.unread { handle.didConsume() }
            state.unread = 0
        }
    }

    func take(_ event: JobEvent) {
        let now = Clock.now
        let isLast = state.withLock { state in
            switch event {
            case .token:
                state.run.tokenTimes.append(now)
                if let handle = state.handle { handle.didConsume() } else { state.unread += 1 }
                return false
            case .finished(let result): state.run.result = result
            case .failed(let error, _): state.failure = "\(error)"
            }
            state.run.finished = now
            return true
        }
        if isLast { done.signal() }
    }

    func finish() throws -> BenchEngine.Run {
        try state.withLock { state in
            if let failure = state.failure { throw BenchError.jobFailed(failure) }
            return state.run
        }
    }
}
