import EventLoop
import Glibc
public import Logging
import Supervision

/// The whole life of a supervisor's process: listen, load, serve, drain.
public enum ServeProcess {
    /// Listens and has the model loaded, then serves until a signal ends it.
    ///
    /// Clients are taken up at once: they see the status, and their requests wait until the model
    /// is there. SIGTERM and SIGINT drain, a second one stops at once; SIGHUP has the configuration
    /// read again.
    ///
    /// - Parameters:
    ///   - configuration: names the program that loads the model.
    ///   - logger: gets one line per event.
    ///   - manager: who started the process.
    /// - Returns: whether every request that was accepted was answered.
    /// - Throws: an error that says why there is no model, or `LoopError` for an address that
    ///   cannot be listened on.
    public static func run(
        _ configuration: SupervisorConfiguration, logger: Logger, manager: ServiceManager = .none
    ) throws -> Bool {
        SignalMask.unblockAll()
        leaveOutBacktraces()
        let loop = try Loop()
        let process = try Run(loop, configuration, logger, manager)
        let signals =
            try [ProcessSignal.terminate, ProcessSignal.interrupt].map { signal in
                try SignalWatcher(loop, signal: signal) { process.supervisor?.terminate() }
            } + [try SignalWatcher(loop, signal: ProcessSignal.hangUp) { process.reload() }]
        process.start()
        loop.run()
        for watcher in signals { watcher.close() }
        // A busy reader is not waited for: it ends with the process.
        if !process.isReaderBusy { process.reader.shutdown() }
        loop.closeAllHandles()
        try loop.close()
        return try process.result.get()
    }

    /// Has engines end as soon as they crash, unless somebody wants to know where.
    ///
    /// Swift's runtime takes up to a minute to print a backtrace, and for so long the requests of
    /// the engine, which run again, would wait. Processes read the variable when they start.
    private static func leaveOutBacktraces() {
        setenv("SWIFT_BACKTRACE", "enable=no", 0)
    }

    /// What the callbacks of one run share.
    private final class Run {
        /// Reads files while the loop serves.
        let reader: LoopThread
        private let loop: Loop
        private let manager: ServiceManager
        private(set) var supervisor: Supervisor?
        private(set) var isReaderBusy = false
        /// Whether the configuration changed again while it was being read.
        private var isReloadWanted = false
        private(set) var result: Result<Bool, any Error> = .success(true)

        init(
            _ loop: Loop, _ configuration: SupervisorConfiguration, _ logger: Logger,
            _ manager: ServiceManager
        ) throws {
            self.loop = loop
            self.manager = manager
            reader = try LoopThread(name: "reader")
            supervisor = Supervisor(loop, configuration, logger: logger, manager: manager) {
                [self] outcome in
                result = outcome
                loop.stop()
            }
        }

        /// Listens, and begins to load.
        func start() {
            do {
                try supervisor?.start()
            } catch {
                result = .failure(error)
                loop.stop()
            }
        }

        func reload() {
            guard let supervisor, supervisor.drain.phase == .serving,
                let reload = supervisor.configuration.reload
            else { return }
            isReloadWanted = isReaderBusy
            guard !isReaderBusy else { return }
            // A manager that has not heard that we are ready is not told of less.
            if supervisor.hasToldReady { manager.tellReloading() }
            isReaderBusy = true
            let bound = LoopBound(self, on: loop)
            let handle = loop.handle
            reader.handle.execute {
                let result = Result { try reload() }
                handle.execute { bound.value.didReload(result) }
            }
        }

        private func didReload(_ result: Result<ReloadedConfiguration, any Error>) {
            isReaderBusy = false
            supervisor?.reload(result)
            if supervisor?.hasToldReady == true {
                if case .success = result { manager.tellReady() } else { manager.tellKept() }
            }
            if isReloadWanted { reload() }
        }
    }
}
