/// Which key-value blocks are whose: free, a sequence's own, or kept for prefixes.
///
/// Blocks that were written hold memory. Of the free ones a few keep it, since they are written
/// again soonest; the memory of the others is to be given back (`takeDiscarded`).
struct BlockPlan {
    /// What a sequence holds.
    struct Holding {
        /// In order of position.
        var blocks: [Int32] = []
        /// The keys of those that are in the cache; nil for those that are the sequence's alone.
        var keys: [PrefixKey?] = []
        /// How many came from the cache.
        var reused = 0
        /// Receipts at the end of those.
        var receipts: [PrefixReceipt] = []
    }

    let capacity: Int
    /// Idle blocks that are kept at most; 0 keeps none, and looks for none.
    private let idleLimit: Int
    /// Free blocks that keep their memory.
    private let committedLimit: Int
    private var cache = PrefixCache()
    /// Free blocks with memory, the next one last.
    private var committed: [Int32] = []
    /// Free blocks without memory, the next one last.
    private var empty: [Int32]
    private var discarded: [Int32] = []
    /// Kept blocks that were given up.
    private(set) var evictionCount = 0

    init(capacity: Int, idleLimit: Int, committedLimit: Int) {
        self.capacity = capacity
        self.idleLimit = idleLimit
        self.committedLimit = committedLimit
        empty = (0..<capacity).reversed().map { Int32($0) }
    }

    /// Blocks that sequences hold, alone or together.
    var usedCount: Int { capacity - committed.count - empty.count - cache.idleCount }

    /// Blocks that are kept though nobody uses them.
    var idleCount: Int { cache.idleCount }

    /// What a job that reuses what it can would need beyond that, and what there is.
    func need(_ count: Int, reusing keys: ArraySlice<PrefixKey>) -> (needed: Int, free: Int) {
        let match = idleLimit > 0 ? cache.match(keys) : (count: 0, idle: 0)
        return (
            count - match.count,
            committed.count + empty.count + cache.idleCount - match.idle
        )
    }

    /// Takes as many blocks, the first ones from the cache as far as it has them.
    ///
    /// - Returns: nil if there are not as many.
    mutating func take(_ count: Int, reusing keys: ArraySlice<PrefixKey>) -> Holding? {
        let (needed, free) = need(count, reusing: keys)
        guard needed <= free else { return nil }
        let reused = keys.prefix(count - needed)
        let (blocks, receipts) = cache.acquire(reused)
        var holding = Holding(
            blocks: blocks, keys: Array(reused), reused: blocks.count, receipts: receipts)
        for _ in 0..<needed {
            guard let block = committed.popLast() ?? empty.popLast() ?? evict() else {
                preconditionFailure("blocks that were counted are there")
            }
            holding.blocks.append(block)
            holding.keys.append(nil)
        }
        return holding
    }

    /// Keeps a block that is full and will not change.
    mutating func keep(
        _ index: Int, of holding: inout Holding, as key: PrefixKey, receipts: [PrefixReceipt]
    ) {
        guard idleLimit > 0, holding.keys[index] == nil,
            cache.insert(key, block: holding.blocks[index], receipts: receipts)
        else { return }
        holding.keys[index] = key
    }

    /// Takes back what a sequence held; of its kept blocks the last one is the first to leave.
    mutating func release(_ holding: Holding) {
        for (block, key) in zip(holding.blocks, holding.keys).reversed() {
            if let key { cache.release(key) } else { free(block) }
        }
        while cache.idleCount > idleLimit, let block = evict() { free(block) }
    }

    private mutating func evict() -> Int32? {
        guard let block = cache.evict() else { return nil }
        evictionCount += 1
        return block
    }

    private mutating func free(_ block: Int32) {
        guard committed.count < committedLimit else {
            empty.append(block)
            discarded.append(block)
            return
        }
        committed.append(block)
    }

    /// Free blocks whose memory is to be given back, once.
    mutating func takeDiscarded() -> [Int32] {
        defer { discarded = [] }
        return discarded
    }
}
