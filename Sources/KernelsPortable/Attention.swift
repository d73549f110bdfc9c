internal import CIntrinsics
internal import KernelTypes

// Attention over blocks of 32 positions, from absolute position 0 on. A score is one chain over
// dimensions, a mix one chain over positions: neither depends on how a prompt was cut.

/// target[i * stride] = values[i], rounded to half precision if `half`.
func storeElements(
    _ values: UnsafePointer<Float>, count: Int, into target: UnsafeMutableRawPointer, stride: Int,
    half: Bool
) {
    var index = 0
    if half {
        let elements = target.assumingMemoryBound(to: Float16.self)
        while index < count {
            elements[index &* stride] = Float16(values[index])
            index &+= 1
        }
    } else {
        let elements = target.assumingMemoryBound(to: Float.self)
        while index < count {
            elements[index &* stride] = values[index]
            index &+= 1
        }
    }
}

/// scores[p] = scale * dot(query, key of position p).
func attentionScores(
    _ keys: BlockTable, query: UnsafePointer<Float>, scale: Float,
    into scores: UnsafeMutablePointer<Float>
) {
    if keys.half {
        blockScores(keys, query, scale, scores, half: true)
    } else {
        blockScores(keys, query, scale, scores, half: false)
    }
}

@inline(__always)
private func load(_ start: UnsafeRawPointer, _ element: Int, half: Bool) -> SIMD16<Float> {
    half
        ? lanes_load_half(start.assumingMemoryBound(to: UInt16.self) + element)
        : lanes_load(start.assumingMemoryBound(to: Float.self) + element)
}

@inline(__always)
private func blockScores(
    _ keys: BlockTable, _ query: UnsafePointer<Float>, _ scale: Float,
    _ scores: UnsafeMutablePointer<Float>, half: Bool
) {
    let factor = lanes_splat(scale)
    var position = 0
    while position < keys.positionCount {
        let start = keys.start(ofBlock: position / 32)
        var low = lanes_splat(0)
        var high = lanes_splat(0)
        var dimension = 0
        while dimension < keys.headDimension {
            let value = lanes_splat(query[dimension])
            low = lanes_multiply_add(load(start, dimension &* 32, half: half), value, low)
            high = lanes_multiply_add(load(start, dimension &* 32 &+ 16, half: half), value, high)
            dimension &+= 1
        }
        let rest = keys.positionCount &- position
        lanes_store_part(scores + position, low * factor, min(16, rest))
        if rest > 16 {
            lanes_store_part(scores + position + 16, high * factor, min(16, rest &- 16))
        }
        position &+= 32
    }
}

/// target[d] = the sum over positions of weights[p] * value of position p.
func attentionMix(
    _ values: BlockTable, weights: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>
) {
    if values.half {
        blockMix(values, weights, target, half: true)
    } else {
        blockMix(values, weights, target, half: false)
    }
}

@inline(__always)
private func blockMix(
    _ values: BlockTable, _ weights: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    half: Bool
) {
    var dimension = 0
    while dimension &+ 64 <= values.headDimension {
        mixSixtyFour(values, weights, target, dimension, half: half)
        dimension &+= 64
    }
    while dimension < values.headDimension {
        var sum = lanes_splat(0)
        var position = 0
        while position < values.positionCount {
            let start = values.start(ofBlock: position / 32)
            let element = (position & 31) &* values.valueStride &+ dimension
            sum = lanes_multiply_add(
                load(start, element, half: half), lanes_splat(weights[position]), sum)
            position &+= 1
        }
        lanes_store_part(target + dimension, sum, min(16, values.headDimension &- dimension))
        dimension &+= 16
    }
}

@inline(__always)
private func mixSixtyFour(
    _ values: BlockTable, _ weights: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    _ dimension: Int, half: Bool
) {
    var a = lanes_splat(0)
    var b = lanes_splat(0)
    var c = lanes_splat(0)
    var d = lanes_splat(0)
    var first = 0
    while first < values.positionCount {
        let start = values.start(ofBlock: first / 32)
        let end = min(first &+ 32, values.positionCount)
        var element = dimension
        var position = first
        while position < end {
            let weight = lanes_splat(weights[position])
            a = lanes_multiply_add(load(start, element, half: half), weight, a)
            b = lanes_multiply_add(load(start, element &+ 16, half: half), weight, b)
            c = lanes_multiply_add(load(start, element &+ 32, half: half), weight, c)
            d = lanes_multiply_add(load(start, element &+ 48, half: half), weight, d)
            element &+= values.valueStride
            position &+= 1
        }
        first = end
    }
    lanes_store(target + dimension, a)
    lanes_store(target + dimension + 16, b)
    lanes_store(target + dimension + 32, c)
    lanes_store(target + dimension + 48, d)
}
