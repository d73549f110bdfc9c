// The life of one stream. The table below is the whole truth; Connection asks and obeys.
//
//   open        the client may still send                 REQUEST without LAST
//   halfClosed  the client has sent LAST                  REQUEST or data with LAST
//   discarding  cancelled or refused; END is still owed   CANCEL, or a stream violation
//   (gone)      END has been sent / received
//
// A stream leaves the table with END and in no other way, so both sides count the same streams.

/// One stream, on either side.
struct StreamState: Sendable {
    enum Phase: Sendable, Equatable {
        case open
        case halfClosed
        case discarding
    }

    /// What to do with a data frame that arrived.
    enum Arrival: Equatable {
        case deliver
        case discard
        case violate(StreamViolation)
    }

    private(set) var phase: Phase
    var sendCredit: SendCredit
    var receiveCredit: ReceiveCredit
    /// Frames that wait for credit, in order.
    private(set) var queue = FrameQueue()
    /// Whether END has been queued; nothing may follow it.
    private(set) var isEndQueued = false

    init(isLast: Bool, sendWindow: Int, receiveWindow: Int) {
        phase = isLast ? .halfClosed : .open
        sendCredit = SendCredit(sendWindow)
        receiveCredit = ReceiveCredit(window: receiveWindow)
    }

    // MARK: What the server sees

    /// MESSAGE or TENSOR from the client.
    mutating func clientData(_ kind: FrameKind, isLast: Bool) -> Arrival {
        switch phase {
        case .open:
            if isLast { phase = .halfClosed }
            return .deliver
        case .halfClosed:
            if isEndQueued { return .discard }
            phase = .discarding
            queue.removeAll()
            return .violate(.dataAfterLast(kind))
        case .discarding:
            return .discard
        }
    }

    /// CANCEL, received or sent; false when there is nothing left to cancel.
    mutating func cancel() -> Bool {
        guard phase != .discarding else { return false }
        phase = .discarding
        queue.removeData()
        return true
    }

    /// A REQUEST over the limit.
    mutating func refuse() { phase = .discarding }

    // MARK: What both see

    /// Whether data of ours still makes sense, and whether it is legal.
    func outgoingData(from role: Connection.Role) -> Arrival? {
        if isEndQueued { return nil }
        switch (phase, role) {
        case (.discarding, _): return .discard
        case (.halfClosed, .client): return nil
        default: return .deliver
        }
    }

    mutating func sentLast() { phase = .halfClosed }

    mutating func enqueue(_ frame: Frame) {
        if frame.kind == .end { isEndQueued = true }
        queue.append(frame)
    }

    /// Drops all that waits but the first frame.
    ///
    /// - Returns: how many frames were dropped.
    mutating func takeBack() -> Int {
        precondition(!isEndQueued, "data before a queued END is taken back")
        return queue.removeAllButFirst()
    }

    /// The next frame that credit lets through, if any.
    mutating func takeSendable(connectionCredit: SendCredit) -> Frame? {
        guard let frame = queue.first else { return nil }
        if frame.kind.isCredited {
            guard sendCredit.isOpen, connectionCredit.isOpen else { return nil }
            sendCredit.spend(frame.payload.count)
        }
        queue.removeFirst()
        return frame
    }
}

/// First in, first out, with the payload bytes counted.
struct FrameQueue: Sendable {
    /// Stands where a frame was, so that its payload is let go at once.
    private static let hole = Frame(.cancel)

    private var frames: [Frame] = []
    private var head = 0
    private(set) var byteCount = 0

    var isEmpty: Bool { head == frames.count }
    var first: Frame? { isEmpty ? nil : frames[head] }

    mutating func append(_ frame: Frame) {
        frames.append(frame)
        byteCount += frame.payload.count
    }

    mutating func removeFirst() {
        byteCount -= frames[head].payload.count
        frames[head] = Self.hole
        head += 1
        // Moving the rest costs its length; doing so when half is gone makes that constant.
        if head * 2 >= frames.count {
            frames.removeSubrange(0..<head)
            head = 0
        }
    }

    /// Drops all but the first frame.
    ///
    /// - Returns: how many were dropped.
    mutating func removeAllButFirst() -> Int {
        guard let first else { return 0 }
        let count = frames.count - head
        removeAll()
        append(first)
        return count - 1
    }

    mutating func removeAll() {
        frames = []
        head = 0
        byteCount = 0
    }

    /// Drops what nobody waits for any more; an END stays.
    mutating func removeData() {
        let end = frames.last.flatMap { $0.kind == .end && !isEmpty ? $0 : nil }
        removeAll()
        if let end { append(end) }
    }
}
