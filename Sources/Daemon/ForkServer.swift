import EventLoop
import Glibc

/// The process that holds the weights and forks the engines.
///
/// Engines read the weights in the memory that was their parent's, so there is one physical copy
/// and nothing to be mapped when one is started again. The process has one thread whenever it
/// forks, and does nothing else than to fork, kill and reap as the supervisor orders; it ends with
/// the supervisor, and its engines with it.
public enum ForkServer {
    /// Something for the supervisor's log: a constant message, and its metadata.
    public typealias Note = (_ message: String, _ fields: [String: String]) -> Void

    /// Serves the supervisor that started this process, until its connection ends.
    ///
    /// - Parameters:
    ///   - load: makes what engines need, and gives a digest that tells it from anything else.
    ///     Threads that it starts must have ended when it returns, and it must use no tasks, queues
    ///     or loops, which engines could not use then.
    ///   - engine: the life of an engine, in a process of its own, with its connection.
    /// - Throws: an error for a process that no supervisor started.
    public static func run<Weights>(
        load: (_ note: Note) throws -> (weights: Weights, digest: String),
        engine: @escaping (_ weights: Weights, _ connection: Int32) throws -> Void
    ) throws {
        let supervisor = MessageSocket(descriptor: DaemonLimits.controlDescriptor)
        guard supervisor.isConnected, let maker = supervisor.maker else {
            throw NotStartedByDaemon()
        }
        ProcessSignal.leaveEndToSupervisor()
        // Whoever started the daemon may have left something open that engines would keep open.
        closeDescriptors(from: DaemonLimits.controlDescriptor + 1)
        LoopThread.nameCurrentThread("neurond-weights")
        guard Fork.endWithParent(maker) else { return }
        let weights: Weights
        do {
            let digest: String
            (weights, digest) = try load { supervisor.report(.note($0, fields: $1)) }
            supervisor.report(.loaded(digest: digest))
        } catch {
            return supervisor.report(.failed("\(error)"))
        }
        try EngineFamily(supervisor) { try engine(weights, $0) }.run()
    }

    /// The descriptor that a daemon hands over is missing.
    private struct NotStartedByDaemon: Error, CustomStringConvertible {
        let description =
            "engine: descriptor \(DaemonLimits.controlDescriptor) is no supervisor; engines are "
            + "started by `neurond serve`"
    }
}

extension MessageSocket {
    /// Tells the supervisor something; without a supervisor the process has no purpose and ends.
    fileprivate func report(_ report: ForkReport) {
        do throws(LoopError) {
            try send(report.bounded.encoded)
        } catch {
            exit(1)
        }
    }
}

/// The engines of this process.
private final class EngineFamily {
    private let supervisor: MessageSocket
    private let exits: ChildExits
    private let live: (Int32) throws -> Void
    /// Engines' numbers by the process ids of those not reaped, which nobody else can have.
    private var engines: [Int32: UInt64] = [:]

    init(_ supervisor: MessageSocket, live: @escaping (Int32) throws -> Void) throws(LoopError) {
        self.supervisor = supervisor
        self.live = live
        exits = try ChildExits()
    }

    /// Waits for orders and ends until the supervisor's connection ends.
    func run() throws {
        defer { for process in engines.keys { kill(process, SIGKILL) } }
        while true {
            let hasOrder = waitForSomething()
            while let exit = exits.next() { didEnd(exit) }
            guard hasOrder else { continue }
            switch try supervisor.receive(atMost: DaemonLimits.forkMessageByteCount) {
            case .nothing: break
            case .end: return
            case .message(let bytes, let connection):
                try perform(ForkOrder(decoding: bytes), connection)
            }
        }
    }

    /// Whether it is an order that came.
    private func waitForSomething() -> Bool {
        var sources = [supervisor.descriptor, exits.descriptor].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        poll(&sources, nfds_t(sources.count), -1)
        return sources[0].revents != 0
    }

    private func perform(_ order: ForkOrder, _ connection: Int32?) throws {
        switch order {
        case .start(let engine):
            guard let connection else { throw MissingConnection() }
            defer { closeDescriptor(connection) }
            start(engine, connection)
        case .kill(let engine):
            for (process, number) in engines where number == engine { kill(process, SIGKILL) }
        }
    }

    private func start(_ engine: UInt64, _ connection: Int32) {
        let parent = getpid()
        do throws(LoopError) {
            let child = try Fork.fork(named: "neurond-engine") { [self] in
                become(engine, connection, parent: parent)
            }
            engines[child] = engine
        } catch {
            supervisor.report(.notStarted(engine: engine, reason: "\(error)"))
        }
    }

    /// The life of an engine's process.
    private func become(_ engine: UInt64, _ connection: Int32, parent: Int32) -> Never {
        guard Fork.endWithParent(parent) else { _exit(1) }
        exits.close()
        supervisor.report(.started(engine: engine, process: getpid()))
        closeDescriptor(supervisor.descriptor)
        do {
            try live(connection)
        } catch {
            let line = Array("neurond: engine: \(error)\n".utf8)
            write(STDERR_FILENO, line, line.count)
            _exit(1)
        }
        // Other threads still run, and would meet what `exit` takes down.
        _exit(0)
    }

    private func didEnd(_ exit: ChildExits.Exit) {
        guard let engine = engines.removeValue(forKey: exit.process) else { return }
        supervisor.report(.exited(engine: engine, status: exit.status, signal: exit.signal))
    }

    /// An order to start an engine came without what it is to talk through.
    private struct MissingConnection: Error, CustomStringConvertible {
        let description = "an engine is to be started, and its connection is missing"
    }
}
