internal import CIntrinsics
internal import KernelTypes

/// Adds columns to their sums in double precision, row after row.
///
/// Each sum is one chain in the order of the rows, whoever shares the columns out.
func accumulateColumns(_ work: ColumnSums) {
    let threshold = Double(work.threshold)
    switch work.operation {
    case .sum: accumulate(work) { $0 + $1 }
    case .magnitude: accumulate(work) { $0 + wide_magnitude($1) }
    case .square: accumulate(work) { $0 + $1 * $1 }
    case .largest: accumulate(work) { wide_max($0, $1) }
    case .largestMagnitude: accumulate(work) { wide_max($0, wide_magnitude($1)) }
    case .countAbove: accumulate(work) { $0 + wide_is_above($1, threshold) }
    }
}

@inline(__always)
private func accumulate(
    _ work: ColumnSums, _ combine: (SIMD8<Double>, SIMD8<Double>) -> SIMD8<Double>
) {
    var row = 0
    while row < work.rows.count {
        let values = work.values + work.rows[row] &* work.stride
        var sums = work.sums
        var run = 0
        while run < work.runs.count {
            let columns = work.runs[run]
            accumulate(values + columns.column, columns.count, sums, combine)
            sums += columns.count
            run &+= 1
        }
        row &+= 1
    }
}

@inline(__always)
private func accumulate(
    _ values: UnsafePointer<Float>, _ count: Int, _ sums: UnsafeMutablePointer<Double>,
    _ combine: (SIMD8<Double>, SIMD8<Double>) -> SIMD8<Double>
) {
    var index = 0
    while index &+ 8 <= count {
        let sum = combine(wide_load(sums + index), wide_load_singles(values + index))
        wide_store(sums + index, sum)
        index &+= 8
    }
    while index < count {
        let value = wide_splat(Double(values[index]))
        sums[index] = wide_first(combine(wide_splat(sums[index]), value))
        index &+= 1
    }
}

/// Copies columns of a row side by side, rounded to half precision if that is asked for.
func copyColumns(_ work: ColumnCopy) {
    var target = work.target
    var run = 0
    while run < work.runs.count {
        let columns = work.runs[run]
        let values = work.values + columns.column
        if work.half {
            let halves = target.assumingMemoryBound(to: Float16.self)
            var index = 0
            while index < columns.count {
                halves[index] = Float16(values[index])
                index &+= 1
            }
            target += columns.count &* 2
        } else {
            target.copyMemory(from: values, byteCount: columns.count &* 4)
            target += columns.count &* 4
        }
        run &+= 1
    }
}

/// Changes columns of a row and returns the squared L2 norm of the change.
///
/// Squares are added in double precision in 16 lanes and one chain for what is left of the runs,
/// which is the same in every path.
func changeRow(_ work: RowChange) -> Double {
    let first = lanes_splat(work.first)
    switch work.operation {
    case .fill: return change(work, operands: nil) { _, _ in first }
    case .scale: return change(work, operands: nil) { old, _ in first * old }
    case .add: return change(work, operands: nil) { old, _ in old + first }
    case .clamp:
        return change(work, operands: nil) { old, _ in
            lanes_clamp(old, work.first, work.second)
        }
    case .fillEach: return change(work, operands: work.operands) { _, operand in operand }
    case .addEach: return change(work, operands: work.operands) { old, operand in old + operand }
    }
}

@inline(__always)
private func change(
    _ work: RowChange, operands: UnsafePointer<Float>?,
    _ body: (SIMD16<Float>, SIMD16<Float>) -> SIMD16<Float>
) -> Double {
    var sums = ChangeSums()
    var operands = operands
    var run = 0
    while run < work.runs.count {
        let columns = work.runs[run]
        change(work.values + columns.column, columns.count, operands, &sums, body)
        operands = operands.map { $0 + columns.count }
        run &+= 1
    }
    return sums.total
}

@inline(__always)
private func change(
    _ values: UnsafeMutablePointer<Float>, _ count: Int, _ operands: UnsafePointer<Float>?,
    _ sums: inout ChangeSums, _ body: (SIMD16<Float>, SIMD16<Float>) -> SIMD16<Float>
) {
    var index = 0
    while index &+ 16 <= count {
        let old = lanes_load(values + index)
        let new = body(old, operands.map { lanes_load($0 + index) } ?? old)
        lanes_store(values + index, new)
        sums.add(old, new)
        index &+= 16
    }
    while index < count {
        let old = values[index]
        let operand = operands.map { $0[index] } ?? old
        let new = lanes_first(body(lanes_splat(old), lanes_splat(operand)))
        values[index] = new
        sums.add(old, new)
        index &+= 1
    }
}

/// Squares of differences, added up.
private struct ChangeSums {
    private var low = wide_splat(0)
    private var high = wide_splat(0)
    private var rest = 0.0

    @inline(__always)
    mutating func add(_ old: SIMD16<Float>, _ new: SIMD16<Float>) {
        let lower = wide_low(new) - wide_low(old)
        let upper = wide_high(new) - wide_high(old)
        low += lower * lower
        high += upper * upper
    }

    @inline(__always)
    mutating func add(_ old: Float, _ new: Float) {
        let difference = Double(new) - Double(old)
        rest += difference * difference
    }

    @inline(__always)
    var total: Double { wide_sum(low + high) + rest }
}
