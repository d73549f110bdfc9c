import Hooks

/// An action on one site in the form that a row executes: values looked up, checked and flat.
enum ElementOperation: Sendable {
    case zero
    case scale(Float)
    case setScalar(Float)
    /// One value per selected element, in order.
    case setVector([Float])
    case addScalar(Float)
    case addVector([Float])
    case clamp(low: Float, high: Float)
    case noise(NoiseShape)
    /// Stored rows by absolute position: each as long as the selected elements.
    case patch([Int: [Float]])

    /// Whether the row at `position` can be acted on; a patch has only the rows it stores.
    func hasValues(at position: Int) -> Bool {
        if case .patch(let rows) = self { rows[position] != nil } else { true }
    }
}

/// Where in a site an operation is working: what random numbers and stored rows are keyed by.
struct ElementContext {
    let site: Site
    let position: Int
}

extension ElementOperation {
    /// Applies the operation to the elements of consecutive units.
    ///
    /// - Parameters:
    ///   - span: the elements, unit after unit.
    ///   - firstUnit: index of the span's first unit.
    ///   - elementsPerUnit: consecutive elements of one unit.
    ///   - offset: index of the span's first element among all selected elements.
    /// - Returns: the squared L2 norm of the change.
    func apply(
        to span: inout MutableSpan<Float>, firstUnit: Int, elementsPerUnit: Int, offset: Int,
        at context: ElementContext
    ) -> Double {
        switch self {
        case .zero: Self.update(&span) { _, _ in 0 }
        case .scale(let factor): Self.update(&span) { old, _ in factor * old }
        case .setScalar(let value): Self.update(&span) { _, _ in value }
        case .setVector(let values): Self.update(&span) { _, index in values[offset + index] }
        case .addScalar(let value): Self.update(&span) { old, _ in old + value }
        case .addVector(let values):
            Self.update(&span) { old, index in old + values[offset + index] }
        case .clamp(let low, let high):
            // min and max of NaN would hide it: a NaN stays a NaN.
            Self.update(&span) { old, _ in old.isNaN ? old : min(max(old, low), high) }
        case .noise(let shape):
            Self.addNoise(
                shape, to: &span, firstUnit: firstUnit, elementsPerUnit: elementsPerUnit,
                at: context)
        case .patch(let rows):
            if let values = rows[context.position] {
                Self.update(&span) { _, index in values[offset + index] }
            } else {
                0
            }
        }
    }

    @inline(__always)
    private static func update(
        _ span: inout MutableSpan<Float>, _ body: (Float, Int) -> Float
    ) -> Double {
        var change = 0.0
        for index in 0..<span.count {
            let old = span[index]
            let new = body(old, index)
            let difference = Double(new) - Double(old)
            change += difference * difference
            span[index] = new
        }
        return change
    }

    private static func addNoise(
        _ shape: NoiseShape, to span: inout MutableSpan<Float>, firstUnit: Int,
        elementsPerUnit: Int, at context: ElementContext
    ) -> Double {
        var change = 0.0
        for start in stride(from: 0, to: span.count, by: elementsPerUnit) {
            let unit = firstUnit + start / elementsPerUnit
            let scale = Self.noiseScale(shape, span, start..<(start + elementsPerUnit))
            for element in 0..<elementsPerUnit {
                let normal = CounterRandom.normal(
                    seed: shape.seed,
                    coordinates: CounterRandom.noiseCoordinates(
                        site: context.site, position: context.position, unit: unit,
                        element: element))
                let noise = scale * (shape.mean + shape.standardDeviation * normal)
                change += Double(noise) * Double(noise)
                span[start + element] += noise
            }
        }
        return change
    }

    /// 1, or the root mean square of the unit's elements.
    private static func noiseScale(
        _ shape: NoiseShape, _ span: borrowing MutableSpan<Float>, _ unit: Range<Int>
    ) -> Float {
        guard shape.scale == .relative else { return 1 }
        var sum = 0.0
        for index in unit { sum += Double(span[index]) * Double(span[index]) }
        return Float((sum / Double(unit.count)).squareRoot())
    }
}
