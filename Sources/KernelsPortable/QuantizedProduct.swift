internal import CIntrinsics
internal import KernelTypes

// The int8 product. Unrolled by hand in quads of rows: a loop over accumulators would keep them in
// memory instead of registers. Tiles are 12 rows (24 accumulators of the 32 registers), 4 rows or
// one; each row is the same chain in all of them, so its bits do not depend on the tile:
//     sum = 0; for each group: sum = fma(float(integer sum) * row scale, weight scale, sum)

/// How far ahead of a tile's arithmetic weights are fetched: panels lie one after another, and the
/// processor's own prefetcher does not keep up with a tile that computes between its loads.
private let prefetchDistance = 8192

/// Outputs that are walked together by every tile of rows.
///
/// For 2,048 inputs their weights, half a mebibyte, stay in the second-level cache, and rows are
/// fetched from farther away but once for all of them. For more inputs too, fewer were slower.
private let outputBlock = 256

/// Up to so many rows, panels are walked one by one: their weights come straight from memory, and
/// rows that fill no tile fetch a part of the next panel's while those of this one are near.
private let fewRows = 48

/// Multiplies every row by every panel.
func quantizedProduct(_ product: QuantizedProduct) {
    let block = product.rows.rowCount > fewRows ? outputBlock : 16
    var output = 0
    while output < product.output.outputCount {
        let end = min(output &+ block, product.output.outputCount)
        eachTile(product, output, end)
        lastTile(product, output, end)
        output = end
    }
}

/// Every whole tile of rows times the panels of some outputs.
@inline(__always)
private func eachTile(_ product: QuantizedProduct, _ output: Int, _ end: Int) {
    let groups = product.rows.groupCount
    var row = 0
    while row < product.rows.tiledRows {
        let tile = product.rows.tile(at: row)
        eachPanel(product, output, end, row) { panel in
            if lanes_wide_tile() {
                twelveRows(panel, tile, groups)
            } else {
                fourRows(panel, tile, 0, 4, groups, fetch: prefetchDistance)
            }
        }
        row &+= ActivationTiles.tileRows
    }
}

/// The rows that fill no tile times the panels of some outputs.
@inline(__always)
private func lastTile(_ product: QuantizedProduct, _ output: Int, _ end: Int) {
    let first = product.rows.tiledRows
    let width = product.rows.rowCount &- first
    let tile = product.rows.tile(at: first)
    let groups = product.rows.groupCount
    let fetch = first == 0 ? prefetchDistance : product.panelStride
    var row = 0
    while row &+ 4 <= width {
        eachPanel(product, output, end, first &+ row) {
            fourRows($0, tile, row, width, groups, fetch: fetch)
        }
        row &+= 4
    }
    while row < width {
        eachPanel(product, output, end, first &+ row) { oneRow($0, tile, row, width, groups) }
        row &+= 1
    }
}

/// One panel, and where a tile's sums over it go.
private struct Panel {
    let weights: UnsafePointer<UInt8>
    let scales: UnsafePointer<UInt16>
    let target: UnsafeMutablePointer<Float>
    let stride: Int
    let outputs: Int
}

/// Calls the body with each panel of some outputs.
@inline(__always)
private func eachPanel(
    _ product: QuantizedProduct, _ first: Int, _ end: Int, _ row: Int, _ body: (Panel) -> Void
) {
    var output = first
    while output < end {
        let panel = product.panels + output / 16 &* product.panelStride
        body(
            Panel(
                weights: panel.assumingMemoryBound(to: UInt8.self),
                scales: (panel + product.rows.groupCount &* 512)
                    .assumingMemoryBound(to: UInt16.self),
                target: product.output.values + (row &* product.output.stride &+ output),
                stride: product.output.stride, outputs: min(16, end &- output)))
        output &+= 16
    }
}

/// Integer sums of four rows of one group.
private struct IntegerQuad {
    var a: SIMD16<Int32>
    var b: SIMD16<Int32>
    var c: SIMD16<Int32>
    var d: SIMD16<Int32>

    @inline(__always)
    init() {
        a = lanes_splat_integer(0)
        b = a
        c = a
        d = a
    }

    @inline(__always)
    mutating func add(_ other: IntegerQuad) {
        a = a &+ other.a
        b = b &+ other.b
        c = c &+ other.c
        d = d &+ other.d
    }

    @inline(__always)
    init(_ offsets: UnsafeRawPointer) {
        a = lanes_splat_integer(offsets.load(fromByteOffset: 0, as: Int32.self))
        b = lanes_splat_integer(offsets.load(fromByteOffset: 4, as: Int32.self))
        c = lanes_splat_integer(offsets.load(fromByteOffset: 8, as: Int32.self))
        d = lanes_splat_integer(offsets.load(fromByteOffset: 12, as: Int32.self))
    }

    @inline(__always)
    mutating func add(_ weights: SIMD64<UInt8>, _ blocks: UnsafeRawPointer) {
        a = lanes_dot(a, weights, blocks)
        b = lanes_dot(b, weights, blocks + ActivationTiles.blockBytes)
        c = lanes_dot(c, weights, blocks + 2 &* ActivationTiles.blockBytes)
        d = lanes_dot(d, weights, blocks + 3 &* ActivationTiles.blockBytes)
    }
}

/// Output sums of four rows.
private struct FloatQuad {
    var a = lanes_splat(0)
    var b = lanes_splat(0)
    var c = lanes_splat(0)
    var d = lanes_splat(0)

