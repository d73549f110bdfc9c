import Engine
import Hooks
import Kernels
import Messages
import SwiftProtobuf
import Wire

/// The sums of one group over the items that were added so far.
struct GroupSums {
    /// UTF-8.
    let label: [UInt8]
    private(set) var itemCount = 0
    /// Counted tokens of all items.
    private(set) var tokenCount = 0
    /// None before the first item.
    private var values: [Values] = []

    /// The values of one sum, element by element.
    fileprivate enum Values {
        case fixedPoint(FixedPointSums)
        case counts([Int64])
        case largest([Float])
    }

    /// Takes no memory for sums yet.
    init(label: [UInt8]) { self.label = label }

    /// Adds one item.
    ///
    /// - Returns: False if a sum is no longer within its range.
    mutating func add(_ item: RowSums, form: StatisticsForm) -> Bool {
        let rowCount = item.query.rowCount
        if values.isEmpty {
            values = form.sums.map { Values($0, count: form.elementCount) }
        }
        itemCount += 1
        tokenCount += rowCount
        for (index, sum) in form.sums.enumerated() {
            let first = item.first(sum.accumulation)
            guard values[index].add(item.sums, first: first, rowCount: rowCount, as: sum)
            else { return false }
        }
        return true
    }

    /// The message that announces the tensors.
    func message(form: StatisticsForm) -> Neurond_V1_StatisticsReply.Group {
        .with {
            $0.label = String(decoding: label, as: UTF8.self)
            $0.items = UInt64(itemCount)
            $0.tokens = UInt64(tokenCount)
            $0.tensors = form.sums.indices.map { index in
                .with {
                    $0.name = form.tensorName(index)
                    $0.site = form.site.rawValue
                    $0.type = form.elementType(index).dataType
                    $0.shape = form.tensorShape(index).map { UInt64($0) }
                    $0.reducedRows = UInt64(tokenCount)
                }
            }
        }
    }

    /// The elements of one tensor, little-endian.
    func bytes(_ index: Int, form: StatisticsForm) -> [UInt8] {
        switch values[index] {
        case .counts(let counts): littleEndianBytes(counts)
        case .largest(let values): littleEndianBytes(values)
        case .fixedPoint(let sums) where form.isExact: littleEndianBytes(sums.values)
        case .fixedPoint(let sums): littleEndianBytes(sums.rounded)
        }
    }
}

extension GroupSums.Values {
    /// Zeros.
    fileprivate init(_ sum: ElementSum, count: Int) {
        switch sum {
        case .positive: self = .counts(Array(repeating: 0, count: count))
        case .maxAbs: self = .largest(Array(repeating: 0, count: count))
        default: self = .fixedPoint(FixedPointSums(count: count))
        }
    }

    /// Whatever is changed is taken out of the enumeration first, so that it is not copied.
    fileprivate mutating func add(
        _ sums: SharedSums, first: Int, rowCount: Int, as sum: ElementSum
    ) -> Bool {
        switch self {
        case .counts(var counts):
            self = .counts([])
            defer { self = .counts(counts) }
            sums.addCounts(from: first, to: &counts)
            return true
        case .largest(var values):
            self = .counts([])
            defer { self = .largest(values) }
            return sums.takeLargest(from: first, to: &values)
        case .fixedPoint(var total):
            self = .counts([])
            defer { self = .fixedPoint(total) }
            return total.add(sum.reading, of: sums, first: first, count: rowCount)
        }
    }
}

extension ElementSum {
    /// What of an item's sum is added to the group's.
    fileprivate var reading: FixedPointSums.Reading {
        switch self {
        case .meanAbs: .mean
        case .rms: .rootOfMean
        case .l2OverN: .rootOverCount
        case .l2: .root
        case .sumAbs, .sumSquares, .sum, .positive, .maxAbs: .sum
        }
    }
}

extension StatisticsForm {
    /// As in `mlp.act:mean_abs`.
    func tensorName(_ index: Int) -> String { "\(site.rawValue):\(sums[index].rawValue)" }

    /// (layers, elements), exact sums with a pair of words for each.
    func tensorShape(_ index: Int) -> [Int] {
        let isPair = isExact && ![.positive, .maxAbs].contains(sums[index])
        return [layers.count, rowWidth] + (isPair ? [2] : [])
    }

    func elementType(_ index: Int) -> ElementType {
        switch sums[index] {
        case .positive: .int64
        case .maxAbs: .float32
        default: isExact ? .int64 : .float64
        }
    }
}
