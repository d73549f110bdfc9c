internal import KernelTypes

/// One panel, and where a tile's sums over it go.
struct QuantizedPanel {
    let weights: UnsafePointer<UInt8>
    let scales: UnsafePointer<UInt16>
    /// Bytes to the next panel.
    let length: Int
    let target: UnsafeMutablePointer<Float>
    let stride: Int
    let outputs: Int

    /// The same for sums that begin with another row.
    @inline(__always)
    func from(_ row: Int) -> QuantizedPanel {
        QuantizedPanel(
            weights: weights, scales: scales, length: length, target: target + row &* stride,
            stride: stride, outputs: outputs)
    }
}

/// Calls the body with each panel of some outputs, for sums that begin with the first row.
@inline(__always)
func eachQuantizedPanel(
    _ product: QuantizedProduct, _ first: Int, _ end: Int, _ body: (QuantizedPanel) -> Void
) {
    var output = first
    while output < end {
        let panel = product.panels + output / 16 &* product.panelStride
        body(
            QuantizedPanel(
                weights: panel.assumingMemoryBound(to: UInt8.self),
                scales: (panel + product.rows.groupCount &* 512)
                    .assumingMemoryBound(to: UInt16.self),
                length: product.panelStride, target: product.output.values + output,
                stride: product.output.stride, outputs: min(16, end &- output)))
        output &+= 16
    }
}
