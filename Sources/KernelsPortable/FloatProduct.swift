internal import CIntrinsics
internal import KernelTypes

// The products of single and half precision. Each output is one plain chain of multiply-adds over
// the inputs in ascending order, so a zero input leaves the sum as it was. Unrolled by hand like
// the int8 product. A tile of 12 rows takes two panels at once: 24 sums share 12 inputs and two
// weights, where a single panel would load more often than it multiplies. One row walks four
// panels to have four chains in flight.

/// Multiplies every row by every panel of single precision.
func singleProduct(_ product: FloatProduct) {
    multiply(product, half: false)
}

/// Multiplies every row by every panel of half precision, each weight widened exactly.
func halfProduct(_ product: FloatProduct) {
    multiply(product, half: true)
}

/// How far ahead of the first tile's arithmetic weights are fetched; later tiles find them cached.
private let prefetchDistance = 4096

/// Outputs that are walked together by every tile of rows, like those of the int8 product.
private let outputBlock = 128

@inline(__always)
private func multiply(_ product: FloatProduct, half: Bool) {
    let rows = product.rows
    var output = 0
    while output < product.output.outputCount {
        let end = min(output &+ outputBlock, product.output.outputCount)
        var row = 0
        while row < rows.tiledRows {
            if lanes_wide_tile() {
                twelveRows(product, row, output, end, half: half)
            } else {
                eachPanel(product, output, end, row) {
                    fourRows($0, rows.tile(at: row), 4, rows.inputCount, half: half)
                }
            }
            row &+= ActivationTiles.tileRows
        }
        lastTile(product, output, end, half: half)
        output = end
    }
}

/// The rows that fill no tile times the panels of some outputs.
@inline(__always)
private func lastTile(_ product: FloatProduct, _ output: Int, _ end: Int, half: Bool) {
    let first = product.rows.tiledRows
    let width = product.rows.rowCount &- first
    let tile = product.rows.tile(at: first)
    var row = 0
    while lanes_wide_tile() && row &+ 8 <= width {
        eightRows(product, first &+ row, tile + row, output, end, half: half)
        row &+= 8
    }
    while row &+ 4 <= width {
        fourRows(product, first &+ row, tile + row, output, end, half: half)
        row &+= 4
    }
    while row < width {
        oneRow(product, row, output, end, half: half)
        row &+= 1
    }
}

/// One panel, and where a tile's sums over it go.
private struct Panel {
    let weights: UnsafeRawPointer
    let target: UnsafeMutablePointer<Float>
    let stride: Int
    let outputs: Int
    /// Whether this is the first tile, which finds the weights in memory.
    let isFirst: Bool

    /// The same for sums that begin some rows later, which find the weights cached.
    @inline(__always)
    func from(_ row: Int) -> Panel {
        Panel(
            weights: weights, target: target + row &* stride, stride: stride, outputs: outputs,
            isFirst: false)
    }

    /// The 16 weights of one input.
    @inline(__always)
    func load(_ input: Int, half: Bool) -> SIMD16<Float> {
        widened(weights, input, half: half)
    }

    @inline(__always)
    func prefetch(_ input: Int, half: Bool) {
        if isFirst { lanes_prefetch(weights + (input &* (half ? 32 : 64) &+ prefetchDistance)) }
    }
}

extension Panel {
    /// The panel of an output, out of those up to `end`, for the tile from a row on.
    @inline(__always)
    init(_ product: FloatProduct, _ row: Int, _ output: Int, _ end: Int) {
        weights = product.panels + output / 16 &* product.panelStride
        target = product.output.values + (row &* product.output.stride &+ output)
        stride = product.output.stride
        outputs = min(16, end &- output)
        isFirst = row == 0
    }
}

/// The 16 weights of one input.
@inline(__always)
private func widened(_ panel: UnsafeRawPointer, _ input: Int, half: Bool) -> SIMD16<Float> {
    half
        ? lanes_load_half(panel.assumingMemoryBound(to: UInt16.self) + input &* 16)
        : lanes_load(panel.assumingMemoryBound(to: Float.self) + input &* 16)
}

/// Calls the body with each panel of some outputs.
@inline(__always)
private func eachPanel(
    _ product: FloatProduct, _ first: Int, _ end: Int, _ row: Int, _ body: (Panel) -> Void
) {
    var output = first
    while output < end {
        body(Panel(product, row, output, end))
        output &+= 16
    }
}

