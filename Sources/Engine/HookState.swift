public import Hooks
import Kernels

/// What one action really did to one site.
public struct Receipt: Sendable, Equatable {
    /// Index in the plan's actions.
    public var action: Int
    /// The site acted on; an action over several layers has one receipt for each.
    public var site: Site
    /// Rows acted on.
    public var rows: Int
    /// Elements written in all.
    public var elements: Int
    /// L2 norm of the change over all rows.
    public var changeL2: Double
}

/// Hooks of one sequence in flight: its compiled plan, receipts and captures so far.
final class HookState {
    let plan: CompiledPlan
    private let promptCount: Int
    private let shape: ModelShape
    private var rows: [Int]
    private var elements: [Int]
    private var change: [Double]
    private let captures: [CaptureAccumulator]

    init(_ plan: CompiledPlan, promptCount: Int, shape: ModelShape) {
        self.plan = plan
        self.promptCount = promptCount
        self.shape = shape
        rows = Array(repeating: 0, count: plan.receiptSites.count)
        elements = rows
        change = Array(repeating: 0, count: rows.count)
        captures = zip(plan.captures, plan.captureInputs).map { capture, input in
            CaptureAccumulator(capture, input: input, shape: shape)
        }
    }

    /// Actions and captures of a site on one row; `columns` hold the site's elements.
    func visit(
        _ site: Site, in buffer: RowBuffer, row: Int, columns: Range<Int>, position: Int,
        token: Int32
    ) {
        let index = plan.table.index(site)
        let perUnit = shape.elementsPerUnit(of: site.kind) ?? 1
        let read = { (units: IndexRanges) in
            units.ranges.flatMap { range in
                let start = columns.lowerBound + range.lowerBound * perUnit
                return buffer.copyRow(row, columns: start..<(start + range.count * perUnit))
            }
        }
        capture(index, before: true, position, token, read: read)
        for action in plan.actions[index]
        where action.positions.contains(
            position: position, token: token, promptCount: promptCount)
            && action.operation.hasValues(at: position)
        {
            let context = ElementContext(site: site, position: position)
            var offset = 0
            for range in action.units.ranges {
                let start = columns.lowerBound + range.lowerBound * perUnit
                let width = range.count * perUnit
                let changed = buffer.withRow(row, columns: start..<(start + width)) { span in
                    action.operation.apply(
                        to: &span, firstUnit: range.lowerBound, elementsPerUnit: perUnit,
                        offset: offset, at: context)
                }
                note(action.receipt, elements: width, change: changed)
                offset += width
            }
            rows[action.receipt] += 1
        }
        capture(index, before: false, position, token, read: read)
    }

    /// Attention probabilities of one row: row h of `pattern` holds head h's `count` positions.
    func visitPattern(
        _ site: Site, in pattern: RowBuffer, positions count: Int, position: Int, token: Int32
    ) {
        let index = plan.table.index(site)
        let read = { (heads: IndexRanges) in
            heads.indices.flatMap { pattern.copyRow($0, columns: 0..<count) }
        }
        capture(index, before: true, position, token, read: read)
        for action in plan.actions[index]
        where action.positions.contains(
            position: position, token: token, promptCount: promptCount)
        {
            let context = ElementContext(site: site, position: position)
            for head in action.units.indices {
                let changed = pattern.withRow(head, columns: 0..<count) { span in
                    action.operation.apply(
                        to: &span, firstUnit: head, elementsPerUnit: count, offset: 0,
                        at: context)
                }
                note(action.receipt, elements: count, change: changed)
            }
            rows[action.receipt] += 1
        }
        capture(index, before: false, position, token, read: read)
    }

    /// Adds Σ m_k·e_k of the layer's value noise to the MLP's contribution.
    func addValueNoise(
        layer: Int, act: RowBuffer, out: RowBuffer, row: Int, position: Int, token: Int32
    ) {
        for noise in plan.valueNoise[layer]
        where noise.positions.contains(
            position: position, token: token, promptCount: promptCount)
        {
            let width = shape.width
            let coefficients = noise.neurons.map { act[row, $0] }
            let changed = out.withRow(row, columns: 0..<width) { span in
                var change = 0.0
                for dimension in 0..<width {
                    var sum: Float = 0
                    for (index, coefficient) in coefficients.enumerated() {
                        sum += coefficient * noise.noise[index * width + dimension]
                    }
                    span[dimension] += sum
                    change += Double(sum) * Double(sum)
                }
                return change
            }
            rows[noise.receipt] += 1
            note(noise.receipt, elements: width, change: changed)
        }
    }

    func hasValueNoise(layer: Int) -> Bool { !plan.valueNoise[layer].isEmpty }

    private func note(_ receipt: Int, elements count: Int, change squared: Double) {
        elements[receipt] += count
        change[receipt] += squared
    }

    /// Gives a row to each capture of the site that wants it.
    ///
    /// - Parameter read: the elements of the row that a selection of units has.
    private func capture(
        _ site: Int, before: Bool, _ position: Int, _ token: Int32,
        read: (IndexRanges) -> [Float]
    ) {
        for index in plan.capturesBySite[site] {
            let accumulator = captures[index]
            guard accumulator.capture.beforeActions == before,
                accumulator.wants(position: position, token: token, promptCount: promptCount)
            else { continue }
            let selected = read(accumulator.capture.units)
            accumulator.take(selected, position: position, token: token)
        }
    }

    var receipts: [Receipt] {
        plan.receiptSites.enumerated().map { index, entry in
            Receipt(
                action: entry.action, site: entry.site, rows: rows[index],
                elements: elements[index], changeL2: change[index].squareRoot())
        }
    }

    /// All captured tensors, in plan order, with unique names.
    func finishCaptures() -> [CapturedTensor] {
        var used: [String: Int] = [:]
        return captures.flatMap { $0.finish() }.map { tensor in
            var tensor = tensor
            let count = used[tensor.name, default: 0]
            used[tensor.name] = count + 1
            if count > 0 { tensor.name += "#\(count + 1)" }
            return tensor
        }
    }
}
