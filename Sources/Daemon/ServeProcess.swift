import EventLoop
public import Logging

/// The whole life of a supervisor's process: load, serve, drain.
public enum ServeProcess {
    /// Loads, then serves until a signal ends it.
    ///
    /// SIGTERM and SIGINT drain, a second one stops at once. While loading, the first one ends
    /// the process: nothing was accepted that could be lost.
    ///
    /// - Parameters:
    ///   - logger: gets one line per event.
    ///   - load: makes ready what the engines need, on a thread of its own.
    /// - Returns: whether every request that was accepted was answered.
    /// - Throws: what `load` throws, or `LoopError` for an address that cannot be listened on.
    public static func run(
        logger: Logger, load: @escaping @Sendable () throws -> SupervisorConfiguration
    ) throws -> Bool {
        SignalMask.unblockAll()
        let loop = try Loop()
        let process = Run(loop, logger)
        let signals = try [ProcessSignal.terminate, ProcessSignal.interrupt].map { signal in
            try SignalWatcher(loop, signal: signal) { process.terminate() }
        }
        let loader = try process.startLoading(load)
        loop.run()
        for watcher in signals { watcher.close() }
        // An interrupted loader is not waited for: it ends with the process.
        if process.hasLoaded { loader.shutdown() }
        loop.closeAllHandles()
        try loop.close()
        return try process.result.get()
    }

    /// What the callbacks of one run share.
    private final class Run {
        private let loop: Loop
        private let logger: Logger
        private var supervisor: Supervisor?
        private(set) var hasLoaded = false
        private(set) var result: Result<Bool, any Error> = .success(true)

        init(_ loop: Loop, _ logger: Logger) {
            self.loop = loop
            self.logger = logger
        }

        func startLoading(
            _ load: @escaping @Sendable () throws -> SupervisorConfiguration
        ) throws -> LoopThread {
            let bound = LoopBound(self, on: loop)
            let handle = loop.handle
            let loader = try LoopThread(name: "loader")
            loader.handle.execute {
                let configuration = Result { try load() }
                handle.execute { bound.value.didLoad(configuration) }
            }
            return loader
        }

        func terminate() {
            if let supervisor { supervisor.terminate() } else { loop.stop() }
        }

        private func didLoad(_ loaded: Result<SupervisorConfiguration, any Error>) {
            hasLoaded = true
            do {
                let supervisor = Supervisor(loop, try loaded.get(), logger: logger) {
                    [self] isClean in
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
