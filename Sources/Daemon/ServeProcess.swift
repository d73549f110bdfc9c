import EventLoop
public import Logging
import Supervision

/// The whole life of a supervisor's process: listen, load, serve, drain.
public enum ServeProcess {
    /// Listens and loads, then serves until a signal ends it.
    ///
    /// Clients are taken up at once: they see the status, and their requests wait until the model
    /// is there. SIGTERM and SIGINT drain, a second one stops at once; SIGHUP has the configuration
    /// read again.
    ///
    /// - Parameters:
    ///   - configuration: all but the arena, which is made by `load`.
    ///   - logger: gets one line per event.
    ///   - manager: who started the process.
    ///   - load: makes the weight arena ready, on a thread of its own, and gives its descriptor.
    /// - Returns: whether every request that was accepted was answered.
    /// - Throws: what `load` throws, or `LoopError` for an address that cannot be listened on.
    public static func run(
        _ configuration: SupervisorConfiguration, logger: Logger, manager: ServiceManager = .none,
        load: @escaping @Sendable () throws -> Int32
    ) throws -> Bool {
        SignalMask.unblockAll()
        let loop = try Loop()
        let process = try Run(loop, configuration, logger, manager)
        let signals =
            try [ProcessSignal.terminate, ProcessSignal.interrupt].map { signal in
                try SignalWatcher(loop, signal: signal) { process.supervisor?.terminate() }
            } + [try SignalWatcher(loop, signal: ProcessSignal.hangUp) { process.reload() }]
        process.start(load)
        loop.run()
        for watcher in signals { watcher.close() }
        // A busy loader is not waited for: it ends with the process.
        if !process.isLoaderBusy { process.loader.shutdown() }
        loop.closeAllHandles()
        try loop.close()
        return try process.result.get()
    }

    /// What the callbacks of one run share.
    private final class Run {
        let loader: LoopThread
        private let loop: Loop
        private let logger: Logger
        private let manager: ServiceManager
        private(set) var supervisor: Supervisor?
        private(set) var isLoaderBusy = false
        /// Whether the configuration changed again while the loader was busy.
        private var isReloadWanted = false
        private(set) var result: Result<Bool, any Error> = .success(true)

        init(
            _ loop: Loop, _ configuration: SupervisorConfiguration, _ logger: Logger,
            _ manager: ServiceManager
        ) throws {
            self.loop = loop
            self.logger = logger
            self.manager = manager
            loader = try LoopThread(name: "loader")
            supervisor = Supervisor(loop, configuration, logger: logger, manager: manager) {
                [self] isClean in
                if case .success = result { result = .success(isClean) }
                loop.stop()
            }
        }

        /// Listens, and begins to load.
        func start(_ load: @escaping @Sendable () throws -> Int32) {
            do {
                try supervisor?.start()
            } catch {
                result = .failure(error)
                return loop.stop()
            }
            manager.tell(status: "loading the model")
            perform(load) { $0.didLoad($1) }
        }

        func reload() {
            guard let supervisor, supervisor.drain.phase == .serving,
                let reload = supervisor.configuration.reload
            else { return }
            isReloadWanted = isLoaderBusy
            guard !isLoaderBusy else { return }
            manager.tellReloading()
            perform(reload) { $0.didReload($1) }
        }

        /// Does `work` on the loader's thread, then `done` on the loop's.
        private func perform<Value: Sendable>(
            _ work: @escaping @Sendable () throws -> Value,
            then done: @escaping @Sendable (Run, Result<Value, any Error>) -> Void
        ) {
            isLoaderBusy = true
            let bound = LoopBound(self, on: loop)
            let handle = loop.handle
            loader.handle.execute {
                let result = Result { try work() }
                handle.execute {
                    bound.value.isLoaderBusy = false
                    done(bound.value, result)
                }
            }
        }

        private func didReload(_ result: Result<ReloadedConfiguration, any Error>) {
            supervisor?.reload(result)
            if case .success = result { manager.tellReady() } else { manager.tellKept() }
            if isReloadWanted { reload() }
        }

        private func didLoad(_ loaded: Result<Int32, any Error>) {
            switch loaded {
            case .success(let arena):
                supervisor?.startEngines(onArena: arena)
                if isReloadWanted { reload() }
            case .failure(let error):
                result = .failure(error)
                supervisor?.giveUp()
            }
        }
    }
}
