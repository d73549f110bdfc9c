import EventLoop
import Glibc

/// The fork server as the supervisor sees it: its process, its connection, the engines it has.
///
/// It is used for one process; a fork server that is started again has a link of its own.
final class ForkServerLink {
    /// What the supervisor hears of it.
    enum Event {
        /// Something for the log.
        case note(String, fields: [String: String])
        /// Engines can be started; the digest tells the weights from any others.
        case loaded(digest: String)
        /// There is no model to serve, and why.
        case failed(String)
        /// It can be given no orders any more, and its engines are dead or dying.
        case lost
        /// Its process has ended; this comes last.
        case ended(DeathCause)
    }

    private let loop: Loop
    private let socket: MessageSocket
    private let patience: Timer
    private var watcher: DescriptorWatcher?
    private var child: ChildProcess?
    private var onEvent: ((Event) -> Void)?
    private var isLost = false
    /// Why we ended it, if we did.
    private var cause: DeathCause?

    /// Engines that were ordered and are not known to have ended, by number.
    private var engines: [UInt64: EngineProcess] = [:]
    /// Those of them that are not known to run.
    private var unanswered: Set<UInt64> = []
    private var lastNumber: UInt64 = 0

    /// Starts the process, which begins to load.
    ///
    /// - Throws: `LoopError` when it cannot be started.
    init(
        _ loop: Loop, _ configuration: SupervisorConfiguration,
        onEvent: @escaping (Event) -> Void
    ) throws(LoopError) {
        self.loop = loop
        self.onEvent = onEvent
        let (ours, theirs) = try makeMessageSocketPair()
        defer { closeDescriptor(theirs) }
        socket = MessageSocket(descriptor: ours)
        patience = Timer(loop)
        do throws(LoopError) {
            watcher = try DescriptorWatcher(loop, descriptor: ours) { [weak self] in
                self?.takeReports()
            }
            // The process keeps its link until it has ended, whoever else lets go of it.
            child = try ChildProcess(
                loop, executable: configuration.engineExecutable,
                arguments: configuration.engineArguments,
                environment: configuration.engineEnvironment, descriptors: [-1, 2, 2, theirs]
            ) { [self] status, signal in
                didExit(DeathCause(status: status, signal: signal))
            }
        } catch {
            disconnect()
            throw error
        }
    }

    /// The process id.
    var identifier: Int32 { child?.processIdentifier ?? 0 }

    // MARK: Orders

    /// Has an engine started.
    ///
    /// - Parameter connection: what it talks through; it is given away, and stays the caller's.
    func startEngine(connection: Int32) -> EngineProcess {
        lastNumber += 1
        let number = lastNumber
        let process = EngineProcess(loop) { [weak self] in self?.send(.kill(engine: number)) }
        engines[number] = process
        unanswered.insert(number)
        if unanswered.count == 1 { waitForAnswer() }
        send(.start(engine: number), attaching: connection)
        return process
    }

    /// What cannot be sent is not told: the process is gone, or full of orders that it does not
    /// take and gone then; that is noticed as its end.
    private func send(_ order: ForkOrder, attaching connection: Int32? = nil) {
        guard !isLost else { return }
        do throws(LoopError) {
            try socket.send(order.encoded, attaching: connection)
        } catch .system(_, _, Self.brokenPipe) {
            child?.kill(ProcessSignal.kill)
        } catch {
            end(.crash("\(error)"))
        }
    }

    private func waitForAnswer() {
        patience.start(afterMilliseconds: DaemonLimits.forkMilliseconds) { [self] in
            end(.crash("started no engine in \(DaemonLimits.forkMilliseconds) ms"))
        }
    }

    private func end(_ cause: DeathCause) {
        if self.cause == nil { self.cause = cause }
        child?.kill(ProcessSignal.kill)
    }

    // MARK: Reports

    private func takeReports() {
        while !isLost {
            do {
                switch try socket.receive(atMost: DaemonLimits.forkMessageByteCount) {
                case .nothing: return
                case .end: lose()
                case .message(let bytes, let attached):
                    if let attached { closeDescriptor(attached) }
                    take(try ForkReport(decoding: bytes))
                }
            } catch {
                end(.crash("\(error)"))
                lose()
            }
        }
    }

    private func take(_ report: ForkReport) {
        switch report {
        case .note(let text, let fields): onEvent?(.note(text, fields: fields))
        case .loaded(let digest): onEvent?(.loaded(digest: digest))
        case .failed(let text): onEvent?(.failed(text))
        case .started(let number, let process):
            didAnswer(number)
            engines[number]?.didStart(process)
        case .notStarted(let number, let reason):
            didAnswer(number)
            engines.removeValue(forKey: number)?.didExit(.outside(reason))
        case .exited(let number, let status, let signal):
            didAnswer(number)
            engines.removeValue(forKey: number)?
                .didExit(DeathCause(status: Int64(status), signal: signal))
        }
    }

    private func didAnswer(_ number: UInt64) {
        guard unanswered.remove(number) != nil else { return }
        if unanswered.isEmpty { patience.stop() } else { waitForAnswer() }
    }

    // MARK: The end

    private func didExit(_ found: DeathCause) {
        child = nil
        // What it said last may say why.
        takeReports()
        lose()
        let onEvent = self.onEvent
        self.onEvent = nil
        onEvent?(.ended(cause ?? found))
    }

    private func lose() {
        guard !isLost else { return }
        disconnect()
        child?.kill(ProcessSignal.kill)
        let orphans = engines.values
        engines = [:]
        // Told first: what one of them ran must not be given to another.
        onEvent?(.lost)
        for process in orphans { process.didExit(Self.lostWeights) }
    }

    private static let brokenPipe = -EPIPE

    /// Why the engines of a fork server that died did so too.
    static let lostWeights = DeathCause.outside("the process that holds the weights died")

    private func disconnect() {
        isLost = true
        patience.close()
        watcher?.close()
        watcher = nil
        closeDescriptor(socket.descriptor)
    }

    /// Ends the process and its engines; nothing is told any more.
    func close() {
        onEvent = nil
        engines = [:]
        if !isLost { disconnect() }
        child?.kill(ProcessSignal.kill)
    }
}