/// Output sums of four rows.
private struct Quad {
    var a = lanes_splat(0)
    var b = lanes_splat(0)
    var c = lanes_splat(0)
    var d = lanes_splat(0)

    @inline(__always)
    init() {}

    @inline(__always)
    mutating func add(_ lanes: SIMD16<Float>, _ inputs: UnsafePointer<Float>) {
        a = lanes_multiply_add(lanes, lanes_splat(inputs[0]), a)
        b = lanes_multiply_add(lanes, lanes_splat(inputs[1]), b)
        c = lanes_multiply_add(lanes, lanes_splat(inputs[2]), c)
        d = lanes_multiply_add(lanes, lanes_splat(inputs[3]), d)
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

/// Output sums of four rows for two panels.
private struct QuadPair {
    var low = Quad()
    var high = Quad()

    @inline(__always)
    init() {}

    @inline(__always)
    mutating func add(
        _ weights: (SIMD16<Float>, SIMD16<Float>), _ inputs: UnsafePointer<Float>
    ) {
        low.add(weights.0, inputs)
        high.add(weights.1, inputs)
    }

    @inline(__always)
    func store(_ low: Panel, _ high: Panel, row: Int) {
        self.low.store(low, row: row)
        self.high.store(high, row: row)
    }
}

/// A whole tile of 12 rows times the panels of some outputs, two at a time.
@inline(__always)
private func twelveRows(
    _ product: FloatProduct, _ row: Int, _ first: Int, _ end: Int, half: Bool
) {
    let (tile, inputs) = (product.rows.tile(at: row), product.rows.inputCount)
    var output = first
    while output &+ 16 < end {
        let low = Panel(product, row, output, end)
        twelveByTwo(low, Panel(product, row, output &+ 16, end), tile, inputs, half: half)
        output &+= 32
    }
    if output < end { twelveByOne(Panel(product, row, output, end), tile, inputs, half: half) }
}

private func twelveByTwo(
    _ low: Panel, _ high: Panel, _ tile: UnsafePointer<Float>, _ inputCount: Int, half: Bool
) {
    var one = QuadPair()
    var two = QuadPair()
    var three = QuadPair()
    var rows = tile
    var input = 0
    while input < inputCount {
        let weights = (low.load(input, half: half), high.load(input, half: half))
        low.prefetch(input, half: half)
        high.prefetch(input, half: half)
        one.add(weights, rows)
        two.add(weights, rows + 4)
        three.add(weights, rows + 8)
        rows += 12
        input &+= 1
    }
    one.store(low, high, row: 0)
    two.store(low, high, row: 4)
    three.store(low, high, row: 8)
}

private func twelveByOne(
    _ panel: Panel, _ tile: UnsafePointer<Float>, _ inputCount: Int, half: Bool
) {
    var first = Quad()
    var second = Quad()
    var third = Quad()
    var rows = tile
    var input = 0
    while input < inputCount {
        let lanes = panel.load(input, half: half)
        panel.prefetch(input, half: half)
        first.add(lanes, rows)
        second.add(lanes, rows + 4)
        third.add(lanes, rows + 8)
        rows += 12
        input &+= 1
    }
    first.store(panel, row: 0)
    second.store(panel, row: 4)
    third.store(panel, row: 8)
}

/// Eight rows of the last tile times the panels of some outputs, two at a time.
@inline(__always)
private func eightRows(
    _ product: FloatProduct, _ row: Int, _ tile: UnsafePointer<Float>, _ first: Int, _ end: Int,
    half: Bool
) {
    let (width, inputs) = (product.rows.rowCount &- product.rows.tiledRows, product.rows.inputCount)
    var output = first
    while output &+ 16 < end {
        let low = Panel(product, row, output, end)
        eightByTwo(low, Panel(product, row, output &+ 16, end), tile, width, inputs, half: half)
        output &+= 32
    }
    guard output < end else { return }
    let last = Panel(product, row, output, end)
    fourRows(last, tile, width, inputs, half: half)
    fourRows(last.from(4), tile + 4, width, inputs, half: half)
}

private func eightByTwo(
    _ low: Panel, _ high: Panel, _ tile: UnsafePointer<Float>, _ width: Int, _ inputCount: Int,
    half: Bool
) {
    var one = QuadPair()
    var two = QuadPair()
    var rows = tile
    var input = 0
    while input < inputCount {
        let weights = (low.load(input, half: half), high.load(input, half: half))
        low.prefetch(input, half: half)
        high.prefetch(input, half: half)
        one.add(weights, rows)
        two.add(weights, rows + 4)
        rows += width
        input &+= 1
    }
    one.store(low, high, row: 0)
    two.store(low, high, row: 4)
}

/// Four rows of the last tile times the panels of some outputs: where registers allow, two at a
/// time, since four chains alone would wait for each other.
@inline(__always)
private func fourRows(
    _ product: FloatProduct, _ row: Int, _ tile: UnsafePointer<Float>, _ first: Int, _ end: Int,
    half: Bool
) {
    let (width, inputs) = (product.rows.rowCount &- product.rows.tiledRows, product.rows.inputCount)
    var output = first
    while lanes_wide_tile() && output &+ 16 < end {
        let low = Panel(product, row, output, end)
        fourByTwo(low, Panel(product, row, output &+ 16, end), tile, width, inputs, half: half)
        output &+= 32
    }
    eachPanel(product, output, end, row) { fourRows($0, tile, width, inputs, half: half) }
}

private func fourByTwo(
    _ low: Panel, _ high: Panel, _ tile: UnsafePointer<Float>, _ width: Int, _ inputCount: Int,
    half: Bool
) {
    var sums = QuadPair()
    var rows = tile
    var input = 0
    while input < inputCount {
        low.prefetch(input, half: half)
        high.prefetch(input, half: half)
        sums.add((low.load(input, half: half), high.load(input, half: half)), rows)
        rows += width
        input &+= 1
    }
    sums.store(low, high, row: 0)
}

/// Four rows of a tile of `width` rows.
@inline(__always)
private func fourRows(
    _ panel: Panel, _ tile: UnsafePointer<Float>, _ width: Int, _ inputCount: Int, half: Bool
) {
    var sums = Quad()
    var rows = tile
    var input = 0
    while input < inputCount {
        panel.prefetch(input, half: half)
        sums.add(panel.load(input, half: half), rows)
        rows += width
        input &+= 1
    }
    sums.store(panel, row: 0)
}

/// One row of the last tile times the panels of some outputs, four at a time.
@inline(__always)
private func oneRow(
    _ product: FloatProduct, _ row: Int, _ first: Int, _ end: Int, half: Bool
) {
    var output = first
    while output &+ 64 <= end {
        fourPanels(product, row, output, half: half)
        output &+= 64
    }
    let start = product.rows.tiledRows
    let width = product.rows.rowCount &- start
    let tile = product.rows.tile(at: start) + row
    eachPanel(product, output, end, start &+ row) { panel in
        var sum = lanes_splat(0)
        var input = 0
        while input < product.rows.inputCount {
            let value = lanes_splat(tile[input &* width])
            sum = lanes_multiply_add(panel.load(input, half: half), value, sum)
            input &+= 1
        }
        lanes_store_part(panel.target, sum, panel.outputs)
    }
}

/// One row of the last tile times four whole panels.
@inline(__always)
private func fourPanels(_ product: FloatProduct, _ row: Int, _ output: Int, half: Bool) {
    let start = product.rows.tiledRows
    let width = product.rows.rowCount &- start
    let stride = product.panelStride
    let panel = product.panels + output / 16 &* stride
    let target = product.output.values + ((start &+ row) &* product.output.stride &+ output)
    var rows = product.rows.tile(at: start) + row
    var sums = Quad()
    var input = 0
    while input < product.rows.inputCount {
        let value = lanes_splat(rows[0])
        sums.a = lanes_multiply_add(widened(panel, input, half: half), value, sums.a)
        sums.b = lanes_multiply_add(widened(panel + stride, input, half: half), value, sums.b)
        sums.c = lanes_multiply_add(widened(panel + 2 &* stride, input, half: half), value, sums.c)
        sums.d = lanes_multiply_add(widened(panel + 3 &* stride, input, half: half), value, sums.d)
        rows += width
        input &+= 1
    }
    lanes_store(target, sums.a)
    lanes_store(target + 16, sums.b)
    lanes_store(target + 32, sums.c)
    lanes_store(target + 48, sums.d)
}
