import Kernels

/// One row of logits, (rows, vocabulary), and the first id with the largest.
struct TokenLogits {
    let buffer: RowBuffer
    let row: Int
    let best: Int

    var count: Int { buffer.width }
    var largest: Float { buffer[row, best] }
}

/// The tokens of a row of logits with their weights: exp((logit − largest logit) / temperature).
///
/// A token that is left out has weight 0. Nothing is sorted but the tokens about where those that
/// are kept end, so a draw costs a few passes over the vocabulary.
struct TokenWeights {
    /// How far `keepLikeliest` goes.
    enum Extent {
        /// So many tokens.
        case count(Int)
        /// As many as it takes until their weights add up to this.
        case weight(Double)
    }

    private let logits: TokenLogits
    private let temperature: Float
    private let kernels: KernelSet
    /// (1, vocabulary).
    private let weights: RowBuffer

    /// Tokens whose weights are added before they are looked at one by one.
    private static let stretch = 1024

    /// Weighs all tokens.
    ///
    /// - Parameter weights: is overwritten; no other thread may use it meanwhile.
    init(_ logits: TokenLogits, temperature: Float, kernels: KernelSet, weights: RowBuffer) {
        self.logits = logits
        self.temperature = temperature
        self.kernels = kernels
        self.weights = weights
        kernels.weigh(
            logits.buffer, row: logits.row, peak: logits.largest, temperature: temperature,
            into: weights, target: 0)
    }

    private var count: Int { logits.count }

    /// The sum of all weights, at least 1.
    var total: Double {
        stretches.reduce(0) { $0 + kernels.sum(weights, row: 0, columns: $1) }
    }

    private var stretches: some Swift.Sequence<Range<Int>> {
        stride(from: 0, to: count, by: Self.stretch).lazy.map { start in
            start..<min(count, start + Self.stretch)
        }
    }

    /// The first token in order of ids up to which the weights add up to more than `point`.
    ///
    /// - Parameter point: at least 0 and below `total`.
    func token(at point: Double) -> Int {
        var sum = 0.0
        for columns in stretches {
            let end = sum + kernels.sum(weights, row: 0, columns: columns)
            if end > point, let token = token(at: point - sum, in: columns) { return token }
            sum = end
        }
        // Only rounding leads here: `point` is the total.
        return logits.best
    }

    /// Sums one by one may end a little below the sum of the stretch: its last token is meant then.
    private func token(at point: Double, in columns: Range<Int>) -> Int? {
        weights.withRow(0, columns: columns) { values in
            var sum = 0.0
            var last: Int?
            for index in values.indices where values[index] > 0 {
                sum += Double(values[index])
                last = columns.lowerBound + index
                if sum > point { break }
            }
            return last
        }
    }

    /// Leaves out the tokens whose weight is below `smallest`; the best has 1.
    func keep(from smallest: Float) {
        weights.withRow(0, columns: 0..<count) { values in
            for index in values.indices where values[index] < smallest { values[index] = 0 }
        }
    }
}

extension TokenWeights {
    /// Leaves out all but the likeliest tokens; of equal logits the first ones are kept.
    func keepLikeliest(_ extent: Extent) {
        logits.buffer.withRow(logits.row, columns: 0..<count) { logits in
            weights.withRow(0, columns: 0..<count) { weights in
                let classes = LikelihoodClasses(largest: self.logits.largest, temperature)
                let last = classes.last(of: logits, weights, extent)
                var order: [Int] = []
                for index in weights.indices where weights[index] > 0 {
                    let found = classes.number(of: logits[index])
                    if found == last.number { order.append(index) }
                    if found > last.number { weights[index] = 0 }
                }
                order.sort { (logits[$1], $0) < (logits[$0], $1) }
                var kept = last.before
                for index in order {
                    if kept.reaches(extent) {
                        weights[index] = 0
                    } else {
                        kept.add(weights[index])
                    }
                }
            }
        }
    }
}

/// Tokens by how far their logits are below the largest, 32 classes to each factor of e.
private struct LikelihoodClasses {
    private static let count = 1024
    private static let perFactor: Float = 32

    private let largest: Float
    private let scale: Float

    init(largest: Float, _ temperature: Float) {
        self.largest = largest
        scale = min(Self.perFactor / temperature, .greatestFiniteMagnitude)
    }

    /// All that is less likely than the last but one is in the last class.
    func number(of logit: Float) -> Int {
        Int(min((largest - logit) * scale, Float(Self.count - 1)))
    }

    /// How many tokens there are in some classes, and what they weigh.
    struct Tally {
        private var tokens = 0
        private var weight = 0.0

        mutating func add(_ weight: Float) {
            tokens += 1
            self.weight += Double(weight)
        }

        mutating func add(_ other: Tally) {
            tokens += other.tokens
            weight += other.weight
        }

        func reaches(_ extent: TokenWeights.Extent) -> Bool {
            switch extent {
            case .count(let limit): tokens >= limit
            case .weight(let limit): weight >= limit
            }
        }
    }

    /// The class in which the extent is reached, the last if none is, and what lies before it.
    func last(
        of logits: borrowing MutableSpan<Float>, _ weights: borrowing MutableSpan<Float>,
        _ extent: TokenWeights.Extent
    ) -> (number: Int, before: Tally) {
        var tallies = InlineArray<1024, Tally>(repeating: Tally())
        for index in weights.indices where weights[index] > 0 {
            tallies[number(of: logits[index])].add(weights[index])
        }
        var before = Tally()
        for number in tallies.indices {
            var all = before
            all.add(tallies[number])
            if all.reaches(extent) { return (number, before) }
            before = all
        }
        return (Self.count, before)
    }
}
