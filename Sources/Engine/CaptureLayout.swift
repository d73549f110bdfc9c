public import Hooks

/// Type of a captured tensor's elements.
public enum TensorElement: Sendable, Equatable {
    /// Captured values, single precision.
    case f32
    /// Captured values, half precision.
    case f16
    /// Sums over positions or elements, double precision.
    case f64
    /// Indices and ranks.
    case i32

    /// Bytes of one element.
    public var byteCount: Int {
        switch self {
        case .f16: 2
        case .f32, .i32: 4
        case .f64: 8
        }
    }
}

/// Name, type and shape of one tensor that a capture is answered with, known before it runs.
public struct CaptureLayout: Sendable, Equatable {
    /// The site, then `:` and the reduction.
    public let name: String
    /// Type of the elements.
    public let element: TensorElement
    /// Extents, outermost first; rows first where there are rows.
    public let shape: [Int]
    /// Whether each row is a position; otherwise positions were reduced.
    public let isPerRow: Bool

    /// Bytes of all elements.
    public var byteCount: Int { shape.reduce(element.byteCount, *) }
}

extension ResolvedCapture {
    /// The tensors that this capture is answered with.
    ///
    /// - Parameters:
    ///   - rowCount: selected rows.
    ///   - widestPattern: source positions of the last selected row, for `attn.pattern`.
    public func layouts(
        rowCount: Int, widestPattern: Int, shape: ModelShape
    ) -> [CaptureLayout] {
        let perUnit = shape.elementsPerUnit(of: site.kind)
        let elements = units.count * (perUnit ?? 1)
        func layout(
            _ suffix: String, _ element: TensorElement, _ extents: [Int], isPerRow: Bool = true
        ) -> CaptureLayout {
            CaptureLayout(
                name: site.description + suffix, element: element, shape: extents,
                isPerRow: isPerRow)
        }
        let suffix = reduction.map { ":" + $0.name } ?? ""
        switch reduction {
        case nil:
            let element: TensorElement = format == .f16 ? .f16 : .f32
            let extents =
                perUnit == nil ? [rowCount, units.count, widestPattern] : [rowCount, elements]
            return [layout("", element, extents)]
        case .mean, .meanAbs, .rms, .l2, .max, .sum, .countAbove:
            return [layout(suffix, .f64, [elements], isPerRow: false)]
        case .topK(let count, let order):
            let extents = [rowCount, Swift.min(count, elements)]
            let top = [layout(suffix, .f32, extents), layout(suffix + ".indices", .i32, extents)]
            return order == .valueNorm ? top + [layout(suffix + ".scores", .f32, extents)] : top
        case .norm, .dot, .entropy, .klDivergence:
            return [layout(suffix, .f64, [rowCount])]
        case .logProbability(let ids):
            return [layout(suffix, .f64, [rowCount, ids.count])]
        case .rank(let ids):
            return [layout(suffix, .i32, [rowCount, ids.count])]
        }
    }
}
