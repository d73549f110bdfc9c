import Hooks
import Kernels

/// An action on one site in the form that a row executes: values looked up, checked and flat.
enum ElementOperation: Sendable {
    /// What needs no more than the elements themselves.
    case edit(RowEdit)
    case noise(NoiseShape)
    /// Stored rows by absolute position: each as long as the selected elements.
    case patch([Int: [Float]])

    /// Whether the row at `position` can be acted on; a patch has only the rows it stores.
    func hasValues(at position: Int) -> Bool {
        if case .patch(let rows) = self { rows[position] != nil } else { true }
    }
}

/// One action at one site, ready to run.
struct CompiledAction: Sendable {
    let operation: ElementOperation
    let positions: Positions
    /// Selected units, ascending.
    let units: IndexRanges
    /// Consecutive elements of one unit; 1 for `attn.pattern`, whose rows differ in width.
    let elementsPerUnit: Int
    /// Elements of those units, counted from the site's first.
    let columns: ColumnRuns
    /// Place of its receipt.
    let receipt: Int
    /// Which of its layer's actions it is.
    let slot: Int

    /// Whether it acts on a row.
    func applies(to row: RowLabel, promptCount: Int) -> Bool {
        positions.contains(position: row.position, token: row.token, promptCount: promptCount)
            && operation.hasValues(at: row.position)
    }

    /// Changes one row of a site.
    ///
    /// - Returns: the squared L2 norm of the change.
    func apply(to row: Int, of site: SiteElements, position: Int, kernels: KernelSet) -> Double {
        switch operation {
        case .edit(let edit):
            return kernels.edit(site.buffer, row: row, at: site.column, columns, by: edit)
        case .patch(let rows):
            guard let values = rows[position] else { return 0 }
            return kernels.edit(
                site.buffer, row: row, at: site.column, columns, by: .fillEach(values))
        case .noise(let shape):
            let noise = SiteNoise(shape: shape, site: site.site, position: position)
            return units.ranges.reduce(0.0) { change, range in
                let start = site.column + range.lowerBound * elementsPerUnit
                let elements = start..<(start + range.count * elementsPerUnit)
                return change
                    + site.buffer.withRow(row, columns: elements) { span in
                        noise.add(
                            to: &span, firstUnit: range.lowerBound,
                            elementsPerUnit: elementsPerUnit)
                    }
            }
        }
    }

    /// Changes one head's attention probabilities, which are as many as there are positions.
    ///
    /// - Returns: the squared L2 norm of the change.
    func apply(
        toHead head: Int, of pattern: RowBuffer, positions count: Int, site: Site, position: Int,
        kernels: KernelSet
    ) -> Double {
        switch operation {
        case .edit(let edit):
            return kernels.edit(pattern, row: head, columns: 0..<count, by: edit)
        case .noise(let shape):
            let noise = SiteNoise(shape: shape, site: site, position: position)
            return pattern.withRow(head, columns: 0..<count) { span in
                noise.add(to: &span, firstUnit: head, elementsPerUnit: count)
            }
        case .patch:
            preconditionFailure("stored rows on a pattern were refused when the plan was compiled")
        }
    }
}

/// Noise at one row of a site: random numbers are functions of where they are added.
private struct SiteNoise {
    let shape: NoiseShape
    let site: Site
    let position: Int

    /// Adds noise to the elements of consecutive units.
    ///
    /// - Returns: the squared L2 norm of the noise.
    func add(
        to span: inout MutableSpan<Float>, firstUnit: Int, elementsPerUnit: Int
    ) -> Double {
        var change = 0.0
        for start in stride(from: 0, to: span.count, by: elementsPerUnit) {
            let unit = firstUnit + start / elementsPerUnit
            let scale = scale(of: span, start..<(start + elementsPerUnit))
            for element in 0..<elementsPerUnit {
                let normal = CounterRandom.normal(
                    seed: shape.seed,
                    coordinates: CounterRandom.noiseCoordinates(
                        site: site, position: position, unit: unit, element: element))
                let noise = scale * (shape.mean + shape.standardDeviation * normal)
                change += Double(noise) * Double(noise)
                span[start + element] += noise
            }
        }
        return change
    }

    /// 1, or the root mean square of the unit's elements.
    private func scale(of span: borrowing MutableSpan<Float>, _ unit: Range<Int>) -> Float {
        guard shape.scale == .relative else { return 1 }
        var sum = 0.0
        for index in unit { sum += Double(span[index]) * Double(span[index]) }
        return Float((sum / Double(unit.count)).squareRoot())
    }
}

extension ColumnRuns {
    /// The elements of units, each `elementsPerUnit` wide.
    init(_ units: IndexRanges, elementsPerUnit: Int) {
        self.init(
            units.ranges.lazy.map { range in
                range.lowerBound * elementsPerUnit..<range.upperBound * elementsPerUnit
            })
    }
}
