import EventLoop
import Supervision
import Wire

/// One connection: the socket, the protocol's state and whether the peer is still there.
///
/// Bytes that arrive become events; frames that are sent collect in the connection and leave
/// when the callback that caused them is over, in one write. A peer that does not take what it
/// asked for is not read from until it does.
final class Channel {
    let stream: ByteStream
    /// The protocol's state; after changing it, call ``scheduleFlush()``.
    var connection: Connection
    /// Told what the peer said.
    var onEvent: ((Event) -> Void)?
    /// Told once that the connection is over, and why if it broke.
    var onClosed: ((String?) -> Void)?
    /// Told that the socket has taken everything, after it once could not.
    var onDrained: (() -> Void)?

    private let loop: Loop
    private let role: Connection.Role
    private let outbox: Outbox
    /// What the outbox was told that waits here.
    private var countedByteCount = 0
    private var liveness: PeerLiveness
    private var livenessTimer: Timer?
    private var isFlushScheduled = false
    private var isReadingPaused = false
    private(set) var isClosed = false

    /// Wraps a connected stream; ``open(hello:)`` starts it.
    init(_ loop: Loop, _ stream: ByteStream, role: Connection.Role, outbox: Outbox) {
        self.loop = loop
        self.stream = stream
        self.role = role
        self.outbox = outbox
        connection = Connection(role: role)
        liveness = PeerLiveness(now: loop.now)
    }

    /// Whether so much waits for the peer that nothing further should be produced for it.
    var isCongested: Bool {
        // Engines take what they are given; clients are many.
        let isFull = role == .server && outbox.isFull
        return stream.queuedByteCount
            > (isFull ? DaemonLimits.queuedByteCountWhenFull : DaemonLimits.queuedByteCount)
    }

    /// Sends our HELLO and starts to read.
    func open(hello: Hello) {
        stream.onRead = { [weak self] in self?.didRead($0) }
        stream.onEnd = { [weak self] in self?.didEnd($0) }
        stream.onWritable = { [weak self] in self?.didDrain() }
        do throws(WireError) {
            try connection.sendHello(hello)
        } catch {
            preconditionFailure("our own HELLO is refused: \(error)")
        }
        livenessTimer = Timer(loop)
        scheduleLivenessCheck()
        scheduleFlush()
        stream.startReading()
    }

    /// Has the output written when the present callback is over.
    func scheduleFlush() {
        guard !isFlushScheduled, !isClosed else { return }
        isFlushScheduled = true
        outbox.add(self)
    }

    /// Writes the output, and closes the socket once all is said.
    func flush() {
        isFlushScheduled = false
        guard !isClosed else { return }
        if connection.hasOutput { stream.write(connection.takeOutput()) }
        countQueue()
        if connection.isFinished {
            stream.closeWhenFlushed()
            if stream.isClosed { return didClose(nil) }
        }
        if isCongested, !isReadingPaused {
            isReadingPaused = true
            stream.stopReading()
        }
    }

    /// Says goodbye: in order with `.drain`, at once with any other code.
    func leave(_ code: GoAwayCode, _ text: String) {
        connection.sendGoAway(code, text: text)
        scheduleFlush()
    }

    /// Closes the socket at once, without a word.
    func close(_ reason: String? = nil) {
        didClose(reason)
    }

    // MARK: What the loop tells

    private func didRead(_ bytes: [UInt8]) {
        liveness.didReceive(now: loop.now)
        connection.receive(bytes)
        deliverEvents()
        if connection.hasOutput || connection.isFinished { scheduleFlush() }
        outbox.flush()
    }

    private func deliverEvents() {
        do throws(WireError) {
            while !isClosed, let event = try connection.nextEvent() {
                if case .hello = event { liveness.didGreet(now: loop.now) }
                onEvent.map { $0(event) }
            }
        } catch {
            // The connection has written the GOAWAY that says the same to the peer.
            brokenReason = "\(error)"
        }
    }

    private var brokenReason: String?

    private func didEnd(_ error: LoopError?) {
        var reason = error.map { "\($0)" }
        do throws(WireError) {
            try connection.receiveEndOfBytes()
        } catch {
            reason = "\(error)"
        }
        didClose(reason)
        outbox.flush()
    }

    private func countQueue() {
        let count = isClosed ? 0 : stream.queuedByteCount
        outbox.queuedByteCount += count - countedByteCount
        countedByteCount = count
    }

    private func didDrain() {
        countQueue()
        if connection.isFinished, stream.queuedByteCount == 0 { return didClose(nil) }
        if isReadingPaused {
            isReadingPaused = false
            stream.startReading()
        }
        onDrained.map { $0() }
        // Bytes that were received before the pause may hold further events.
        deliverEvents()
        outbox.flush()
    }

    private func didClose(_ reason: String?) {
        guard !isClosed else { return }
        isClosed = true
        livenessTimer?.close()
        stream.close()
        countQueue()
        let onClosed = self.onClosed
        self.onClosed = nil
        onEvent = nil
        onDrained = nil
        onClosed.map { $0(reason ?? brokenReason) }
    }

    // MARK: Liveness

    private func scheduleLivenessCheck() {
        let delay = liveness.nextCheck - min(loop.now, liveness.nextCheck)
        livenessTimer?.start(afterMilliseconds: delay) { [weak self] in
            self?.checkLiveness()
        }
    }

    private func checkLiveness() {
        switch liveness.check(now: loop.now) {
        case .none: break
        case .ping:
            do throws(WireError) {
                try connection.sendPing([UInt8](repeating: 0, count: 8))
                scheduleFlush()
            } catch {
                // It is being closed, and the peer does not even take our farewell.
                close("the peer does not read")
            }
        case .dropHalfOpen: leave(.timeout, "no HELLO within the time limit")
        case .dropSilent: close("the peer no longer answers")
        }
        if !isClosed { scheduleLivenessCheck() }
        outbox.flush()
    }
}

/// Channels with output that leaves when the present callback is over.
final class Outbox {
    private var channels: [Channel] = []
    /// Bytes that wait in the sockets of all channels, as of when each was last looked at.
    var queuedByteCount = 0

    /// Whether as much waits as may.
    var isFull: Bool { queuedByteCount > DaemonLimits.queuedByteCountOfAll }

    func add(_ channel: Channel) { channels.append(channel) }

    /// Writes everything out; the last act of every callback of the loop.
    func flush() {
        while !channels.isEmpty {
            let batch = channels
            channels = []
            for channel in batch { channel.flush() }
        }
    }
}
