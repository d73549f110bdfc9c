public import EventLoop
public import Logging
import Messages
import Supervision
import Wire

/// The process that clients connect to: accepts, queues, relays, watches over the engines.
///
/// It computes nothing and never blocks. What a request goes through is in
/// `Supervisor+Requests.swift`, in the order in which it happens.
public final class Supervisor {
    let loop: Loop
    var configuration: SupervisorConfiguration
    var logger: Logger
    var authenticator: Authenticator
    let manager: ServiceManager
    let aliveTimer: Timer
    var hasToldReady = false
    let startTime: UInt64
    let outbox = Outbox()

    var listeners: [Listener] = []
    var sessions: [UInt64: ClientSession] = [:]
    var lastSessionNumber: UInt64 = 0
    var engines: [EngineLink] = []
    /// What engines are started from; nil while there is nothing.
    var forkServer: ForkServerLink?
    var weights = WeightsLifecycle()
    private(set) var isStopped = false
    /// Why the daemon ends by itself.
    var failure: (any Error)?
    var requests: [RequestKey: RelayedRequest] = [:]
    var uploads: [ObjectUpload] = []
    /// Streams that wait for the first engine to say what the model is.
    var waitingForCapabilities: [WaitingForCapabilities] = []
    /// What the first engine answered, which every engine would.
    var modelCapabilities: Neurond_V1_CapabilitiesReply?

    var ledger = RequestLedger()
    var queue: AdmissionQueue
    var budget: PayloadBudget
    var drain: DrainController
    var objects = ObjectTable()
    var poison = PoisonMemory()
    var requestsTotal: UInt64 = 0
    var requestsFailed: UInt64 = 0
    let sight: Sight

    /// Runs once a second while engines have something to do.
    let housekeepingTimer: Timer
    var isKeepingHouse = false
    private let deadlineTimer: Timer
    private let drainTimer: Timer
    private let onStopped: (_ outcome: Result<Bool, any Error>) -> Void

    /// A supervisor that does nothing yet.
    ///
    /// - Parameters:
    ///   - loop: where it lives.
    ///   - configuration: read once.
    ///   - logger: gets one line per event; never prompts.
    ///   - manager: who started the daemon and wants to hear of it.
    ///   - onStopped: runs once, when everything is closed; told is whether no request was lost,
    ///     or why there was no model to serve.
    public init(
        _ loop: Loop, _ configuration: SupervisorConfiguration, logger: Logger,
        manager: ServiceManager = .none,
        onStopped: @escaping (_ outcome: Result<Bool, any Error>) -> Void
    ) {
        self.loop = loop
        self.configuration = configuration
        self.logger = logger
        self.manager = manager
        self.onStopped = onStopped
        authenticator = Authenticator(configuration.tokens)
        aliveTimer = Timer(loop)
        startTime = loop.now
        queue = AdmissionQueue(limits: configuration.limits, quotas: configuration.quotas)
        drain = DrainController(
            limitMilliseconds: UInt64(configuration.limits.drainSeconds) * 1_000)
        budget = PayloadBudget(perConnection: configuration.requestBytesPerConnection)
        sight = Sight(loop)
        housekeepingTimer = Timer(loop)
        deadlineTimer = Timer(loop)
        drainTimer = Timer(loop)
    }

    /// Where clients connect, with the ports that were chosen.
    public var addresses: [Address] { listeners.map(\.boundAddress) }

    /// Process ids of the engines that run.
    public var engineProcesses: [Int32] { engines.compactMap { $0.process?.identifier } }

    /// Listens, and has the model loaded; requests wait until there are engines.
    ///
    /// - Throws: `LoopError` for an address that cannot be listened on, or an error that says that
    ///   TCP needs tokens; nothing is open then.
    public func start() throws {
        do {
            try openListeners()
            try startMetrics()
        } catch {
            for listener in listeners { listener.close() }
            closeTimers()
            throw error
        }
        startTellingAlive()
        engines = (0..<configuration.engineCount).map { EngineLink(loop, index: $0) }
        for address in addresses {
            logger.info("listening", metadata: ["address": "\(address)"])
        }
        loadWeights()
        outbox.flush()
    }

    /// Ends the daemon: the first call finishes what runs, the second stops at once.
    public func terminate() {
        for action in drain.terminate(now: loop.now) { perform(action) }
        outbox.flush()
    }

    // MARK: The end

    func perform(_ action: DrainController.Action) {
        switch action {
        case .none: break
        case .beginDrain(let checkAt): beginDrain(checkAt: checkAt)
        case .stop(let isClean):
            stop(
                isClean: isClean,
                EndMessage.failure(.unavailable, "DRAINING", "the daemon stopped at once"))
        }
    }

    private func beginDrain(checkAt time: UInt64) {
        drainTimer.start(afterMilliseconds: time - min(loop.now, time)) { [weak self] in
            guard let self else { return }
            perform(drain.checkTime(now: loop.now))
        }
        manager.tellStopping()
        logger.notice(
            "draining", metadata: ["running": "\(ledger.count)", "clients": "\(sessions.count)"])
        for listener in listeners { listener.close() }
        endStatusStreams()
        for session in Array(sessions.values) {
            session.channel.leave(.drain, "the daemon is shutting down")
        }
    }

    func stop(isClean: Bool, _ end: [UInt8]) {
        isStopped = true
        logger.notice("stopped", metadata: ["clean": "\(isClean)"])
        for session in sessions.values {
            for streamID in session.records.keys.sorted() { session.end(streamID, end) }
        }
        outbox.flush()
        for session in Array(sessions.values) { session.channel.close() }
        for listener in listeners { listener.close() }
        for link in engines {
            link.lifecycle.stop()
            link.process?.abandon()
            _ = link.reset()
            link.timer.close()
        }
        forkServer?.close()
        forkServer = nil
        closeTimers()
        onStopped(failure.map { .failure($0) } ?? .success(isClean))
    }

    private func closeTimers() {
        sight.close()
        for timer in [housekeepingTimer, deadlineTimer, drainTimer, aliveTimer] { timer.close() }
    }

    // MARK: Deadlines

    /// Sets the one timer to the earliest deadline; without deadlines there is no timer.
    func scheduleDeadlines() {
        guard let deadline = ledger.nextDeadline else { return deadlineTimer.stop() }
        let delay = deadline - min(loop.now, deadline)
        deadlineTimer.start(afterMilliseconds: delay) { [weak self] in
            guard let self else { return }
            for key in ledger.expired(now: loop.now) { expire(key) }
            scheduleDeadlines()
            outbox.flush()
        }
    }

    private func expire(_ key: RequestKey) {
        if let request = requests[key] {
            stop(request, Self.deadlineExceeded)
        } else if let upload = uploads.first(where: { $0.key == key }) {
            reject(upload, Self.deadlineExceeded)
        } else if let index = waitingForCapabilities.firstIndex(where: { $0.key == key }) {
            let waiting = waitingForCapabilities.remove(at: index)
            ledger.end(key)
            refuse(waiting.streamID, of: waiting.session, Self.deadlineExceeded)
        }
    }

    static var deadlineExceeded: [UInt8] {
        EndMessage.failure(
            .deadlineExceeded, "DEADLINE_EXCEEDED", "the deadline of the request passed")
    }
}
