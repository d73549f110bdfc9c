internal import CIntrinsics
internal import KernelTypes

// The products of single and half precision. Each output is one plain chain of multiply-adds over
// the inputs in ascending order, so a zero input leaves the sum as it was. Unrolled by hand like
// the int8 product; one row walks four panels at once to have four chains in flight.

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

/// Walks four panels at a time, so that they are read from memory once and from the cache for
/// every further tile of rows.
@inline(__always)
private func multiply(_ product: FloatProduct, half: Bool) {
    let rowCount = product.output.rowCount
    let tiledRows = rowCount &- rowCount % 4
    var output = 0
    while output < product.output.outputCount {
        let end = min(output &+ 64, product.output.outputCount)
        var next = output
        while next < end {
            tiles(product, next, tiledRows, half: half)
            next &+= 16
        }
        var row = tiledRows
        while row < rowCount {
            oneRow(product, row, output, end, half: half)
            row &+= 1
        }
        output = end
    }
}

/// The first rows, a multiple of four, times the panel of one output and those after it.
@inline(__always)
private func tiles(_ product: FloatProduct, _ output: Int, _ rowCount: Int, half: Bool) {
    let panel = product.panels + output / 16 &* product.panelStride
    let target = product.output.values + output
    let outputs = min(16, product.output.outputCount &- output)
    var row = 0
    while lanes_wide_tile() && row &+ 12 <= rowCount {
        twelveRows(product, panel, row, target, outputs, half: half)
        row &+= 12
    }
    while row < rowCount {
        fourRows(product, panel, row, target, outputs, half: half)
        row &+= 4
    }
}

/// The 16 weights of one input.
@inline(__always)
private func weights(_ panel: UnsafeRawPointer, _ input: Int, half: Bool) -> SIMD16<Float> {
    half
        ? lanes_load_half(panel.assumingMemoryBound(to: UInt16.self) + input &* 16)
        : lanes_load(panel.assumingMemoryBound(to: Float.self) + input &* 16)
}

@inline(__always)
private func prefetch(_ panel: UnsafeRawPointer, _ input: Int, half: Bool) {
    lanes_prefetch(panel + (input &* (half ? 32 : 64) &+ prefetchDistance))
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
    mutating func add(_ lanes: SIMD16<Float>, _ inputs: UnsafePointer<Float>, _ stride: Int) {
        a = lanes_multiply_add(lanes, lanes_splat(inputs[0]), a)
        b = lanes_multiply_add(lanes, lanes_splat(inputs[stride]), b)
        c = lanes_multiply_add(lanes, lanes_splat(inputs[2 &* stride]), c)
        d = lanes_multiply_add(lanes, lanes_splat(inputs[3 &* stride]), d)
    }

    @inline(__always)
    func store(_ target: UnsafeMutablePointer<Float>, _ stride: Int, _ count: Int) {
        lanes_store_part(target, a, count)
        lanes_store_part(target + stride, b, count)
        lanes_store_part(target + 2 &* stride, c, count)
        lanes_store_part(target + 3 &* stride, d, count)
    }
}

@inline(__always)
private func twelveRows(
    _ product: FloatProduct, _ panel: UnsafeRawPointer, _ row: Int,
    _ target: UnsafeMutablePointer<Float>, _ outputs: Int, half: Bool
) {
    let stride = product.rowStride
    let inputs = product.rows + row &* stride
    var first = Quad()
    var second = Quad()
    var third = Quad()
    var input = 0
    while input < product.inputCount {
        let lanes = weights(panel, input, half: half)
        if row == 0 { prefetch(panel, input, half: half) }
        first.add(lanes, inputs + input, stride)
        second.add(lanes, inputs + 4 &* stride + input, stride)
        third.add(lanes, inputs + 8 &* stride + input, stride)
        input &+= 1
    }
    let outputStride = product.output.stride
    let start = target + row &* outputStride
    first.store(start, outputStride, outputs)
    second.store(start + 4 &* outputStride, outputStride, outputs)
    third.store(start + 8 &* outputStride, outputStride, outputs)
}

@inline(__always)
private func fourRows(
    _ product: FloatProduct, _ panel: UnsafeRawPointer, _ row: Int,
    _ target: UnsafeMutablePointer<Float>, _ outputs: Int, half: Bool
) {
    let stride = product.rowStride
    let inputs = product.rows + row &* stride
    var sums = Quad()
    var input = 0
    while input < product.inputCount {
        if row == 0 { prefetch(panel, input, half: half) }
        sums.add(weights(panel, input, half: half), inputs + input, stride)
        input &+= 1
    }
    sums.store(target + row &* product.output.stride, product.output.stride, outputs)
}

/// One row times the panels of at most 64 outputs.
@inline(__always)
private func oneRow(
    _ product: FloatProduct, _ row: Int, _ first: Int, _ end: Int, half: Bool
) {
    let inputs = product.rows + row &* product.rowStride
    let target = product.output.values + row &* product.output.stride
    if end &- first == 64 {
        onePanelQuad(product, inputs, target, first, half: half)
        return
    }
    var output = first
    while output < end {
        let panel = product.panels + output / 16 &* product.panelStride
        var sum = lanes_splat(0)
        var input = 0
        while input < product.inputCount {
            let lanes = weights(panel, input, half: half)
            sum = lanes_multiply_add(lanes, lanes_splat(inputs[input]), sum)
            input &+= 1
        }
        lanes_store_part(target + output, sum, min(16, end &- output))
        output &+= 16
    }
}

/// One row times four whole panels.
@inline(__always)
private func onePanelQuad(
    _ product: FloatProduct, _ inputs: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    _ output: Int, half: Bool
) {
    let stride = product.panelStride
    let panel = product.panels + output / 16 &* stride
    var a = lanes_splat(0)
    var b = lanes_splat(0)
    var c = lanes_splat(0)
    var d = lanes_splat(0)
    var input = 0
    while input < product.inputCount {
        let value = lanes_splat(inputs[input])
        a = lanes_multiply_add(weights(panel, input, half: half), value, a)
        b = lanes_multiply_add(weights(panel + stride, input, half: half), value, b)
        c = lanes_multiply_add(weights(panel + 2 &* stride, input, half: half), value, c)
        d = lanes_multiply_add(weights(panel + 3 &* stride, input, half: half), value, d)
        input &+= 1
    }
    lanes_store(target + output, a)
    lanes_store(target + output + 16, b)
    lanes_store(target + output + 32, c)
    lanes_store(target + output + 48, d)
}
