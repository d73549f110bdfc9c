/// A hash table from a pair of 32-bit numbers to another pair.
///
/// It serves the merge rules (two token ids to rank and merged id) and the added-token trie (node
/// and byte to child).
struct PairTable: Sendable {
    private var keys: [UInt64]
    private var values: [UInt64]
    private var count = 0
    private var mask: Int

    /// No caller has both halves of a key at their maximum: token ids and nodes are bounded.
    private static let emptyKey = UInt64.max

    /// Creates an empty table with room for `minimumCapacity` entries.
    init(minimumCapacity: Int) {
        var capacity = 16
        while capacity < minimumCapacity * 2 { capacity *= 2 }
        keys = [UInt64](repeating: Self.emptyKey, count: capacity)
        values = [UInt64](repeating: 0, count: capacity)
        mask = capacity - 1
    }

    /// The entry under a pair, or nil.
    func find(_ left: UInt32, _ right: UInt32) -> (first: UInt32, second: UInt32)? {
        let key = UInt64(left) << 32 | UInt64(right)
        let slot = slot(of: key)
        guard keys[slot] == key else { return nil }
        return (UInt32(values[slot] >> 32), UInt32(truncatingIfNeeded: values[slot]))
    }

    /// Sets the entry under a pair unless there is one; says whether it did.
    @discardableResult
    mutating func insertIfAbsent(
        _ left: UInt32, _ right: UInt32, first: UInt32, second: UInt32
    ) -> Bool {
        if (count + 1) * 2 > keys.count { grow() }
        let key = UInt64(left) << 32 | UInt64(right)
        let slot = slot(of: key)
        guard keys[slot] != key else { return false }
        keys[slot] = key
        values[slot] = UInt64(first) << 32 | UInt64(second)
        count += 1
        return true
    }

    private func slot(of key: UInt64) -> Int {
        var slot = Int(truncatingIfNeeded: key.mixed) & mask
        while keys[slot] != key, keys[slot] != Self.emptyKey {
            slot = (slot + 1) & mask
        }
        return slot
    }

    private mutating func grow() {
        let oldKeys = keys
        let oldValues = values
        keys = [UInt64](repeating: Self.emptyKey, count: oldKeys.count * 2)
        values = [UInt64](repeating: 0, count: oldKeys.count * 2)
        mask = keys.count - 1
        for (index, key) in oldKeys.enumerated() where key != Self.emptyKey {
            let slot = slot(of: key)
            keys[slot] = key
            values[slot] = oldValues[index]
        }
    }
}
