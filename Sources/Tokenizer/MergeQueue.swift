/// A stretch of text that is one token so far, linked to its neighbours.
struct MergeSymbol {
    /// The token, or -1 if the stretch is no token (yet).
    var id: Int32
    /// Where the stretch begins, in bytes of the text being merged.
    var start: Int32
    /// Its length in bytes; 0 once it is merged into the one before.
    var byteCount: Int32
    /// Positions of the neighbours, -1 for none.
    var previous: Int32
    var next: Int32
}

/// Says which neighbours may merge, and how soon.
protocol MergeRules {
    /// The token that two neighbours make and its rank (lower merges first), or nil.
    func merge(
        _ left: MergeSymbol, _ right: MergeSymbol, in text: [UInt8]
    ) -> (rank: UInt32, id: Int32)?
}

/// Byte pair merging: over and over, the best-ranked pair of neighbours becomes one token.
///
/// Symbols form a linked list and candidate pairs a binary heap, so n symbols take O(n log n) time
/// however long the piece, without recursion. Among equals the leftmost pair is merged first.
/// The storage is reused from piece to piece.
struct MergeQueue {
    private var symbols: [MergeSymbol] = []
    private var heap: [Candidate] = []

    /// A pair of neighbours that may merge.
    private struct Candidate {
        /// Rank in the upper half, position of the left symbol in the lower: the heap's order.
        var key: UInt64
        /// Bytes that both symbols span together; a candidate is stale once this differs.
        var byteCount: Int32
        var id: Int32

        var left: Int { Int(UInt32(truncatingIfNeeded: key)) }
    }

    /// Forgets all symbols but keeps the storage.
    mutating func reset() {
        symbols.removeAll(keepingCapacity: true)
        heap.removeAll(keepingCapacity: true)
    }

    /// Appends a symbol to the right.
    mutating func append(id: Int32, start: Int, byteCount: Int) {
        let position = Int32(symbols.count)
        if position > 0 { symbols[Int(position) - 1].next = position }
        symbols.append(
            MergeSymbol(
                id: id, start: Int32(start), byteCount: Int32(byteCount), previous: position - 1,
                next: -1))
    }

    /// Merges until no rule applies.
    mutating func mergeAll(by rules: some MergeRules, in text: [UInt8]) {
        guard symbols.count > 1 else { return }
        for position in 0..<symbols.count - 1 {
            propose(Int32(position), rules, text)
        }
        while let candidate = popSmallest() {
            let left = candidate.left
            let next = symbols[left].next
            guard symbols[left].byteCount > 0, next >= 0,
                symbols[left].byteCount + symbols[Int(next)].byteCount == candidate.byteCount
            else { continue }
            join(left, Int(next), id: candidate.id)
            propose(symbols[left].previous, rules, text)
            propose(Int32(left), rules, text)
        }
    }

    /// Calls `body` with each remaining symbol from left to right.
    func forEach(_ body: (MergeSymbol) -> Void) {
        var position = symbols.isEmpty ? -1 : 0
        while position >= 0 {
            body(symbols[position])
            position = Int(symbols[position].next)
        }
    }

    private mutating func join(_ left: Int, _ right: Int, id: Int32) {
        symbols[left].id = id
        symbols[left].byteCount += symbols[right].byteCount
        symbols[left].next = symbols[right].next
        symbols[right].byteCount = 0
        if symbols[left].next >= 0 {
            symbols[Int(symbols[left].next)].previous = Int32(left)
        }
    }

    /// Adds the pair that begins at a position to the heap if it may merge.
    private mutating func propose(_ position: Int32, _ rules: some MergeRules, _ text: [UInt8]) {
        guard position >= 0 else { return }
        let left = symbols[Int(position)]
        guard left.next >= 0 else { return }
        let right = symbols[Int(left.next)]
        guard let merged = rules.merge(left, right, in: text) else { return }
        push(
            Candidate(
                key: UInt64(merged.rank) << 32 | UInt64(UInt32(position)),
                byteCount: left.byteCount + right.byteCount, id: merged.id))
    }

    private mutating func push(_ candidate: Candidate) {
        heap.append(candidate)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard candidate.key < heap[parent].key else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = candidate
    }

    private mutating func popSmallest() -> Candidate? {
        guard let smallest = heap.first, let moved = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return smallest }
        var parent = 0
        while true {
            var child = parent * 2 + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].key < heap[child].key { child += 1 }
            guard heap[child].key < moved.key else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = moved
        return smallest
    }
}

/// Merging by a list of rules between token ids.
struct RankedRules: MergeRules {
    private let pairs: PairTable

    /// Indexes the rules; of two for the same pair, the first counts.
    init(_ rules: [MergeRule]) {
        var pairs = PairTable(minimumCapacity: rules.count)
        for (rank, rule) in rules.enumerated() {
            pairs.insertIfAbsent(rule.left, rule.right, first: UInt32(rank), second: rule.result)
        }
        self.pairs = pairs
    }

    func merge(
        _ left: MergeSymbol, _ right: MergeSymbol, in text: [UInt8]
    ) -> (rank: UInt32, id: Int32)? {
        guard left.id >= 0, right.id >= 0,
            let found = pairs.find(UInt32(left.id), UInt32(right.id))
        else { return nil }
        return (found.first, Int32(bitPattern: found.second))
    }
}

/// Merging by the scores of the tokens that result, as SentencePiece does.
struct ScoredRules: MergeRules {
    private let index: PieceIndex
    private let ranks: [UInt32]

    /// Ranks tokens so that a higher score merges first.
    init(_ scores: [Float], _ index: PieceIndex) {
        self.index = index
        ranks = scores.map { score in
            // IEEE bits in ascending order of value, then turned around; -0 counts as 0.
            let bits = (score + 0).bitPattern
            let ascending = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
            return ~ascending
        }
    }

    func merge(
        _ left: MergeSymbol, _ right: MergeSymbol, in text: [UInt8]
    ) -> (rank: UInt32, id: Int32)? {
        let range = Int(left.start)..<Int(right.start) + Int(right.byteCount)
        guard let id = index.find(text, range) else { return nil }
        return (ranks[Int(id)], id)
    }
}
