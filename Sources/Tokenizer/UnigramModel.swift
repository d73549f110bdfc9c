internal import StrictJSON

/// Cutting by a unigram language model: of all ways to spell a text by tokens, the likeliest.
///
/// Each token has a log-probability, its score; the way with the largest sum is found from left to
/// right, keeping the best way to each character (Viterbi). A character that begins no token of
/// its own length may also be unknown, at a cost of ten below the lowest score. (Kudo 2018,
/// arXiv:1804.10959; the cost is SentencePiece's.)
struct UnigramModel: Sendable {
    /// A trie: node and byte to child; the root is node 0.
    private var edges: PairTable
    /// The token that ends at each node, or -1.
    private var tokenAtNode: [Int32] = [-1]
    private let scores: [Float]
    private let unknownScore: Double

    /// The best way to one place in the text.
    private struct Step {
        var score = -Double.infinity
        var start: Int32 = 0
        /// The token, or -1 for an unknown character.
        var id: Int32 = -1
    }

    /// One part of the best way: `id` is -1 for an unknown character.
    struct Part {
        var range: Range<Int>
        var id: Int32
    }

    /// Indexes the tokens that `isIncluded`; of equal ones the first counts.
    init(_ scores: [Float], _ names: PieceTable, where isIncluded: (Int) -> Bool) {
        self.scores = scores
        edges = PairTable(minimumCapacity: names.count * 2)
        let included = names.ends.indices.filter { isIncluded($0) && !names.range($0).isEmpty }
        let lowest = included.map { scores[$0] }.min() ?? 0
        unknownScore = Double(lowest) - 10
        for id in included { insert(names[id], Int32(id)) }
    }

    private mutating func insert(_ name: ArraySlice<UInt8>, _ id: Int32) {
        var node: UInt32 = 0
        for byte in name {
            if let edge = edges.find(node, UInt32(byte)) {
                node = edge.first
                continue
            }
            let new = UInt32(tokenAtNode.count)
            tokenAtNode.append(-1)
            edges.insertIfAbsent(node, UInt32(byte), first: new, second: 0)
            node = new
        }
        if tokenAtNode[Int(node)] < 0 { tokenAtNode[Int(node)] = id }
    }

    /// The likeliest way to spell `text[range]`, from left to right.
    func parts(of text: [UInt8], _ range: Range<Int>) -> [Part] {
        var steps = [Step](repeating: Step(), count: range.count + 1)
        steps[0].score = 0
        var position = 0
        while position < range.count {
            let width = UTF8Check.scalar(in: text, at: range.lowerBound + position).1
            extend(&steps, from: position, characterWidth: width, text, range)
            position += width
        }
        var parts: [Part] = []
        var end = range.count
        while end > 0 {
            let start = Int(steps[end].start)
            let part = range.lowerBound + start..<range.lowerBound + end
            parts.append(Part(range: part, id: steps[end].id))
            end = start
        }
        return parts.reversed()
    }

    /// Offers every token that begins at `position`, or the unknown one, to the place it ends at.
    private func extend(
        _ steps: inout [Step], from position: Int, characterWidth: Int, _ text: [UInt8],
        _ range: Range<Int>
    ) {
        let score = steps[position].score
        var hasCharacter = false
        var node: UInt32 = 0
        var end = position
        while end < range.count,
            let edge = edges.find(node, UInt32(text[range.lowerBound + end]))
        {
            node = edge.first
            end += 1
            let id = tokenAtNode[Int(node)]
            guard id >= 0 else { continue }
            hasCharacter = hasCharacter || end == position + characterWidth
            Self.offer(score + Double(scores[Int(id)]), id, from: position, to: &steps[end])
        }
        if !hasCharacter {
            Self.offer(
                score + unknownScore, -1, from: position, to: &steps[position + characterWidth])
        }
    }

    private static func offer(_ score: Double, _ id: Int32, from start: Int, to step: inout Step) {
        guard score > step.score else { return }
        step = Step(score: score, start: Int32(start), id: id)
    }
}
