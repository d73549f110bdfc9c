internal import CIntrinsics
internal import KernelTypes

// The int8 product. Unrolled by hand in quads of rows: a loop over accumulators would keep them in
// memory instead of registers. Tiles are 12 rows (24 accumulators of the 32 registers), 4 rows or
// one; each row is the same chain in all of them, so its bits do not depend on the tile:
//     sum = 0; for each group: sum = fma(float(integer sum), weight scale * row scale, sum)

/// How far ahead of a tile's arithmetic weights are fetched: panels lie one after another, and the
/// processor's own prefetcher does not keep up with a tile that computes between its loads.
private let prefetchDistance = 4096

/// Multiplies every row by every panel.
///
/// Walks four panels at a time: they stay in the second-level cache while a tile's activations,
/// in the first-level cache, meet all four of them.
func quantizedProduct(_ product: QuantizedProduct) {
    let rowCount = product.output.rowCount
    var output = 0
    while output < product.output.outputCount {
        let end = min(output &+ 64, product.output.outputCount)
        var row = 0
        while lanes_wide_tile() && row &+ 12 <= rowCount {
            eachPanel(product, output, end) {
                twelveRows(product, $0, Rows(product, row), $1, $2)
            }
            row &+= 12
        }
        while row &+ 4 <= rowCount {
            eachPanel(product, output, end) {
                fourRows(product, $0, Rows(product, row), $1, $2)
            }
            row &+= 4
        }
        while row < rowCount {
            eachPanel(product, output, end) {
                oneRow(product, $0, Rows(product, row), $1, $2)
            }
            row &+= 1
        }
        output = end
    }
}

/// Calls the body with each panel of some outputs, where its first output goes and their number.
@inline(__always)
private func eachPanel(
    _ product: QuantizedProduct, _ first: Int, _ end: Int,
    _ body: (UnsafeRawPointer, UnsafeMutablePointer<Float>, Int) -> Void
) {
    var output = first
    while output < end {
        body(
            product.panels + output / 16 &* product.panelStride, product.output.values + output,
            min(16, end &- output))
        output &+= 16
    }
}

/// What a tile reads of its rows, from its first row on.
private struct Rows {
    let index: Int
    let blocks: UnsafeRawPointer
    let scales: UnsafePointer<Float>
    let offsets: UnsafePointer<Int32>

    @inline(__always)
    init(_ product: QuantizedProduct, _ row: Int) {
        index = row
        blocks = product.blocks + row &* product.blockStride
        scales = product.scales + row &* product.groupStride
        offsets = product.offsets + row &* product.groupStride
    }
}

/// Integer sums of four rows of one group.
private struct IntegerQuad {
    var a: SIMD16<Int32>
    var b: SIMD16<Int32>
    var c: SIMD16<Int32>
    var d: SIMD16<Int32>

    @inline(__always)
    init(_ offsets: UnsafePointer<Int32>, _ stride: Int) {
        a = lanes_splat_integer(offsets[0])
        b = lanes_splat_integer(offsets[stride])
        c = lanes_splat_integer(offsets[2 &* stride])
        d = lanes_splat_integer(offsets[3 &* stride])
    }

