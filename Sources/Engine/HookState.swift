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
///
/// Confined to the engine thread; what the pool's threads do is in `HookRuns`.
final class HookState {
    let plan: CompiledPlan
    private let promptCount: Int
    private let shared: SharedHooks
    private let tools: HookTools
    /// What each receipt has come to.
    private var totals: [ReceiptTotal]
    /// What was not run here but taken over from another sequence.
    private var restoredRows: [Int]
    private var marks: ReceiptMarks
    private let captures: [CaptureAccumulator]
    /// What is added up over rows; nil for nothing.
    let sums: SumAccumulator?
    /// Rows that a capture wants: memory that is used again.
    private var selected: [Int] = []

    init(_ prepared: PreparedJob, shape: ModelShape, tools: HookTools) {
        let plan = prepared.plan
        self.plan = plan
        promptCount = prepared.job.promptCount
        shared = SharedHooks(plan, promptCount: promptCount)
        self.tools = tools
        totals = Array(repeating: ReceiptTotal(), count: plan.receiptSites.count)
        restoredRows = Array(repeating: 0, count: totals.count)
        marks = ReceiptMarks(isKept: prepared.prefix != nil && !totals.isEmpty)
        sums = prepared.job.sums.map { SumAccumulator($0, shape: shape) }
        captures = plan.captures.indices.map { index in
            CaptureAccumulator(
                plan.captures[index], input: plan.captureInputs[index], shape: shape,
                rowCount: prepared.layouts[index].first.map { $0.isPerRow ? $0.shape[0] : 0 } ?? 0)
        }
    }

    /// Whether the sequence's rows pass without being looked at.
    var isIdle: Bool { plan.isEmpty && sums == nil }

    /// The position of the first row that the next step runs.
    var stepPosition = 0

    /// These hooks on some consecutive rows of a step.
    func run(_ rows: Range<Int>) -> HookRun {
        HookRun(rows: rows, hooks: shared)
    }

    /// Gives a site's rows to the captures that want them.
    func capture(_ site: SiteElements, rows: Range<Int>, labels: [RowLabel], before: Bool) {
        let indices = before ? plan.capturesBefore[site.index] : plan.capturesAfter[site.index]
        for index in indices {
            let positions = captures[index].capture.positions
            selected.removeAll(keepingCapacity: true)
            for row in rows {
                let label = labels[row]
                if positions.contains(
                    position: label.position, token: label.token, promptCount: promptCount)
                {
                    selected.append(row)
                }
            }
            if selected.isEmpty { continue }
            captures[index].take(selected, of: site, labels: labels, tools: tools)
        }
    }

    /// Adds what the site's actions changed to their receipts, row after row.
    func settle(_ run: HookRun, at site: Int) {
        for action in plan.actions[site] {
            settle(
                run, slot: action.slot, receipt: action.receipt, elements: action.columns.count)
        }
    }

    func settleValueNoise(_ run: HookRun, layer: Int) {
        for noise in plan.valueNoise[layer] {
            let width = noise.noise.count / max(1, noise.neurons.count)
            settle(run, slot: noise.slot, receipt: noise.receipt, elements: width)
        }
    }

    private func settle(_ run: HookRun, slot: Int, receipt: Int, elements count: Int) {
        for row in run.rows {
            let squared = shared.changes[run.place(slot: slot, row: row)]
            // A change may be NaN, which is not less than zero.
            if !(squared < 0) { totals[receipt].add(elements: count, change: squared) }
            mark(receipt, position: stepPosition + row - run.rows.lowerBound)
        }
    }

    /// Attention probabilities of one row: row h of `pattern` holds head h's `count` positions.
    func visitPattern(
        _ site: Site, in pattern: RowBuffer, positions count: Int, position: Int, token: Int32
    ) {
        let index = plan.table.index(site)
        let row = RowLabel(position: position, token: token)
        capturePattern(plan.capturesBefore[index], pattern, count, row)
        for action in plan.actions[index]
        where action.applies(to: row, promptCount: promptCount) {
            for head in action.units.indices {
                totals[action.receipt].change += action.apply(
                    toHead: head, of: pattern, positions: count, site: site, position: position,
                    kernels: tools.kernels)
                totals[action.receipt].elements += count
            }
            totals[action.receipt].rows += 1
        }
        for action in plan.actions[index] { mark(action.receipt, position: position) }
        capturePattern(plan.capturesAfter[index], pattern, count, row)
    }

    private func capturePattern(
        _ indices: [Int], _ pattern: RowBuffer, _ count: Int, _ row: RowLabel
    ) {
        for index in indices
        where captures[index].capture.positions.contains(
            position: row.position, token: row.token, promptCount: promptCount)
        {
            captures[index].takePattern(pattern, positions: count, row: row, tools: tools)
        }
    }

    var receipts: [Receipt] {
        plan.receiptSites.enumerated().map { index, entry in
            Receipt(
                action: entry.action, site: entry.site, rows: totals[index].rows,
                elements: totals[index].elements, changeL2: totals[index].change.squareRoot())
        }
    }

    private func mark(_ receipt: Int, position: Int) {
        // Rows of `final_norm` and `logits` are others, and no part of what blocks hold.
        guard marks.isKept, !plan.receiptSites[receipt].site.kind.isAfterLayers else { return }
        marks.note(receipt, totals[receipt], position: position)
    }

    /// What receipts had come to at the end of a block, which is asked once.
    func takeReceipts(atBlock block: Int) -> [PrefixReceipt] {
        marks.take(block: block).map { index, total in
            let entry = plan.receiptSites[index]
            return PrefixReceipt(action: entry.action, site: entry.site, total: total)
        }
    }

    /// Begins where another sequence was at the end of a block.
    func restore(_ receipts: [PrefixReceipt]) {
        for receipt in receipts {
            let index = plan.receiptSites.firstIndex {
                $0.action == receipt.action && $0.site == receipt.site
            }
            guard let index else { preconditionFailure("kept rows under another plan") }
            totals[index] = receipt.total
            restoredRows[index] = receipt.total.rows
        }
    }

    /// Rows that each receipt counts and that were run here.
    var firedRows: [(action: Int, site: Site, rows: Int)] {
        plan.receiptSites.enumerated().map { index, entry in
            (entry.action, entry.site, totals[index].rows - restoredRows[index])
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
