internal import CIntrinsics
internal import KernelTypes

// The int8 product. Unrolled by hand in quads of rows: a loop over accumulators would keep them in
// memory instead of registers. Each row is the same chain in every tile, so its bits do not depend
// on the tile:
//     sum = 0; for each group: sum = fma(float(integer sum) * row scale, weight scale, sum)
//
// Weights come from memory once. The first rows to meet a panel fetch the next one into the
// second-level cache, line by line as they go: the processor's own prefetcher does not keep up with
// a tile that computes between its loads, and a nearer aim leaves reading and arithmetic in turns.

/// Outputs that are walked together by every tile of rows.
///
/// For 2,048 inputs their weights, half a mebibyte, stay in the second-level cache, and rows are
/// fetched from farther away but once for all of them. For more inputs too, fewer were slower.
private let outputBlock = 256

/// Up to so many rows, all of them meet a panel before the next one does.
private let fewRows = 48

/// Multiplies every row by every panel.
func quantizedProduct(_ product: QuantizedProduct) {
    if product.rows.rowCount > fewRows {
        multiplyMany(product)
    } else {
        eachQuantizedPanel(product, 0, product.output.outputCount) { multiplyFew(product.rows, $0) }
    }
}

/// Multiplies so many rows that they are walked once for a block of panels.
@inline(__always)
private func multiplyMany(_ product: QuantizedProduct) {
    let rows = product.rows
    var output = 0
    while output < product.output.outputCount {
        let end = min(output &+ outputBlock, product.output.outputCount)
        var row = 0
        while row < rows.tiledRows {
            eachQuantizedPanel(product, output, end) { wholeTile(rows, $0, row, fetches: row == 0) }
            row &+= ActivationTiles.tileRows
        }
        eachQuantizedPanel(product, output, end) { lastTile(rows, $0, 0, fetches: false) }
        output = end
    }
}

/// Multiplies few rows by one panel.
@inline(__always)
private func multiplyFew(_ rows: ActivationTiles, _ panel: QuantizedPanel) {
    var tiledRows = rows.tiledRows
    var done = 0
    var fetches = true
    if lanes_wide_tile() && tiledRows > 0 && rows.rowCount &- tiledRows >= 4 {
        tiledRows &-= ActivationTiles.tileRows
        sixteenRows(rows, panel, tiledRows)
        done = 4
        fetches = false
    }
    var row = 0
    while row < tiledRows {
        wholeTile(rows, panel, row, fetches: fetches)
        row &+= ActivationTiles.tileRows
        fetches = false
    }
    lastTile(rows, panel, done, fetches: fetches)
}

/// The whole tile that starts at a row times one panel.
@inline(__always)
private func wholeTile(_ rows: ActivationTiles, _ panel: QuantizedPanel, _ row: Int, fetches: Bool)
{
    let target = panel.from(row)
    if lanes_wide_tile() {
        twelveRows(target, rows.tile(at: row), rows.groupCount, fetches: fetches)
    } else {
        fourRows(target, rows.tile(at: row), 0, 4, rows.groupCount, fetches: fetches)
    }
}

/// The rows that fill no tile, but for the first ones that are done, times one panel.
@inline(__always)
private func lastTile(_ rows: ActivationTiles, _ panel: QuantizedPanel, _ done: Int, fetches: Bool)
{
    let first = rows.tiledRows
    let width = rows.rowCount &- first
    let tile = rows.tile(at: first)
    let groups = rows.groupCount
    var fetches = fetches
    var row = done
    while lanes_wide_tile() && row &+ 8 <= width {
        eightRows(panel.from(first &+ row), tile, row, width, groups, fetches: fetches)
        row &+= 8
        fetches = false
    }
    while row &+ 4 <= width {
        fourRows(panel.from(first &+ row), tile, row, width, groups, fetches: fetches)
        row &+= 4
        fetches = false
    }
    while row < width {
        oneRow(panel.from(first &+ row), tile, row, width, groups, fetches: fetches)
        row &+= 1
        fetches = false
    }
}

extension QuantizedPanel {
    /// Fetches what the next panel has in the place of a line of this one.
    @inline(__always)
    fileprivate func fetchNext(_ line: UnsafePointer<UInt8>) { lanes_prefetch_far(line + length) }
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

    /// Adds one group of four rows, from `row` on, of a tile of `width` rows.
    ///
    /// Where registers allow, even and odd blocks have sums of their own: four chains alone would
    /// wait for each other. The integers are exact, so that adding them up later changes no bit.
    @inline(__always)
    mutating func addGroup(
        _ panel: UnsafePointer<UInt8>, _ start: UnsafeRawPointer, _ row: Int, _ width: Int,
        _ weightScales: UnsafePointer<UInt16>, _ fetch: (UnsafePointer<UInt8>) -> Void
    ) {
        let blockStride = width &* ActivationTiles.blockBytes
        let scales = start + (8 &* blockStride &+ 4 &* row)
        var weights = panel
        var blocks = start + row &* ActivationTiles.blockBytes
        var even = IntegerQuad(scales + 4 &* width)
        var odd = IntegerQuad()
        var block = 0
        while block < 8 {
            fetch(weights)
            even.add(lanes_load_block(weights), blocks)
            fetch(weights + 64)
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
        add(even, lanes_load_half(weightScales), scales)
    }

    @inline(__always)
    func store(_ panel: QuantizedPanel, row: Int) {
        let target = panel.target + row &* panel.stride
        lanes_store_part(target, a, panel.outputs)
        lanes_store_part(target + panel.stride, b, panel.outputs)
        lanes_store_part(target + 2 &* panel.stride, c, panel.outputs)
        lanes_store_part(target + 3 &* panel.stride, d, panel.outputs)
    }
}

/// Output sums of a whole tile of twelve rows.
private struct FloatDozen {
    var one = FloatQuad()
    var two = FloatQuad()
    var three = FloatQuad()