    @inline(__always)
    mutating func add(_ weights: SIMD64<UInt8>, _ blocks: UnsafeRawPointer, _ stride: Int) {
        a = lanes_dot(a, weights, blocks)
        b = lanes_dot(b, weights, blocks + stride)
        c = lanes_dot(c, weights, blocks + 2 &* stride)
        d = lanes_dot(d, weights, blocks + 3 &* stride)
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
        _ sums: IntegerQuad, _ weightScales: SIMD16<Float>, _ scales: UnsafePointer<Float>,
        _ stride: Int
    ) {
        a = scaled(sums.a, weightScales, scales[0], a)
        b = scaled(sums.b, weightScales, scales[stride], b)
        c = scaled(sums.c, weightScales, scales[2 &* stride], c)
        d = scaled(sums.d, weightScales, scales[3 &* stride], d)
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
private func scaled(
    _ integers: SIMD16<Int32>, _ weightScales: SIMD16<Float>, _ scale: Float, _ sum: SIMD16<Float>
) -> SIMD16<Float> {
    lanes_multiply_add(lanes_from_integers(integers), weightScales * lanes_splat(scale), sum)
}

@inline(__always)
private func weightScales(_ product: QuantizedProduct, _ panel: UnsafeRawPointer)
    -> UnsafePointer<UInt16>
{
    (panel + product.groupCount &* 512).assumingMemoryBound(to: UInt16.self)
}

private func twelveRows(
    _ product: QuantizedProduct, _ panel: UnsafeRawPointer, _ rows: Rows,
    _ target: UnsafeMutablePointer<Float>, _ outputs: Int
) {
    let scaleTable = weightScales(product, panel)
    let stride = product.blockStride
    let groupStride = product.groupStride
    let blockBytes = lanes_activation_block_bytes()
    var first = FloatQuad()
    var second = FloatQuad()
    var third = FloatQuad()
    var weights = panel.assumingMemoryBound(to: UInt8.self)
    var blocks = rows.blocks
    var group = 0
    while group < product.groupCount {
        let offsets = rows.offsets + group
        var one = IntegerQuad(offsets, groupStride)
        var two = IntegerQuad(offsets + 4 &* groupStride, groupStride)
        var three = IntegerQuad(offsets + 8 &* groupStride, groupStride)
        var block = 0
        while block < 8 {
            let lanes = lanes_load_block(weights)
            lanes_prefetch(weights + prefetchDistance)
            one.add(lanes, blocks, stride)
            two.add(lanes, blocks + 4 &* stride, stride)
            three.add(lanes, blocks + 8 &* stride, stride)
            weights += 64
            blocks += blockBytes
            block &+= 1
        }
        let factors = lanes_load_half(scaleTable + group &* 16)
        let scales = rows.scales + group
        first.add(one, factors, scales, groupStride)
        second.add(two, factors, scales + 4 &* groupStride, groupStride)
        third.add(three, factors, scales + 8 &* groupStride, groupStride)
        group &+= 1
    }
    let outputStride = product.output.stride
    let start = target + rows.index &* outputStride
    first.store(start, outputStride, outputs)
    second.store(start + 4 &* outputStride, outputStride, outputs)
    third.store(start + 8 &* outputStride, outputStride, outputs)
}

private func fourRows(
    _ product: QuantizedProduct, _ panel: UnsafeRawPointer, _ rows: Rows,
    _ target: UnsafeMutablePointer<Float>, _ outputs: Int
) {
    let scaleTable = weightScales(product, panel)
    let blockBytes = lanes_activation_block_bytes()
    var sums = FloatQuad()
    var weights = panel.assumingMemoryBound(to: UInt8.self)
    var blocks = rows.blocks
    var group = 0
    while group < product.groupCount {
        var integers = IntegerQuad(rows.offsets + group, product.groupStride)
        var block = 0
        while block < 8 {
            lanes_prefetch(weights + prefetchDistance)
            integers.add(lanes_load_block(weights), blocks, product.blockStride)
            weights += 64
            blocks += blockBytes
            block &+= 1
        }
        let factors = lanes_load_half(scaleTable + group &* 16)
        sums.add(integers, factors, rows.scales + group, product.groupStride)
        group &+= 1
    }
    let outputStride = product.output.stride
    sums.store(target + rows.index &* outputStride, outputStride, outputs)
}

private func oneRow(
    _ product: QuantizedProduct, _ panel: UnsafeRawPointer, _ rows: Rows,
    _ target: UnsafeMutablePointer<Float>, _ outputs: Int
) {
    let scaleTable = weightScales(product, panel)
    let blockBytes = lanes_activation_block_bytes()
    var sum = lanes_splat(0)
    var weights = panel.assumingMemoryBound(to: UInt8.self)
    var blocks = rows.blocks
    var group = 0
    while group < product.groupCount {
        var integers = lanes_splat_integer(rows.offsets[group])
        var block = 0
        while block < 8 {
            integers = lanes_dot(integers, lanes_load_block(weights), blocks)
            weights += 64
            blocks += blockBytes
            block &+= 1
        }
        let factors = lanes_load_half(scaleTable + group &* 16)
        sum = scaled(integers, factors, rows.scales[group], sum)
        group &+= 1
    }
    lanes_store_part(target + rows.index &* product.output.stride, sum, outputs)
}
