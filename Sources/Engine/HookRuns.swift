import Hooks
import Kernels

/// What a hook may ask of a row.
struct RowLabel: Sendable {
    let position: Int
    let token: Int32
}

/// What all threads need to know of one sequence's hooks.
final class SharedHooks: Sendable {
    let plan: CompiledPlan
    let promptCount: Int
    /// Squared L2 norm of what each action of a layer changed in each row; see `HookRun.place`.
    let changes: SharedSums

    init(_ plan: CompiledPlan, promptCount: Int) {
        self.plan = plan
        self.promptCount = promptCount
        changes = SharedSums(count: plan.slotCount * EngineLimits.rowsPerStep)
    }
}

/// Consecutive rows of one sequence whose plan does something.
struct HookRun: Sendable {
    let rows: Range<Int>
    let hooks: SharedHooks

    /// Marks a row that an action left alone.
    static let untouched = -1.0

    /// Where a row's change by an action is kept until it goes into the receipt.
    ///
    /// Actions of one layer have places of their own: several sites are passed before receipts
    /// are written.
    func place(slot: Int, row: Int) -> Int {
        slot * EngineLimits.rowsPerStep + row - rows.lowerBound
    }
}

/// What the threads that share a step need to know of its hooks.
///
/// Actions are row by row: whoever has a row runs all of the site's actions on it, so nothing
/// depends on how rows are shared.
struct HookRuns: Sendable {
    let runs: [HookRun]
    /// One for each row of the step; empty if no row has a hook.
    let labels: [RowLabel]
    let kernels: KernelSet

    func hasActions(_ sites: [SiteElements]) -> Bool {
        runs.contains { run in sites.contains { !run.hooks.plan.actions[$0.index].isEmpty } }
    }

    /// Whether a capture reads one of the sites before its actions.
    func readsBefore(_ sites: [SiteElements]) -> Bool {
        runs.contains { run in
            sites.contains { !run.hooks.plan.capturesBefore[$0.index].isEmpty }
        }
    }

    func hasValueNoise(_ layer: Int) -> Bool {
        runs.contains { !$0.hooks.plan.valueNoise[layer].isEmpty }
    }

    /// Runs the actions of the sites on some rows of the step.
    func act(_ sites: [SiteElements], _ rows: Range<Int>) {
        for index in runs.indices where runs[index].rows.overlaps(rows) {
            for site in sites { act(runs[index], site, rows) }
        }
    }

    private func act(_ run: HookRun, _ site: SiteElements, _ rows: Range<Int>) {
        let hooks = run.hooks
        for action in hooks.plan.actions[site.index] {
            for row in run.rows.clamped(to: rows) {
                let label = labels[row]
                let applies = action.applies(to: label, promptCount: hooks.promptCount)
                hooks.changes[run.place(slot: action.slot, row: row)] =
                    applies
                    ? action.apply(
                        to: row, of: site, position: label.position, kernels: kernels)
                    : HookRun.untouched
            }
        }
    }

    /// Adds Σ m_k·e_k of the layer's value noise to the MLP's contribution of some rows.
    func addValueNoise(_ layer: Int, _ rows: Range<Int>, act: RowBuffer, out: RowBuffer) {
        for run in runs where run.rows.overlaps(rows) {
            let hooks = run.hooks
            for noise in hooks.plan.valueNoise[layer] {
                for row in run.rows.clamped(to: rows) {
                    let applies = noise.applies(to: labels[row], promptCount: hooks.promptCount)
                    hooks.changes[run.place(slot: noise.slot, row: row)] =
                        applies ? noise.add(to: row, act: act, out: out) : HookRun.untouched
                }
            }
        }
    }
}

/// Value noise of one layer: rows e_k to add m_k times to `mlp.out`.
struct CompiledValueNoise: Sendable {
    let positions: Positions
    let neurons: [Int]
    /// (neuron, width), row-major.
    let noise: [Float]
    let receipt: Int
    /// Which of its layer's actions it is.
    let slot: Int

    /// Whether it acts on a row.
    func applies(to row: RowLabel, promptCount: Int) -> Bool {
        positions.contains(position: row.position, token: row.token, promptCount: promptCount)
    }

    /// Adds the noise to one row; coefficients m are those of `act`.
    ///
    /// - Returns: the squared L2 norm of the change.
    func add(to row: Int, act: RowBuffer, out: RowBuffer) -> Double {
        let width = out.width
        let coefficients = neurons.map { act[row, $0] }
        return out.withRow(row, columns: 0..<width) { span in
            var change = 0.0
            for dimension in 0..<width {
                var sum: Float = 0
                for (index, coefficient) in coefficients.enumerated() {
                    sum += coefficient * noise[index * width + dimension]
                }
                span[dimension] += sum
                change += Double(sum) * Double(sum)
            }
            return change
        }
    }
}
