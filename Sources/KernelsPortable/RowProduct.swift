internal import CIntrinsics
internal import KernelTypes

// The product of rows as they lie with panels of single precision: for matrices with few outputs
// or few inputs, where putting rows into tiles would cost more than it saves. Each output is one
// plain chain of multiply-adds over the inputs in ascending order, which begins with what is there
// or with zero. Four rows take two panels at once, one row four panels: eight chains, or four, are
// in flight.

/// Multiplies rows by panels.
func rowProduct(_ product: RowProduct) {
    let count = product.output.outputCount
    var output = 0
    while output < count {
        let end = min(output &+ 64, count)
        var row = 0
        while row &+ 4 <= product.output.rowCount {
            fourRows(product, row, output, end)
            row &+= 4
        }
        while row < product.output.rowCount {
            oneRow(product, row, output, end)
            row &+= 1
        }
        output = end
    }
}

/// One panel, and where some rows' sums over it go.
private struct Strip {
    let weights: UnsafePointer<Float>
    let target: UnsafeMutablePointer<Float>
    let stride: Int
    let outputs: Int

    /// The panel of an output, out of those up to `end`, for rows from one on.
    @inline(__always)
    init(_ product: RowProduct, _ row: Int, _ output: Int, _ end: Int) {
        weights = (product.panels + output / 16 &* product.panelStride)
            .assumingMemoryBound(to: Float.self)
        target = product.output.values + (row &* product.output.stride &+ output)
        stride = product.output.stride
        outputs = min(16, end &- output)
    }

    /// The 16 weights of one input.
    @inline(__always)
    func load(_ input: Int) -> SIMD16<Float> { lanes_load(weights + input &* 16) }

    /// What a row's sums begin with.
    @inline(__always)
    func start(_ row: Int, adds: Bool) -> SIMD16<Float> {
        adds ? lanes_load_part(target + row &* stride, outputs) : lanes_splat(0)
    }

    @inline(__always)
    func store(_ sums: SIMD16<Float>, _ row: Int) {
        lanes_store_part(target + row &* stride, sums, outputs)
    }
}

/// Sums of four rows over one panel.
private struct FourSums {
    var a: SIMD16<Float>
    var b: SIMD16<Float>
    var c: SIMD16<Float>
    var d: SIMD16<Float>

    @inline(__always)
    init(_ strip: Strip, adds: Bool) {
        a = strip.start(0, adds: adds)
        b = strip.start(1, adds: adds)
        c = strip.start(2, adds: adds)
        d = strip.start(3, adds: adds)
    }

    /// Adds one input of the four rows, which lie `stride` floats apart.
    @inline(__always)
    mutating func add(_ weights: SIMD16<Float>, _ values: UnsafePointer<Float>, _ stride: Int) {
        a = lanes_multiply_add(weights, lanes_splat(values[0]), a)
        b = lanes_multiply_add(weights, lanes_splat(values[stride]), b)
        c = lanes_multiply_add(weights, lanes_splat(values[2 &* stride]), c)
        d = lanes_multiply_add(weights, lanes_splat(values[3 &* stride]), d)
    }

    @inline(__always)
    func store(_ strip: Strip) {
        strip.store(a, 0)
        strip.store(b, 1)
        strip.store(c, 2)
        strip.store(d, 3)
    }
}

/// Four rows times the panels of some outputs, two at a time.
private func fourRows(_ product: RowProduct, _ row: Int, _ first: Int, _ end: Int) {
    let values = product.values + row &* product.valueStride
    var output = first
    while output &+ 16 < end {
        let low = Strip(product, row, output, end)
        let high = Strip(product, row, output &+ 16, end)
        var lowSums = FourSums(low, adds: product.adds)
        var highSums = FourSums(high, adds: product.adds)
        var input = 0
        while input < product.inputCount {
            lowSums.add(low.load(input), values + input, product.valueStride)
            highSums.add(high.load(input), values + input, product.valueStride)
            input &+= 1
        }
        lowSums.store(low)
        highSums.store(high)
        output &+= 32
    }
    guard output < end else { return }
    let strip = Strip(product, row, output, end)
    var sums = FourSums(strip, adds: product.adds)
    var input = 0
    while input < product.inputCount {
        sums.add(strip.load(input), values + input, product.valueStride)
        input &+= 1
    }
    sums.store(strip)
}

/// One row times the panels of some outputs: four whole ones at once, or one after another.
private func oneRow(_ product: RowProduct, _ row: Int, _ first: Int, _ end: Int) {
    let values = product.values + row &* product.valueStride
    guard end &- first == 64 else {
        var output = first
        while output < end {
            onePanel(product, values, Strip(product, row, output, end))
            output &+= 16
        }
        return
    }
    let a = Strip(product, row, first, end)
    let b = Strip(product, row, first &+ 16, end)
    let c = Strip(product, row, first &+ 32, end)
    let d = Strip(product, row, first &+ 48, end)
    var aSums = a.start(0, adds: product.adds)
    var bSums = b.start(0, adds: product.adds)
    var cSums = c.start(0, adds: product.adds)
    var dSums = d.start(0, adds: product.adds)
    var input = 0
    while input < product.inputCount {
        let value = lanes_splat(values[input])
        aSums = lanes_multiply_add(a.load(input), value, aSums)
        bSums = lanes_multiply_add(b.load(input), value, bSums)
        cSums = lanes_multiply_add(c.load(input), value, cSums)
        dSums = lanes_multiply_add(d.load(input), value, dSums)
        input &+= 1
    }
    a.store(aSums, 0)
    b.store(bSums, 0)
    c.store(cSums, 0)
    d.store(dSums, 0)
}

@inline(__always)
private func onePanel(_ product: RowProduct, _ values: UnsafePointer<Float>, _ strip: Strip) {
    var sums = strip.start(0, adds: product.adds)
    var input = 0
    while input < product.inputCount {
        sums = lanes_multiply_add(strip.load(input), lanes_splat(values[input]), sums)
        input &+= 1
    }
    strip.store(sums, 0)
}
