internal import CIntrinsics
internal import KernelTypes

// Attention over blocks of 32 positions, from absolute position 0 on. A score is one chain over
// dimensions, a mix one chain over positions: neither depends on how a prompt was cut, nor on the
// queries that share a tile. Tiles are 12 queries (24 accumulators of the 32 registers), 4 or one;
// they are unrolled by hand like the products.

/// 16 keys or values from an element on, widened exactly.
@inline(__always)
private func load(_ start: UnsafeRawPointer, _ element: Int, _ half: Bool) -> SIMD16<Float> {
    half
        ? lanes_load_half(start.assumingMemoryBound(to: UInt16.self) + element)
        : lanes_load(start.assumingMemoryBound(to: Float.self) + element)
}

/// Two vectors of sums of four queries.
private struct QuadPair {
    var a = (lanes_splat(0), lanes_splat(0))
    var b = (lanes_splat(0), lanes_splat(0))
    var c = (lanes_splat(0), lanes_splat(0))
    var d = (lanes_splat(0), lanes_splat(0))

    @inline(__always)
    init() {}

    /// Adds two vectors, times one value of each query: `stride` floats from one to the next.
    @inline(__always)
    mutating func add(
        _ low: SIMD16<Float>, _ high: SIMD16<Float>, _ values: UnsafePointer<Float>, _ stride: Int
    ) {
        a = fused(low, high, values[0], a)
        b = fused(low, high, values[stride], b)
        c = fused(low, high, values[2 &* stride], c)
        d = fused(low, high, values[3 &* stride], d)
    }

    /// Calls the body with the sums of each query.
    @inline(__always)
    func forEach(_ body: (Int, (SIMD16<Float>, SIMD16<Float>)) -> Void) {
        body(0, a)
        body(1, b)
        body(2, c)
        body(3, d)
    }

    /// Starts from sums in memory, `stride` floats from one query to the next.
    @inline(__always)
    init(_ sums: UnsafePointer<Float>, _ stride: Int, _ part: Part) {
        a = part.load(sums)
        b = part.load(sums + stride)
        c = part.load(sums + 2 &* stride)
        d = part.load(sums + 3 &* stride)
    }
}

@inline(__always)
private func fused(
    _ low: SIMD16<Float>, _ high: SIMD16<Float>, _ value: Float,
    _ sums: (SIMD16<Float>, SIMD16<Float>)
) -> (SIMD16<Float>, SIMD16<Float>) {
    let lanes = lanes_splat(value)
    return (lanes_multiply_add(low, lanes, sums.0), lanes_multiply_add(high, lanes, sums.1))
}

/// How many of 32 lanes in memory exist.
private struct Part {
    let low: Int
    let high: Int

    @inline(__always)
    init(_ rest: Int) {
        low = min(16, rest)
        high = min(16, max(0, rest &- 16))
    }

    @inline(__always)
    func load(_ source: UnsafePointer<Float>) -> (SIMD16<Float>, SIMD16<Float>) {
        (
            lanes_load_part(source, low),
            high > 0 ? lanes_load_part(source + 16, high) : lanes_splat(0)
        )
    }

    @inline(__always)
    func store(
        _ target: UnsafeMutablePointer<Float>, _ distance: Int,
        _ lanes: (SIMD16<Float>, SIMD16<Float>)
    ) {
        lanes_store_part(target, lanes.0, low)
        if high > 0 { lanes_store_part(target + distance, lanes.1, high) }
    }
}

// MARK: - Scores

/// pattern[p] = scale * dot(query, key of position p).
func attentionScores(_ scores: AttentionScores) {
    switch (scores.pattern.width, scores.keys.half) {
    case (12, true): eachBlock(scores) { scoreTwelve(scores, $0, $1, half: true) }
    case (12, false): eachBlock(scores) { scoreTwelve(scores, $0, $1, half: false) }
    case (4, true): eachBlock(scores) { scoreFour(scores, $0, $1, half: true) }
    case (4, false): eachBlock(scores) { scoreFour(scores, $0, $1, half: false) }
    case (_, true): eachBlock(scores) { scoreOne(scores, $0, $1, half: true) }
    case (_, false): eachBlock(scores) { scoreOne(scores, $0, $1, half: false) }
    }
}

/// Calls the body with each block's keys and its first position.
@inline(__always)
private func eachBlock(_ scores: AttentionScores, _ body: (UnsafeRawPointer, Int) -> Void) {
    var position = 0
    while position < scores.keys.positionCount {
        body(scores.keys.start(ofBlock: position / 32), position)
        position &+= 32
    }
}

@inline(__always)
private func scoreTwelve(
    _ scores: AttentionScores, _ keys: UnsafeRawPointer, _ position: Int, half: Bool
) {
    var one = QuadPair()
    var two = QuadPair()
    var three = QuadPair()
    var dimension = 0
    var queries = scores.queries
    while dimension < scores.keys.headDimension {
        let low = load(keys, dimension &* 32, half)
        let high = load(keys, dimension &* 32 &+ 16, half)
        one.add(low, high, queries, 1)
        two.add(low, high, queries + 4, 1)
        three.add(low, high, queries + 8, 1)
        queries += 12
        dimension &+= 1
    }
    store(one, scores, position, query: 0)
    store(two, scores, position, query: 4)
    store(three, scores, position, query: 8)
}

