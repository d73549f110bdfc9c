internal import CIntrinsics
internal import Glibc
internal import KernelTypes

// Everything that needs exp, in one file so that it is inlined. exp(x) = 2^n * exp(r) with
// n = nearest(x / ln 2) and |r| <= ln 2 / 2; ln 2 is subtracted in two parts, exp(r) is its Taylor
// polynomial of degree 7 (remainder below 6e-9), and 2^n is applied in two factors so that results
// reach zero and infinity gradually. Relative error below 3e-7 in the normal range.

private let inverseLn2: Float = 1.442695041
private let ln2High: Float = 0.693145751953125
private let ln2Low: Float = 1.42860682030941723212e-6
private let roundingBias: Float = 12_582_912
private let roundingBiasBits: Int32 = 0x4B40_0000

/// Beyond these exp is zero or infinite in single precision; NaN passes between them.
private let smallestExponent: Float = -110
private let largestExponent: Float = 100

@inline(__always)
private func exponential(_ argument: SIMD16<Float>) -> SIMD16<Float> {
    let low = lanes_splat(smallestExponent)
    let high = lanes_splat(-largestExponent)
    var x = lanes_replace_below(argument, low, low)
    x = -lanes_replace_below(-x, high, high)
    let biased = x * lanes_splat(inverseLn2) + lanes_splat(roundingBias)
    let n = biased - lanes_splat(roundingBias)
    var r = lanes_multiply_add(n, lanes_splat(-ln2High), x)
    r = lanes_multiply_add(n, lanes_splat(-ln2Low), r)
    var p = lanes_splat(1.0 / 5040)
    p = lanes_multiply_add(p, r, lanes_splat(1.0 / 720))
    p = lanes_multiply_add(p, r, lanes_splat(1.0 / 120))
    p = lanes_multiply_add(p, r, lanes_splat(1.0 / 24))
    p = lanes_multiply_add(p, r, lanes_splat(1.0 / 6))
    p = lanes_multiply_add(p, r, lanes_splat(0.5))
    p = lanes_multiply_add(p, r, lanes_splat(1))
    p = lanes_multiply_add(p, r, lanes_splat(1))
    let power = lanes_bits(biased) &- lanes_splat_integer(roundingBiasBits)
    let half = power &>> lanes_splat_integer(1)
    return p * powerOfTwo(half) * powerOfTwo(power &- half)
}

/// 2^n for n in -126...127.
@inline(__always)
private func powerOfTwo(_ n: SIMD16<Int32>) -> SIMD16<Float> {
    lanes_of_bits((n &+ lanes_splat_integer(127)) &<< lanes_splat_integer(23))
}

/// target[i] = gate[i] / (1 + exp(-gate[i])) * up[i] (SwiGLU, Shazeer 2020).
func gate(
    _ gate: UnsafePointer<Float>, up: UnsafePointer<Float>, count: Int,
    into target: UnsafeMutablePointer<Float>
) {
    var index = 0
    while index &+ 16 <= count {
        lanes_store(
            target + index, activated(lanes_load(gate + index), lanes_load(up + index)))
        index &+= 16
    }
    if index < count {
        let rest = count &- index
        let lanes = activated(
            lanes_load_part(gate + index, rest), lanes_load_part(up + index, rest))
        lanes_store_part(target + index, lanes, rest)
    }
}

@inline(__always)
private func activated(_ gate: SIMD16<Float>, _ up: SIMD16<Float>) -> SIMD16<Float> {
    gate / (lanes_splat(1) + exponential(-gate)) * up
}

/// target[i] = x * normal distribution up to x (Hendrycks, Gimpel 2016), exactly or by its formula
/// with tanh.
func gelu(
    _ values: UnsafePointer<Float>, count: Int, byTanh: Bool,
    into target: UnsafeMutablePointer<Float>
) {
    var index = 0
    while index < count {
        let rest = min(16, count &- index)
        let lanes = lanes_load_part(values + index, rest)
        lanes_store_part(target + index, byTanh ? tanhGelu(lanes) : exactGelu(lanes), rest)
        index &+= 16
    }
}

/// x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2.
///
/// That is x / (1 + exp(-2 u)) with tanh's argument u, without the difference of near numbers.
@inline(__always)
private func tanhGelu(_ x: SIMD16<Float>) -> SIMD16<Float> {
    let cubic = lanes_multiply_add(x * x, lanes_splat(-0.07135481628), lanes_splat(-1.595769122))
    return x / (lanes_splat(1) + exponential(x * cubic))
}

