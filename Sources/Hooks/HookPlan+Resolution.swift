/// How long the sequence is that a plan is checked against.
public struct SequenceExtent: Sendable, Hashable {
    /// Tokens of the prompt.
    public var promptCount: Int
    /// Tokens that may be generated; 0 for a forward pass.
    public var maxTokenCount: Int

    /// Describes a forward pass over the prompt alone unless tokens may be generated.
    public init(promptCount: Int, maxTokenCount: Int = 0) {
        self.promptCount = promptCount
        self.maxTokenCount = maxTokenCount
    }

    /// Rows that the model can compute: the last generated token is never fed back.
    public var rowCount: Int { promptCount + max(0, maxTokenCount - 1) }
}

extension HookPlan {
    /// Checks the plan against a model and makes layers and units concrete.
    ///
    /// - Parameters:
    ///   - shape: the model's dimensions.
    ///   - extent: prompt and generation lengths, for the check of positions; nil leaves
    ///     positions unchecked.
    ///   - sets: the stored neuron sets that targets name.
    /// - Throws: `HookError` within the action or capture that it concerns.
    public func resolved(
        against shape: ModelShape, extent: SequenceExtent? = nil,
        sets: [ContentHash: NeuronSet] = [:]
    ) throws(HookError) -> ResolvedPlan {
        try validate()
        let resolver = PlanResolver(shape: shape, extent: extent, sets: sets)
        var plan = ResolvedPlan(actions: [], captures: [], hash: planHash)
        for (index, action) in actions.enumerated() {
            do throws(HookError) {
                plan.actions.append(try resolver.action(action, index: index))
            } catch { throw .within(action.place(index), error) }
        }
        for (index, capture) in captures.enumerated() {
            do throws(HookError) {
                plan.captures += try resolver.capture(capture, index: index)
            } catch { throw .within(capture.place(index), error) }
        }
        return plan
    }
}

/// Resolves the parts of one plan.
struct PlanResolver {
    let shape: ModelShape
    let extent: SequenceExtent?
    let sets: [ContentHash: NeuronSet]

    func action(_ action: HookAction, index: Int) throws(HookError) -> ResolvedAction {
        try check(action.positions)
        var entries = try entries(action.target, for: action.operation)
        var operation = action.operation
        if case .keepOnly(let layers) = operation {
            entries = try complement(of: entries, in: layers)
            operation = .zero
        }
        let sorted = entries.map { ResolvedAction.Entry(site: $0.key, units: $0.value) }
            .sorted { Self.precedes($0.site, $1.site) }
        switch operation {
        case .set(let value), .add(let value):
            for entry in sorted { try check(value, of: operation.name, entry) }
        default: break
        }
        return ResolvedAction(
            operation: operation, entries: sorted, positions: action.positions, index: index)
    }

    func capture(_ capture: Capture, index: Int) throws(HookError) -> [ResolvedCapture] {
        try check(capture.positions)
        var units: [Site: [Range<Int>]] = [:]
        try add(capture.selection, to: &units)
        var captures: [ResolvedCapture] = []
        for (site, ranges) in units.sorted(by: { Self.precedes($0.key, $1.key) }) {
            let entry = ResolvedAction.Entry(site: site, units: IndexRanges(ranges))
            try check(capture.reduction, entry)
            captures.append(
                ResolvedCapture(
                    site: site, units: entry.units, positions: capture.positions,
                    reduction: capture.reduction, format: capture.format,
                    beforeActions: capture.beforeActions, index: index))
        }
        return captures
    }

    /// Order of entries: by layer, then by place in the forward pass.
    static func precedes(_ left: Site, _ right: Site) -> Bool {
        (left.layer, left.kind.forwardIndex) < (right.layer, right.kind.forwardIndex)
    }
}

