import Kernels

/// Some rows that pass the same operations together, with their hooks.
struct StepRows {
    let rows: [StepRow]
    /// What the pool's threads need of the hooks.
    let hooks: HookRuns
    /// Rows that run with an adapter.
    let adapted: [AdaptedRows]
    /// Hooks of each run.
    private let states: [HookState]

    init(_ rows: [StepRow], kernels: KernelSet) {
        self.rows = rows
        adapted = AdaptedRows.all(in: rows)
        var runs: [HookRun] = []
        var states: [HookState] = []
        var first = 0
        while first < rows.count {
            let sequence = rows[first].sequence
            let end = rows[first...].firstIndex { $0.sequence !== sequence } ?? rows.count
            if !sequence.hooks.isIdle {
                states.append(sequence.hooks)
                runs.append(sequence.hooks.run(first..<end))
            }
            first = end
        }
        let labels =
            runs.isEmpty ? [] : rows.map { RowLabel(position: $0.position, token: $0.token) }
        hooks = HookRuns(runs: runs, labels: labels, kernels: kernels)
        self.states = states
    }

    var count: Int { rows.count }

    /// Gives the sites' rows to the captures that read them before, or after, the actions.
    func capture(_ sites: [SiteElements], before: Bool) {
        for (run, state) in zip(hooks.runs, states) {
            for site in sites {
                state.capture(site, rows: run.rows, labels: hooks.labels, before: before)
            }
        }
    }

    /// Adds the sites' rows up for the sequences that count them, as they are after the actions.
    ///
    /// Sequences count the same elements of a site, so their sums share a run of the pool.
    func count(_ sites: [SiteElements], tools: HookTools) {
        for site in sites {
            var columns: ColumnRuns?
            var work: [SummedRows] = []
            for (run, state) in zip(hooks.runs, states) {
                guard let sums = state.sums,
                    let rows = sums.work(run.rows, from: state.stepPosition, at: site.site)
                else { continue }
                columns = sums.columns
                work.append(rows)
            }
            guard let columns else { continue }
            tools.kernels.accumulate(
                work, of: site.buffer, at: site.column, columns, pool: tools.pool)
        }
    }

    /// Enters into the receipts what the sites' actions did.
    func settle(_ sites: [SiteElements]) {
        for (run, state) in zip(hooks.runs, states) {
            for site in sites { state.settle(run, at: site.index) }
        }
    }

    /// Enters into the receipts what the layer's value noise did.
    func settleValueNoise(_ layer: Int) {
        for (run, state) in zip(hooks.runs, states) { state.settleValueNoise(run, layer: layer) }
    }
}
