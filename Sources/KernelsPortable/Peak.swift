internal import CIntrinsics
public import KernelTypes

/// The loops of this module, compiled for its instruction set.
///
/// Only the symbol is exported, never the body, as of `makeKernelTable`.
@export(interface)
public func makePeakTable() -> PeakTable {
    PeakTable(
        byteProducts: { byteProducts($0, rounds: $1) },
        floatProducts: { floatProducts($0, rounds: $1) }, read: { readAll($0, count: $1) })
}

/// Sixteen lanes times one multiplication and one addition.
private let laneOperations = 32

/// Independent sums hide the latency of the instructions; as many as the registers hold beside
/// what they multiply.
private func byteProducts(_ block: UnsafeRawPointer, rounds: Int) -> Int {
    lanes_wide_tile() ? twelveByteSums(block, rounds) : fourByteSums(block, rounds)
}

private func twelveByteSums(_ block: UnsafeRawPointer, _ rounds: Int) -> Int {
    var sums = ByteSums()
    var more = ByteSums()
    var last = ByteSums()
    var round = 0
    while round < rounds {
        // The operands are read again each round, or the loop could be done ahead of time.
        lanes_forget(block)
        let weights = lanes_load_block(block.assumingMemoryBound(to: UInt8.self))
        sums.add(weights, block, from: 0)
        more.add(weights, block, from: 4)
        last.add(weights, block, from: 8)
        round &+= 1
    }
    let total = sums.total &+ more.total &+ last.total
    return operations(rounds &* 12 &* 4, unless: total == 1)
}

private func fourByteSums(_ block: UnsafeRawPointer, _ rounds: Int) -> Int {
    var sums = ByteSums()
    var round = 0
    while round < rounds {
        lanes_forget(block)
        let weights = lanes_load_block(block.assumingMemoryBound(to: UInt8.self))
        sums.add(weights, block, from: 0)
        round &+= 1
    }
    return operations(rounds &* 4 &* 4, unless: sums.total == 1)
}

/// Four sums of byte products.
private struct ByteSums {
    var a = lanes_splat_integer(0)
    var b = lanes_splat_integer(0)
    var c = lanes_splat_integer(0)
    var d = lanes_splat_integer(0)

    @inline(__always)
    mutating func add(_ weights: SIMD64<UInt8>, _ block: UnsafeRawPointer, from index: Int) {
        let stride = lanes_activation_block_bytes()
        let activations = block + 64 + index &* stride
        a = lanes_dot(a, weights, activations)
        b = lanes_dot(b, weights, activations + stride)
        c = lanes_dot(c, weights, activations + 2 &* stride)
        d = lanes_dot(d, weights, activations + 3 &* stride)
    }

    var total: Int32 { lanes_sum_integers(a &+ b &+ c &+ d) }
}

private func floatProducts(_ block: UnsafeRawPointer, rounds: Int) -> Int {
    let factor = lanes_load(block.assumingMemoryBound(to: Float.self))
    var sums = FloatSums()
    var more = FloatSums()
    var last = FloatSums()
    var round = 0
    let wide = lanes_wide_tile()
    while round < rounds {
        sums.add(factor)
        if wide {
            more.add(factor)
            last.add(factor)
        }
        round &+= 1
    }
    let total = sums.total + more.total + last.total
    return operations(rounds &* (wide ? 12 : 4), unless: total == 1)
}

/// Four sums of float products.
private struct FloatSums {
    var a = lanes_splat(0)
    var b = lanes_splat(1)
    var c = lanes_splat(2)
    var d = lanes_splat(3)

    @inline(__always)
    mutating func add(_ factor: SIMD16<Float>) {
        a = lanes_multiply_add(a, factor, factor)
        b = lanes_multiply_add(b, factor, factor)
        c = lanes_multiply_add(c, factor, factor)
        d = lanes_multiply_add(d, factor, factor)
    }

    var total: Float { lanes_sum(a + b + c + d) }
}

/// The operations of so many vector steps.
///
/// That a result is looked at keeps the loop that made it.
private func operations(_ steps: Int, unless isSpecial: Bool) -> Int {
    isSpecial ? steps &* laneOperations &+ 1 : steps &* laneOperations
}

private func readAll(_ source: UnsafeRawPointer, count: Int) -> Int32 {
    let floats = source.assumingMemoryBound(to: Float.self)
    var a = lanes_splat_integer(0)
    var b = a
    var c = a
    var d = a
    var index = 0
    while index < count / 4 {
        a = a &+ lanes_bits(lanes_load(floats + index))
        b = b &+ lanes_bits(lanes_load(floats + index + 16))
        c = c &+ lanes_bits(lanes_load(floats + index + 32))
        d = d &+ lanes_bits(lanes_load(floats + index + 48))
        index &+= 64
    }
    return lanes_sum_integers(a &+ b &+ c &+ d)
}
