import Kernels

/// What a receipt has come to.
struct ReceiptTotal: Sendable, Equatable {
    var rows = 0
    var elements = 0
    /// Squared L2 norm of the change.
    var change = 0.0

    /// Adds one row.
    mutating func add(elements count: Int, change squared: Double) {
        rows += 1
        elements += count
        change += squared
    }
}

/// What receipts had come to at the ends of blocks, until the blocks are offered to the cache.
///
/// One step may fill several blocks, and every sum goes on row by row, so each is noted as the
/// block's last row goes by.
struct ReceiptMarks {
    /// Whether anybody will ask.
    let isKept: Bool
    private var marks: [Int: [Int: ReceiptTotal]] = [:]

    init(isKept: Bool) { self.isKept = isKept }

    /// Notes a receipt if the row ends a block.
    mutating func note(_ receipt: Int, _ total: ReceiptTotal, position: Int) {
        let positions = KeyValueStore.blockPositions
        guard isKept, position % positions == positions - 1, total.rows > 0 else { return }
        marks[position / positions, default: [:]][receipt] = total
    }

    /// Hands out a block's receipts, and forgets them.
    mutating func take(block: Int) -> [Int: ReceiptTotal] {
        marks.removeValue(forKey: block) ?? [:]
    }
}