@inline(__always)
private func scoreFour(
    _ scores: AttentionScores, _ keys: UnsafeRawPointer, _ position: Int, half: Bool
) {
    var sums = QuadPair()
    var dimension = 0
    while dimension < scores.keys.headDimension {
        sums.add(
            load(keys, dimension &* 32, half), load(keys, dimension &* 32 &+ 16, half),
            scores.queries + 4 &* dimension, 1)
        dimension &+= 1
    }
    store(sums, scores, position, query: 0)
}

@inline(__always)
private func scoreOne(
    _ scores: AttentionScores, _ keys: UnsafeRawPointer, _ position: Int, half: Bool
) {
    var sums = (lanes_splat(0), lanes_splat(0))
    var dimension = 0
    while dimension < scores.keys.headDimension {
        sums = fused(
            load(keys, dimension &* 32, half), load(keys, dimension &* 32 &+ 16, half),
            scores.queries[dimension], sums)
        dimension &+= 1
    }
    store(sums, scores, position, query: 0)
}

@inline(__always)
private func store(_ sums: QuadPair, _ scores: AttentionScores, _ position: Int, query: Int) {
    sums.forEach { store($1, scores, position, query: query &+ $0) }
}

@inline(__always)
private func store(
    _ sums: (SIMD16<Float>, SIMD16<Float>), _ scores: AttentionScores, _ position: Int, query: Int
) {
    let pattern = scores.pattern
    let factor = lanes_splat(scores.scale)
    let target = pattern.values + (position / 16 &* pattern.stride &+ 16 &* query)
    Part(scores.keys.positionCount &- position).store(
        target, pattern.stride, (sums.0 * factor, sums.1 * factor))
}

// MARK: - Mix

/// target[d] = the sum over positions of pattern[p] * value of position p.
func attentionMix(_ mix: AttentionMix) {
    switch (mix.pattern.width, mix.values.half) {
    case (12, true): eachPair(mix) { mixTwelve(mix, $0, $1, half: true) }
    case (12, false): eachPair(mix) { mixTwelve(mix, $0, $1, half: false) }
    case (4, true): eachPair(mix) { mixFour(mix, $0, $1, half: true) }
    case (4, false): eachPair(mix) { mixFour(mix, $0, $1, half: false) }
    case (_, true): eachPair(mix) { mixOne(mix, $0, $1, half: true) }
    case (_, false): eachPair(mix) { mixOne(mix, $0, $1, half: false) }
    }
}

/// Calls the body with every 32 dimensions: the first of them, and how many there are.
@inline(__always)
private func eachPair(_ mix: AttentionMix, _ body: (Int, Part) -> Void) {
    var dimension = 0
    while dimension < mix.values.headDimension {
        body(dimension, Part(mix.values.headDimension &- dimension))
        dimension &+= 32
    }
}

/// Calls the body with two vectors of each value and where the first query's weight is.
@inline(__always)
private func eachValue(
    _ mix: AttentionMix, _ dimension: Int, _ part: Part, half: Bool,
    _ body: (SIMD16<Float>, SIMD16<Float>, UnsafePointer<Float>) -> Void
) {
    let stride = mix.values.valueStride
    // Without a second vector the first one stands in for it: its sums are not stored.
    let second = part.high > 0 ? 16 : 0
    var position = mix.first
    while position < mix.values.positionCount {
        let start = mix.values.start(ofBlock: position / 32)
        let end = min((position | 15) &+ 1, mix.values.positionCount)
        var element = (position & 31) &* stride &+ dimension
        var weights = mix.pattern.values + (position / 16 &* mix.pattern.stride &+ position % 16)
        while position < end {
            body(load(start, element, half), load(start, element &+ second, half), weights)
            element &+= stride
            weights += 1
            position &+= 1
        }
    }
}

@inline(__always)
private func mixTwelve(_ mix: AttentionMix, _ dimension: Int, _ part: Part, half: Bool) {
    let target = mix.target + dimension
    let stride = mix.targetStride
    let fresh = mix.first == 0
    var one = fresh ? QuadPair() : QuadPair(target, stride, part)
    var two = fresh ? QuadPair() : QuadPair(target + 4 &* stride, stride, part)
    var three = fresh ? QuadPair() : QuadPair(target + 8 &* stride, stride, part)
    eachValue(mix, dimension, part, half: half) { low, high, weights in
        one.add(low, high, weights, 16)
        two.add(low, high, weights + 64, 16)
        three.add(low, high, weights + 128, 16)
    }
    one.forEach { part.store(target + $0 &* stride, 16, $1) }
    two.forEach { part.store(target + (4 &+ $0) &* stride, 16, $1) }
    three.forEach { part.store(target + (8 &+ $0) &* stride, 16, $1) }
}

@inline(__always)
private func mixFour(_ mix: AttentionMix, _ dimension: Int, _ part: Part, half: Bool) {
    let target = mix.target + dimension
    let stride = mix.targetStride
    var sums = mix.first == 0 ? QuadPair() : QuadPair(target, stride, part)
    eachValue(mix, dimension, part, half: half) { sums.add($0, $1, $2, 16) }
    sums.forEach { part.store(target + $0 &* stride, 16, $1) }
}

@inline(__always)
private func mixOne(_ mix: AttentionMix, _ dimension: Int, _ part: Part, half: Bool) {
    let target = mix.target + dimension
    var sums = mix.first == 0 ? (lanes_splat(0), lanes_splat(0)) : part.load(target)
    eachValue(mix, dimension, part, half: half) { sums = fused($0, $1, $2[0], sums) }
    part.store(target, 16, sums)
}
