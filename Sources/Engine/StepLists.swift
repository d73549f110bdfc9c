import Synchronization

/// Lists that a pass fills anew for every step, kept for their room.
///
/// So a step of a model that is warm allocates none of them.
struct StepLists {
    var attention = AttentionWork()
    /// One row of a matrix, unpacked.
    var values: [Float] = []
    /// Rows whose logits are computed together, and what is made of each.
    private(set) var logitRows: [StepRow] = []
    var readings: [LogitRow.Reading] = []

    /// Lets go of what belongs to the step's sequences.
    mutating func clear() {
        attention.clear()
        logitRows.removeAll(keepingCapacity: true)
        readings.removeAll(keepingCapacity: true)
    }

    /// Makes `logitRows` the next rows that need logits, as many as are computed together.
    ///
    /// - Parameters:
    ///   - next: the first row to look at; afterwards the first that was not looked at.
    ///   - body: given each row's index in `rows` and its place in `logitRows`.
    mutating func takeLogitRows(
        of rows: [StepRow], from next: inout Int, _ body: (_ row: Int, _ place: Int) -> Void
    ) {
        logitRows.removeAll(keepingCapacity: true)
        while next < rows.count, logitRows.count < EngineLimits.logitRows {
            if rows[next].needsLogits {
                body(next, logitRows.count)
                logitRows.append(rows[next])
            }
            next += 1
        }
    }
}

/// Where threads leave what they made of rows of logits.
final class LogitSlots: Sendable {
    private let rows: Mutex<[LogitRow?]>

    init(count: Int) {
        rows = Mutex(Array(repeating: nil, count: count))
    }

    func put(_ row: LogitRow, at place: Int) {
        rows.withLock { $0[place] = row }
    }

    /// Takes out what was put there.
    func take(_ place: Int) -> LogitRow {
        let row = rows.withLock { rows in
            defer { rows[place] = nil }
            return rows[place]
        }
        guard let row else { preconditionFailure("every row was read") }
        return row
    }
}
