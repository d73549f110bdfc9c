import Hooks

/// What hooks a measured prompt runs under.
enum HookVariant: String, CaseIterable, Encodable {
    /// None: what every other variant is compared with.
    case plain
    /// `mean_abs` of every neuron of every layer over the prompt.
    case meanAbs = "mean_abs"
    /// 5 % of all neurons of every layer scaled.
    case scaled = "scaled_5_percent"

    /// The hooks against a model's shape.
    func plan(for shape: ModelShape, promptCount: Int) throws(HookError) -> ResolvedPlan {
        var plan = HookPlan()
        switch self {
        case .plain: break
        case .meanAbs:
            plan.captures = [Capture(Selection(site: .mlpAct), reduction: .meanAbs)]
        case .scaled:
            plan.actions = (0..<shape.layerCount).map { Self.scaling(layer: $0, of: shape) }
        }
        return try plan.resolved(
            against: shape, extent: SequenceExtent(promptCount: promptCount))
    }

    /// Scattered neurons, others in each layer, as a ranking would choose them.
    private static func scaling(layer: Int, of shape: ModelShape) -> HookAction {
        var random = SplitMix(key: UInt64(layer))
        let count = max(1, shape.neuronCount / 20)
        let units = (0..<shape.neuronCount).shuffled(using: &random).prefix(count)
        let selection = Selection(
            site: .mlpAct, layers: .ranges(IndexRanges(indices: [layer])),
            units: .ranges(IndexRanges(indices: units)))
        return HookAction(.scale(1.25), Target(selections: [selection]))
    }
}