extension SiteKind {
    /// The kind's place in the forward pass, 0 for `embed`.
    ///
    /// Part of the noise formula (`CounterRandom`): the numbers never change.
    public var forwardIndex: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension PlanResolver {
    /// The units of each site that the target names.
    private func entries(
        _ target: Target, for operation: Operation
    ) throws(HookError) -> [Site: IndexRanges] {
        var units: [Site: [Range<Int>]] = [:]
        for selection in target.selections { try add(selection, to: &units) }
        for hash in target.sets {
            guard let set = sets[hash] else {
                throw .object(
                    name: "neuron set \(hash.text)", reason: "it is not stored; put it first")
            }
            try add(set, named: hash, for: operation, to: &units)
        }
        guard !units.isEmpty else {
            throw .selectsNothing(
                what: "the target", remedy: "its neuron sets hold no neurons and no heads")
        }
        return units.mapValues { IndexRanges($0) }
    }

    private func add(
        _ set: NeuronSet, named hash: ContentHash, for operation: Operation,
        to units: inout [Site: [Range<Int>]]
    ) throws(HookError) {
        for (kind, layers) in [(SiteKind.mlpAct, set.neurons), (.attnZ, set.heads)] {
            for (layer, ranges) in layers.sorted(by: { $0.key < $1.key }) where !ranges.isEmpty {
                do throws(HookError) {
                    try operation.validate(on: kind)
                    let selection = Selection(
                        site: kind, layers: .ranges(IndexRanges(indices: [layer])),
                        units: .ranges(ranges))
                    try selection.validate()
                    try add(selection, to: &units)
                } catch { throw .within("neuron set \(hash.text)", error) }
            }
        }
    }

    /// Adds a selection's units, layer by layer, after checking both.
    private func add(
        _ selection: Selection, to units: inout [Site: [Range<Int>]]
    ) throws(HookError) {
        let kind = selection.site
        if let reason = shape.absentSites[kind] {
            throw .combination(
                what: "\(kind.rawValue) on this model", reason: reason,
                accepted: shape.sites.map(\.rawValue).joined(separator: ", "))
        }
        let count = shape.unitCount(of: kind)
        let ranges = try concrete(
            selection.units, below: count, what: "\(kind.unit.rawValue)", of: kind)
        guard kind.isLayered else {
            units[Site(kind), default: []] += ranges
            return
        }
        for range in try concrete(
            selection.layers, below: shape.layerCount, what: "layer", of: kind)
        {
            for layer in range { units[Site(kind, layer: layer), default: []] += ranges }
        }
    }

    private func concrete(
        _ selector: IndexSelector, below count: Int, what: String, of kind: SiteKind
    ) throws(HookError) -> [Range<Int>] {
        guard case .ranges(let ranges) = selector else { return [0..<count] }
        guard let last = ranges.ranges.last, last.upperBound > count else { return ranges.ranges }
        let label = what == "layer" ? "\(count) layers" : shape.unitLabel(of: kind)
        throw .outOfRange(
            what: "\(what) \(last.upperBound - 1) of \(kind.rawValue)",
            limit: count == 0
                ? "this model has \(label)"
                : "this model has \(label), 0 to \(count - 1)")
    }

    /// The units of each site that are not in `kept`, in `layers` or else in the kept layers.
    private func complement(
        of kept: [Site: IndexRanges], in layers: IndexRanges?
    ) throws(HookError) -> [Site: IndexRanges] {
        var sites = Set(kept.keys)
        if let layers {
            _ = try concrete(
                .ranges(layers), below: shape.layerCount, what: "layer", of: .residPost)
            for kind in Set(kept.keys.map(\.kind)) {
                let inside = Set(layers.indices.map { Site(kind, layer: $0) })
                if let outside = kept.keys.first(where: { $0.kind == kind && !inside.contains($0) })
                {
                    throw .combination(
                        what: "keeping units of \(outside) in layers \(layers.text)",
                        reason: "layer \(outside.layer) is not one of them, so nothing there is "
                            + "zeroed",
                        accepted: "'in' with every layer that the target names")
                }
                sites.formUnion(inside)
            }
        }
        var zeroed: [Site: IndexRanges] = [:]
        for site in sites {
            let all = shape.unitCount(of: site.kind)
            let rest = (kept[site] ?? IndexRanges([])).complement(below: all)
            if !rest.isEmpty { zeroed[site] = rest }
        }
        guard !zeroed.isEmpty else {
            throw .selectsNothing(
                what: "the complement of the target",
                remedy: "every unit of these layers is kept, so nothing would be zeroed")
        }
        return zeroed
    }
}
