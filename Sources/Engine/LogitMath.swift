import Foundation
import Hooks
import ModelFile

/// Exact arithmetic on one row of logits, in double precision and in index order.
enum LogitMath {
    /// ln Σ exp(logit), shifted by the maximum.
    static func logSumExp(_ logits: [Float]) -> Double {
        let peak = Double(logits.max() ?? 0)
        guard peak.isFinite else { return peak }
        return peak + log(logits.reduce(0.0) { $0 + exp(Double($1) - peak) })
    }

    /// How many entries are larger; ties do not count, so equal logits share a rank.
    static func rank(of index: Int, in logits: [Float]) -> Int32 {
        let value = logits[index]
        return Int32(logits.reduce(0) { $0 + ($1 > value ? 1 : 0) })
    }

    /// −Σ p ln p in nats.
    static func entropy(_ logits: [Float]) -> Double {
        let normalizer = logSumExp(logits)
        return logits.reduce(0.0) { sum, logit in
            let logProbability = Double(logit) - normalizer
            let probability = exp(logProbability)
            return probability > 0 ? sum - probability * logProbability : sum
        }
    }

    /// KL(p ‖ q) in nats of two rows of logits.
    static func divergence(_ logits: [Float], from reference: [Float]) -> Double {
        let first = logSumExp(logits)
        let second = logSumExp(reference)
        return zip(logits, reference).reduce(0.0) { sum, pair in
            let logProbability = Double(pair.0) - first
            let probability = exp(logProbability)
            guard probability > 0 else { return sum }
            return sum + probability * (logProbability - (Double(pair.1) - second))
        }
    }

    /// Indices of the `count` largest, descending, ties by index; NaN sorts last.
    static func top(_ count: Int, of values: [Float]) -> [Int] {
        var heap: [Int] = []
        /// Whether `a` is a worse entry than `b`.
        func worse(_ a: Int, _ b: Int) -> Bool {
            let (x, y) = (values[a], values[b])
            if x.isNaN || y.isNaN { return x.isNaN && (!y.isNaN || a > b) }
            return x != y ? x < y : a > b
        }
        func siftDown(_ start: Int) {
            var parent = start
            while true {
                var worst = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                    if worse(heap[child], heap[worst]) { worst = child }
                }
                if worst == parent { return }
                heap.swapAt(parent, worst)
                parent = worst
            }
        }
        guard count > 0 else { return [] }
        heap = Array(0..<min(count, values.count))
        for start in stride(from: heap.count / 2, through: 0, by: -1) where !heap.isEmpty {
            siftDown(start)
        }
        for index in heap.count..<values.count where worse(heap[0], index) {
            heap[0] = index
            siftDown(0)
        }
        return heap.sorted { worse($1, $0) }
    }
}

/// Stored logits that rows are compared with: one row for all, or one for each position.
struct ReferenceLogits: Sendable {
    private let rows: [[Float]]
    /// nil: one row without a label, for every position.
    private let rowByPosition: [Int: Int]?

    init(
        _ value: HookValue, vocabularyCount: Int, objects: ObjectStore
    ) throws(EngineError) {
        let values = try StoredTensors.vector(value, objects: objects)
        guard vocabularyCount > 0, !values.isEmpty, values.count % vocabularyCount == 0 else {
            throw StoredTensors.lengthMismatch(
                Site(.logits), got: values.count, wanted: vocabularyCount)
        }
        let count = values.count / vocabularyCount
        rows = (0..<count).map { row in
            Array(values[(row * vocabularyCount)..<((row + 1) * vocabularyCount)])
        }
        guard case .object(let hash, let tensor) = value else {
            rowByPosition = count == 1 ? nil : Self.byPosition(Array(0..<count))
            return
        }
        let file = try objects.tensors(hash)
        let isLabelled = file.tensor(named: "\(tensor)@positions") != nil
        let positions = try StoredTensors.positions(of: tensor, rows: count, in: file)
        rowByPosition = count == 1 && !isLabelled ? nil : Self.byPosition(positions)
    }

    private static func byPosition(_ positions: [Int]) -> [Int: Int] {
        Dictionary(uniqueKeysWithValues: zip(positions, positions.indices))
    }

    /// Whether a row at the position can be compared.
    func covers(_ position: Int) -> Bool { rowByPosition.map { $0[position] != nil } ?? true }

    /// nil where no row is stored for the position.
    func divergence(of logits: [Float], position: Int) -> Double? {
        guard let rowByPosition else { return LogitMath.divergence(logits, from: rows[0]) }
        return rowByPosition[position].map { LogitMath.divergence(logits, from: rows[$0]) }
    }
}
