import Hooks

/// What an action's receipt at one site had come to at the end of a block.
struct PrefixReceipt: Sendable, Equatable {
    var action: Int
    var site: Site
    var total: ReceiptTotal
}

/// Key-value blocks that are kept for sequences that begin alike.
///
/// A block that sequences use is theirs; one that nobody uses is idle, and the one that has been
/// so for longest leaves first. Which blocks exist is not decided here.
struct PrefixCache {
    private struct Entry {
        let block: Int32
        let receipts: [PrefixReceipt]
        var references: Int
        /// Changes whenever the entry is used or let go, so that older places in `queue` are void.
        var stamp: Int
    }

    private var entries: [PrefixKey: Entry] = [:]
    /// Idle entries, those let go first in front; an entry whose stamp has changed is passed over.
    private var queue: [(key: PrefixKey, stamp: Int)] = []
    private var head = 0
    private var lastStamp = 0
    /// Blocks that nobody uses.
    private(set) var idleCount = 0

    /// How many of the blocks are here, counted from the first on, and how many of those are idle.
    func match(_ keys: ArraySlice<PrefixKey>) -> (count: Int, idle: Int) {
        var result = (count: 0, idle: 0)
        for key in keys {
            guard let entry = entries[key] else { break }
            result.count += 1
            if entry.references == 0 { result.idle += 1 }
        }
        return result
    }

    /// Takes the use of blocks that are here.
    ///
    /// - Returns: the blocks, and the receipts at the end of the last one.
    mutating func acquire(
        _ keys: ArraySlice<PrefixKey>
    ) -> (blocks: [Int32], receipts: [PrefixReceipt]) {
        var blocks: [Int32] = []
        var receipts: [PrefixReceipt] = []
        for key in keys {
            guard var entry = entries[key] else { preconditionFailure("a block that is not here") }
            if entry.references == 0 { idleCount -= 1 }
            entry.references += 1
            entry.stamp = nextStamp()
            entries[key] = entry
            blocks.append(entry.block)
            receipts = entry.receipts
        }
        return (blocks, receipts)
    }

    /// Keeps a block under its key, in use by whoever brings it.
    ///
    /// - Returns: false if there is one already, which stays.
    mutating func insert(_ key: PrefixKey, block: Int32, receipts: [PrefixReceipt]) -> Bool {
        guard entries[key] == nil else { return false }
        entries[key] = Entry(
            block: block, receipts: receipts, references: 1, stamp: nextStamp())
        return true
    }

    /// Gives up one use of a block; without any it is idle.
    mutating func release(_ key: PrefixKey) {
        guard var entry = entries[key], entry.references > 0 else {
            preconditionFailure("a block that is not in use")
        }
        entry.references -= 1
        if entry.references == 0 {
            idleCount += 1
            entry.stamp = nextStamp()
            queue.append((key, entry.stamp))
        }
        entries[key] = entry
        compact()
    }

    /// Forgets the block that has been idle for longest.
    ///
    /// - Returns: nil if none is idle.
    mutating func evict() -> Int32? {
        while head < queue.count {
            let (key, stamp) = queue[head]
            head += 1
            guard let entry = entries[key], entry.stamp == stamp else { continue }
            entries[key] = nil
            idleCount -= 1
            return entry.block
        }
        return nil
    }

    private mutating func nextStamp() -> Int {
        lastStamp += 1
        return lastStamp
    }

    /// Drops void places once they are most of the queue.
    private mutating func compact() {
        guard queue.count > 2 * idleCount + 64 else { return }
        queue = queue[head...].filter { entries[$0.key]?.stamp == $0.stamp }
        head = 0
    }
}
