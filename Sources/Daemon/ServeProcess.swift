import EventLoop
public import Logging
import Supervision

/// The whole life of a supervisor's process: load, serve, drain.
public enum ServeProcess {
    /// Loads, then serves until a signal ends it.
    ///
    /// SIGTERM and SIGINT drain, a second one stops at once. While loading, the first one ends
    /// the process: nothing was accepted that could be lost. SIGHUP has the configuration read
    /// again.
    ///
    /// - Parameters:
    ///   - logger: gets one line per event.
    ///   - manager: who started the process.
    ///   - load: makes ready what the engines need, on a thread of its own.
    /// - Returns: whether every request that was accepted was answered.
    /// - Throws: what `load` throws, or `LoopError` for an address that cannot be listened on.
    public static func run(
        logger: Logger, manager: ServiceManager = .none,
        load: @escaping @Sendable () throws -> SupervisorConfiguration
    ) throws -> Bool {
        SignalMask.unblockAll()
        let loop = try Loop()
        let process = try Run(loop, logger, manager)
        let signals =
            try [ProcessSignal.terminate, ProcessSignal.interrupt].map { signal in
                try SignalWatcher(loop, signal: signal) { process.terminate() }
            } + [try SignalWatcher(loop, signal: ProcessSignal.hangUp) { process.reload() }]
        process.startLoading(load)
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
        private var supervisor: Supervisor?
        private(set) var isLoaderBusy = false
        /// Whether the configuration changed again while it was being read.
        private var isReloadWanted = false
        private(set) var result: Result<Bool, any Error> = .success(true)

        init(_ loop: Loop, _ logger: Logger, _ manager: ServiceManager) throws {
            self.loop = loop
            self.logger = logger
            self.manager = manager
            loader = try LoopThread(name: "loader")
        }

        func startLoading(_ load: @escaping @Sendable () throws -> SupervisorConfiguration) {
            manager.tell(status: "loading the model")
            perform(load) { $0.didLoad($1) }
        }

        func terminate() {
            guard let supervisor else {
                manager.tellStopping()
                return loop.stop()
            }
            supervisor.terminate()
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

        private func didLoad(_ loaded: Result<SupervisorConfiguration, any Error>) {
            do {
                let supervisor = Supervisor(
                    loop, try loaded.get(), logger: logger, manager: manager
                ) { [self] isClean in
                    result = .success(isClean)
                    loop.stop()
                }
                try supervisor.start()
                self.supervisor = supervisor
            } catch {
                result = .failure(error)
                loop.stop()
            }
        }
    }
}
