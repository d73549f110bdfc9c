import Kernels

extension ForwardPass {
    /// One pass over rows, shared by the threads: actions, an operation, actions of the sites that
    /// it computes, and an operation.
    ///
    /// Each thread takes some rows through all of it while they are in its cache. Captures read
    /// whole columns, so they come before and after; a capture that reads `second` before its
    /// actions breaks the pass in two. What is captured or counted afterwards must be left by
    /// `finish` as it is, and the sites of `first` by `compute`.
    func rowPass(
        _ step: StepRows, at first: [SiteElements], _ compute: @Sendable (Range<Int>) -> Void,
        thenAt second: [SiteElements], _ finish: @Sendable (Range<Int>) -> Void
    ) {
        let hooks = step.hooks
        step.capture(first, before: true)
        if hooks.readsBefore(second) {
            forEachRowChunk(step.count) { chunk in
                hooks.act(first, chunk)
                compute(chunk)
            }
            step.capture(second, before: true)
            forEachRowChunk(step.count) { chunk in
                hooks.act(second, chunk)
                finish(chunk)
            }
        } else {
            forEachRowChunk(step.count) { chunk in
                hooks.act(first, chunk)
                compute(chunk)
                hooks.act(second, chunk)
                finish(chunk)
            }
        }
        finishVisit(first, step)
        finishVisit(second, step)
    }

    /// One pass over rows: actions, then an operation that leaves the sites as they are.
    func rowPass(
        _ step: StepRows, at sites: [SiteElements], _ compute: @Sendable (Range<Int>) -> Void
    ) {
        rowPass(step, at: sites, compute, thenAt: [], { _ in })
    }

    /// Lets hooks see and change sites where nothing is computed.
    func visit(_ sites: [SiteElements], _ step: StepRows) {
        step.capture(sites, before: true)
        let hooks = step.hooks
        if hooks.hasActions(sites) { forEachRowChunk(step.count) { hooks.act(sites, $0) } }
        finishVisit(sites, step)
    }

    /// Adds value noise to the MLP's contribution.
    func addValueNoise(_ layer: Int, _ step: StepRows) {
        let hooks = step.hooks
        guard hooks.hasValueNoise(layer) else { return }
        forEachRowChunk(step.count) { chunk in
            hooks.addValueNoise(layer, chunk, act: buffers.act, out: buffers.contribution)
        }
        step.settleValueNoise(layer)
    }

    private func finishVisit(_ sites: [SiteElements], _ step: StepRows) {
        step.settle(sites)
        step.capture(sites, before: false)
        step.count(sites, tools: hookTools)
    }
}