    @inline(__always)
    init() {}

    @inline(__always)
    mutating func add(
        _ sums: IntegerQuad, _ weightScales: SIMD16<Float>, _ scales: UnsafeRawPointer
    ) {
        a = scaled(sums.a, weightScales, scales, a)
        b = scaled(sums.b, weightScales, scales + 4, b)
        c = scaled(sums.c, weightScales, scales + 8, c)
        d = scaled(sums.d, weightScales, scales + 12, d)
    }

    @inline(__always)
    func store(_ panel: Panel, row: Int) {
        let target = panel.target + row &* panel.stride
        lanes_store_part(target, a, panel.outputs)
        lanes_store_part(target + panel.stride, b, panel.outputs)
        lanes_store_part(target + 2 &* panel.stride, c, panel.outputs)
        lanes_store_part(target + 3 &* panel.stride, d, panel.outputs)
    }
}

@inline(__always)
private func scaled(
    _ integers: SIMD16<Int32>, _ weightScales: SIMD16<Float>, _ scale: UnsafeRawPointer,
    _ sum: SIMD16<Float>
) -> SIMD16<Float> {
    let factor = lanes_splat(scale.load(as: Float.self))
    return lanes_multiply_add(lanes_from_integers(integers) * factor, weightScales, sum)
}

private func twelveRows(_ panel: Panel, _ tile: UnsafeRawPointer, _ groups: Int) {
    var one = FloatQuad()
    var two = FloatQuad()
    var three = FloatQuad()
    let quadBytes = 4 &* ActivationTiles.blockBytes
    var weights = panel.weights
    var blocks = tile
    var group = 0
    while group < groups {
        let scales = blocks + 24 &* quadBytes
        var first = IntegerQuad(scales + 48)
        var second = IntegerQuad(scales + 64)
        var third = IntegerQuad(scales + 80)
        var block = 0
        while block < 8 {
            let lanes = lanes_load_block(weights)
            lanes_prefetch(weights + prefetchDistance)
            first.add(lanes, blocks)
            second.add(lanes, blocks + quadBytes)
            third.add(lanes, blocks + 2 &* quadBytes)
            weights += 64
            blocks += 3 &* quadBytes
            block &+= 1
        }
        let factors = lanes_load_half(panel.scales + group &* 16)
        one.add(first, factors, scales)
        two.add(second, factors, scales + 16)
        three.add(third, factors, scales + 32)
        blocks += 96
        group &+= 1
    }
    one.store(panel, row: 0)
    two.store(panel, row: 4)
    three.store(panel, row: 8)
}

/// Four rows, from `row` on, of a tile of `width` rows.
///
/// Where registers allow, even and odd blocks have sums of their own: four chains alone would wait
/// for each other. The integers are exact, so that adding them up later changes no bit. Weights
/// are fetched `fetch` bytes ahead.
@inline(__always)
private func fourRows(
    _ panel: Panel, _ tile: UnsafeRawPointer, _ row: Int, _ width: Int, _ groups: Int, fetch: Int
) {
    var sums = FloatQuad()
    // Of the next panel three lines of eight: four rows leave no time for more.
    let isNear = fetch == prefetchDistance
    let blockStride = width &* ActivationTiles.blockBytes
    var weights = panel.weights
    var start = tile
    var group = 0
    while group < groups {
        let scales = start + (8 &* blockStride &+ 4 &* row)
        var blocks = UnsafeRawPointer(start + row &* ActivationTiles.blockBytes)
        var even = IntegerQuad(scales + 4 &* width)
        var odd = IntegerQuad()
        var block = 0
        while block < 8 {
            if isNear || block & 3 == 0 { lanes_prefetch(weights + fetch) }
            even.add(lanes_load_block(weights), blocks)
            if isNear || block == 2 { lanes_prefetch(weights + fetch + 64) }
            if lanes_wide_tile() {
                odd.add(lanes_load_block(weights + 64), blocks + blockStride)
            } else {
                even.add(lanes_load_block(weights + 64), blocks + blockStride)
            }
            weights += 128
            blocks += 2 &* blockStride
            block &+= 2
        }
        if lanes_wide_tile() { even.add(odd) }
        sums.add(even, lanes_load_half(panel.scales + group &* 16), scales)
        start += width &* ActivationTiles.rowGroupBytes
        group &+= 1
    }
    sums.store(panel, row: 0)
}

/// One row of a tile of `width` rows.
private func oneRow(
    _ panel: Panel, _ tile: UnsafeRawPointer, _ row: Int, _ width: Int, _ groups: Int
) {
    var sum = lanes_splat(0)
    let blockStride = width &* ActivationTiles.blockBytes
    var weights = panel.weights
    var start = tile
    var group = 0
    while group < groups {
        let scale = start + (8 &* blockStride &+ 4 &* row)
        var blocks = UnsafeRawPointer(start + row &* ActivationTiles.blockBytes)
        var integers = lanes_splat_integer(scale.load(fromByteOffset: 4 &* width, as: Int32.self))
        var block = 0
        while block < 8 {
            integers = lanes_dot(integers, lanes_load_block(weights), blocks)
            weights += 64
            blocks += blockStride
            block &+= 1
        }
        let factors = lanes_load_half(panel.scales + group &* 16)
        sum = scaled(integers, factors, scale, sum)
        start += width &* ActivationTiles.rowGroupBytes
        group &+= 1
    }
    lanes_store_part(panel.target, sum, panel.outputs)
}