    @inline(__always)
    init() {}

    /// Adds one group; `fetch` is told of every line of weights.
    @inline(__always)
    mutating func addGroup(
        _ panel: UnsafePointer<UInt8>, _ tile: UnsafeRawPointer,
        _ weightScales: UnsafePointer<UInt16>, _ fetch: (UnsafePointer<UInt8>) -> Void
    ) {
        let quadBytes = 4 &* ActivationTiles.blockBytes
        let scales = tile + 24 &* quadBytes
        var first = IntegerQuad(scales + 48)
        var second = IntegerQuad(scales + 64)
        var third = IntegerQuad(scales + 80)
        var weights = panel
        var blocks = tile
        var block = 0
        while block < 8 {
            let lanes = lanes_load_block(weights)
            fetch(weights)
            first.add(lanes, blocks)
            second.add(lanes, blocks + quadBytes)
            third.add(lanes, blocks + 2 &* quadBytes)
            weights += 64
            blocks += 3 &* quadBytes
            block &+= 1
        }
        let factors = lanes_load_half(weightScales)
        one.add(first, factors, scales)
        two.add(second, factors, scales + 16)
        three.add(third, factors, scales + 32)
    }

    @inline(__always)
    func store(_ panel: QuantizedPanel) {
        one.store(panel, row: 0)
        two.store(panel, row: 4)
        three.store(panel, row: 8)
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

/// A whole tile of twelve rows.
private func twelveRows(
    _ panel: QuantizedPanel, _ tile: UnsafeRawPointer, _ groups: Int, fetches: Bool
) {
    var sums = FloatDozen()
    var weights = panel.weights
    var blocks = tile
    var group = 0
    while group < groups {
        let scales = panel.scales + group &* 16
        sums.addGroup(weights, blocks, scales) { if fetches { panel.fetchNext($0) } }
        weights += 512
        blocks += 12 &* ActivationTiles.rowGroupBytes
        group &+= 1
    }
    sums.store(panel)
}

/// A whole tile and the first four rows of the one behind it, which is the last: both meet a group
/// of weights while it is in the nearest cache.
///
/// Sums of sixteen rows and twelve integers, or eight, are what the registers hold.
private func sixteenRows(_ rows: ActivationTiles, _ panel: QuantizedPanel, _ row: Int) {
    let width = rows.rowCount &- rows.tiledRows
    var dozen = FloatDozen()
    var rest = FloatQuad()
    var weights = panel.weights
    var blocks = UnsafeRawPointer(rows.tile(at: row))
    var restBlocks = UnsafeRawPointer(rows.tile(at: rows.tiledRows))
    var group = 0
    while group < rows.groupCount {
        let scales = panel.scales + group &* 16
        dozen.addGroup(weights, blocks, scales) { panel.fetchNext($0) }
        rest.addGroup(weights, restBlocks, 0, width, scales) { _ in }
        weights += 512
        blocks += 12 &* ActivationTiles.rowGroupBytes
        restBlocks += width &* ActivationTiles.rowGroupBytes
        group &+= 1
    }
    dozen.store(panel.from(row))
    rest.store(panel.from(rows.tiledRows), row: 0)
}

/// Eight rows, from `row` on, of a tile of `width` rows.
private func eightRows(
    _ panel: QuantizedPanel, _ tile: UnsafeRawPointer, _ row: Int, _ width: Int, _ groups: Int,
    fetches: Bool
) {
    var low = FloatQuad()
    var high = FloatQuad()
    var weights = panel.weights
    var start = tile
    var group = 0
    while group < groups {
        let scales = panel.scales + group &* 16
        low.addGroup(weights, start, row, width, scales) { if fetches { panel.fetchNext($0) } }
        high.addGroup(weights, start, row &+ 4, width, scales) { _ in }
        weights += 512
        start += width &* ActivationTiles.rowGroupBytes
        group &+= 1
    }
    low.store(panel, row: 0)
    high.store(panel, row: 4)
}

/// Four rows, from `row` on, of a tile of `width` rows.
private func fourRows(
    _ panel: QuantizedPanel, _ tile: UnsafeRawPointer, _ row: Int, _ width: Int, _ groups: Int,
    fetches: Bool
) {
    var sums = FloatQuad()
    var weights = panel.weights
    var start = tile
    var group = 0
    while group < groups {
        let scales = panel.scales + group &* 16
        sums.addGroup(weights, start, row, width, scales) { if fetches { panel.fetchNext($0) } }
        weights += 512
        start += width &* ActivationTiles.rowGroupBytes
        group &+= 1
    }
    sums.store(panel, row: 0)
}

/// One row of a tile of `width` rows.
private func oneRow(
    _ panel: QuantizedPanel, _ tile: UnsafeRawPointer, _ row: Int, _ width: Int, _ groups: Int,
    fetches: Bool
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
            if fetches { panel.fetchNext(weights) }
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
