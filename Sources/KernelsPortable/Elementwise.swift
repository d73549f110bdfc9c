internal import CIntrinsics
internal import KernelTypes

/// target[i] = values[i] / sqrt(mean(values^2) + epsilon) * weight[i] (Zhang, Sennrich 2019).
///
/// The sum of squares runs in 64 lanes and ends in one fixed tree.
func normalize(
    _ values: UnsafePointer<Float>, weight: UnsafePointer<Float>, count: Int, epsilon: Float,
    into target: UnsafeMutablePointer<Float>
) {
    let mean = sumOfSquares(values, count) / Float(count)
    let factor = lanes_splat(1 / (mean + epsilon).squareRoot())
    var index = 0
    while index &+ 16 <= count {
        lanes_store(
            target + index, lanes_load(values + index) * factor * lanes_load(weight + index))
        index &+= 16
    }
    if index < count {
        let rest = count &- index
        let lanes = lanes_load_part(values + index, rest) * factor
        lanes_store_part(target + index, lanes * lanes_load_part(weight + index, rest), rest)
    }
}

@inline(__always)
private func sumOfSquares(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
    var a = lanes_splat(0)
    var b = lanes_splat(0)
    var c = lanes_splat(0)
    var d = lanes_splat(0)
    var index = 0
    while index &+ 64 <= count {
        a = addSquare(lanes_load(values + index), a)
        b = addSquare(lanes_load(values + index + 16), b)
        c = addSquare(lanes_load(values + index + 32), c)
        d = addSquare(lanes_load(values + index + 48), d)
        index &+= 64
    }
    while index < count {
        a = addSquare(lanes_load_part(values + index, min(16, count &- index)), a)
        index &+= 16
    }
    return lanes_sum((a + b) + (c + d))
}

@inline(__always)
private func addSquare(_ lanes: SIMD16<Float>, _ sum: SIMD16<Float>) -> SIMD16<Float> {
    lanes_multiply_add(lanes, lanes, sum)
}

/// target[i] = (values[i] - mean) / sqrt(variance + epsilon) * weight[i] + bias[i], from Ba, Kiros,
/// Hinton (2016).
///
/// Both sums run in 64 lanes and end in one fixed tree; the second is of squared differences, so
/// that a large mean costs no precision.
func centre(_ row: CentredRow) {
    let count = row.count
    let mean = sum(row.values, count) / Float(count)
    let variance = sumOfSquares(row.values, count, around: mean) / Float(count)
    let factor = lanes_splat(1 / (variance + row.epsilon).squareRoot())
    let shift = lanes_splat(mean)
    var index = 0
    while index < count {
        let rest = min(16, count &- index)
        let lanes = (lanes_load_part(row.values + index, rest) - shift) * factor
        let scaled = lanes_multiply_add(
            lanes, lanes_load_part(row.weight + index, rest),
            lanes_load_part(row.bias + index, rest))
        lanes_store_part(row.target + index, scaled, rest)
        index &+= 16
    }
}

private func sum(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
    var a = lanes_splat(0)
    var b = lanes_splat(0)
    var c = lanes_splat(0)
    var d = lanes_splat(0)
    var index = 0
    while index &+ 64 <= count {
        a = a + lanes_load(values + index)
        b = b + lanes_load(values + index + 16)
        c = c + lanes_load(values + index + 32)
        d = d + lanes_load(values + index + 48)
        index &+= 64
    }
    while index < count {
        a = a + lanes_load_part(values + index, min(16, count &- index))
        index &+= 16
    }
    return lanes_sum((a + b) + (c + d))
}

private func sumOfSquares(
    _ values: UnsafePointer<Float>, _ count: Int, around mean: Float
) -> Float {
    let shift = lanes_splat(mean)
    var a = lanes_splat(0)
    var b = lanes_splat(0)
    var c = lanes_splat(0)
    var d = lanes_splat(0)
    var index = 0
    while index &+ 64 <= count {
        a = addSquare(lanes_load(values + index) - shift, a)
        b = addSquare(lanes_load(values + index + 16) - shift, b)
        c = addSquare(lanes_load(values + index + 32) - shift, c)
        d = addSquare(lanes_load(values + index + 48) - shift, d)
        index &+= 64
    }
    while index < count {
        let rest = min(16, count &- index)
        // Lanes that do not exist take the mean, whose difference is zero.
        a = addSquare(lanes_load_part_or(values + index, rest, mean) - shift, a)
        index &+= 16
    }
    return lanes_sum((a + b) + (c + d))
}

/// target[i] += delta[i].
func add(_ delta: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float>) {
    var index = 0
    while index &+ 16 <= count {
        lanes_store(target + index, lanes_load(target + index) + lanes_load(delta + index))
        index &+= 16
    }
    while index < count {
        target[index] += delta[index]
        index &+= 1
    }
}

/// Rotates pairs of each head: (x, y) becomes (x cos - y sin, y cos + x sin).
///
/// From Su, Lu, Pan, Wen, Liu (2021). Each product is rounded before the sum, in every pair alike.
func rotate(_ row: RotateRow) {
    let step = row.interleaved ? 2 : 1
    let distance = row.interleaved ? 1 : row.pairCount
    var head = 0
    while head < row.headCount {
        let values = row.values + head &* row.headDimension
        var pair = 0
        while pair < row.pairCount {
            let x = values[pair &* step]
            let y = values[pair &* step &+ distance]
            values[pair &* step] = x * row.cosines[pair] - y * row.sines[pair]
            values[pair &* step &+ distance] = y * row.cosines[pair] + x * row.sines[pair]
            pair &+= 1
        }
        head &+= 1
    }
}

/// Elements searched one by one after the vectors have found the stretch with the largest one.
private let searchWidth = 1024

/// The first index of the largest value; NaN does not count, and 0 is the answer if all are NaN.
func largestIndex(_ values: UnsafePointer<Float>, count: Int) -> Int {
    var best = -Float.infinity
    var bestStart = 0
    var start = 0
    while start < count {
        let end = min(count, start &+ searchWidth)
        var lanes = lanes_splat(-.infinity)
        var index = start
        while index < end {
            let rest = min(16, end &- index)
            lanes = lanes_max(lanes, lanes_load_part_or(values + index, rest, -.infinity))
            index &+= 16
        }
        let top = lanes_largest(lanes)
        if top > best {
            best = top
            bestStart = start
        }
        start = end
    }
    var index = bestStart
    while index < count && values[index] != best { index &+= 1 }
    return index < count ? index : 0
}