/// max(x, 0) - |x| * erfc(|x| / sqrt(2)) / 2.
///
/// erfc(z) = exp(-z^2) * t * Q(t) with t = 1 / (1 + 0.47047 z), in the form of Hastings,
/// "Approximations for Digital Computers" (1955), sheet 43 and following; Q is of degree 10, fitted
/// to erfc by least squares of the relative error at Chebyshev points of 0 <= z <= 10 (error
/// 1.1e-9). In single precision gelu is off by less than 1.5e-7 for |x| <= 3.
@inline(__always)
private func exactGelu(_ x: SIMD16<Float>) -> SIMD16<Float> {
    // Past 100 the second term is zero; the bound keeps an infinity from becoming NaN there.
    let bound = lanes_splat(-100)
    let magnitude = -lanes_replace_below(-lanes_magnitude(x), bound, bound)
    let t = lanes_splat(1) / lanes_multiply_add(magnitude, lanes_splat(0.332672527), lanes_splat(1))
    var q = lanes_splat(0.03747577220)
    q = lanes_multiply_add(q, t, lanes_splat(-0.2334329486))
    q = lanes_multiply_add(q, t, lanes_splat(0.5884945393))
    q = lanes_multiply_add(q, t, lanes_splat(-0.7263189554))
    q = lanes_multiply_add(q, t, lanes_splat(0.4234381318))
    q = lanes_multiply_add(q, t, lanes_splat(-0.1832020730))
    q = lanes_multiply_add(q, t, lanes_splat(0.1601635665))
    q = lanes_multiply_add(q, t, lanes_splat(0.1649788618))
    q = lanes_multiply_add(q, t, lanes_splat(0.2376494408))
    q = lanes_multiply_add(q, t, lanes_splat(0.2653154731))
    q = lanes_multiply_add(q, t, lanes_splat(0.2654381692))
    let decay = exponential(magnitude * magnitude * lanes_splat(-0.5))
    let zero = lanes_splat(0)
    return lanes_replace_below(x, zero, zero) - magnitude * (decay * (t * q) * lanes_splat(0.5))
}

/// Lanes from `index` on; those past `count` hold minus infinity, whose exp is zero.
@inline(__always)
private func loadOrMinusInfinity(
    _ values: UnsafePointer<Float>, _ index: Int, _ count: Int
) -> SIMD16<Float> {
    let rest = count &- index
    if rest >= 16 { return lanes_load(values + index) }
    return lanes_load_part_or(values + index, rest, -.infinity)
}

/// The largest value; NaN does not count, the sums that follow carry it.
@inline(__always)
private func largest(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
    var lanes = lanes_splat(-.infinity)
    var index = 0
    while index < count {
        lanes = lanes_max(lanes, loadOrMinusInfinity(values, index, count))
        index &+= 16
    }
    return lanes_largest(lanes)
}

/// Replaces scores by exp(score - largest) over their sum.
func softmax(_ scores: PatternTile, count: Int) {
    let shift = lanes_splat(largest(scores, count))
    var sum = lanes_splat(0)
    eachChunk(scores, count) { target, count in
        let lanes = exponential(loadOrMinusInfinity(target, 0, count) - shift)
        sum = sum + lanes
        lanes_store_part(target, lanes, count)
    }
    let factor = lanes_splat(1 / lanes_sum(sum))
    eachChunk(scores, count) { target, count in
        lanes_store_part(target, lanes_load_part(target, count) * factor, count)
    }
}

/// Calls the body with each 16 positions and how many of them there are.
@inline(__always)
private func eachChunk(
    _ scores: PatternTile, _ count: Int, _ body: (UnsafeMutablePointer<Float>, Int) -> Void
) {
    var target = scores.values
    var position = 0
    while position < count {
        body(target, min(16, count &- position))
        target += scores.stride
        position &+= 16
    }
}

private func largest(_ scores: PatternTile, _ count: Int) -> Float {
    var top = lanes_splat(-.infinity)
    eachChunk(scores, count) { top = lanes_max(top, loadOrMinusInfinity($0, 0, $1)) }
    return lanes_largest(top)
}

/// target[i] = exp((values[i] - peak) * scale).
func weigh(
    _ values: UnsafePointer<Float>, count: Int, peak: Float, scale: Float,
    into target: UnsafeMutablePointer<Float>
) {
    let shift = lanes_splat(peak)
    let factor = lanes_splat(scale)
    var index = 0
    while index &+ 16 <= count {
        lanes_store(
            target + index, exponential((lanes_load(values + index) - shift) * factor))
        index &+= 16
    }
    if index < count {
        let rest = count &- index
        let lanes = (lanes_load_part(values + index, rest) - shift) * factor
        lanes_store_part(target + index, exponential(lanes), rest)
    }
}

/// Values that are summed in single precision before the sum moves to double precision.
private let partialWidth = 1024

/// The sum of the values.
func sum(_ values: UnsafePointer<Float>, count: Int) -> Double {
    var total = 0.0
    var index = 0
    while index < count {
        let end = min(count, index &+ partialWidth)
        var partial = lanes_splat(0)
        while index < end {
            partial = partial + lanes_load_part(values + index, min(16, end &- index))
            index &+= 16
        }
        total += Double(lanes_sum(partial))
    }
    return total
}

/// log(sum(exp(values))), stable against large values; NaN if any value is NaN.
func logSumExp(_ values: UnsafePointer<Float>, count: Int) -> Double {
    let top = largest(values, count)
    // All minus infinity: the difference below would be NaN. A NaN among them is not hidden.
    if top == -.infinity { return Double(top) + poison(values, count) }
    let shift = lanes_splat(top)
    var total = 0.0
    var index = 0
    while index < count {
        let end = min(count, index &+ partialWidth)
        var sum = lanes_splat(0)
        while index < end {
            sum = sum + exponential(loadOrMinusInfinity(values, index, count) - shift)
            index &+= 16
        }
        total += Double(lanes_sum(sum))
    }
    return Double(top) + log(total)
}

/// Zero, or NaN if any value is NaN.
private func poison(_ values: UnsafePointer<Float>, _ count: Int) -> Double {
    for index in 0..<count where values[index].isNaN { return .nan }
    return 0
}
