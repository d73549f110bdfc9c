import Hooks
import Kernels
import ModelFile

/// A resolved plan as tables by site, so that a step looks up what to do at each place.
struct CompiledPlan: Sendable {
    /// By site index, in the order the actions were written.
    private(set) var actions: [[CompiledAction]]
    /// By site index: indices into `captures` of those that read before the site's actions.
    private(set) var capturesBefore: [[Int]]
    /// By site index: all others; without actions there, before and after are the same.
    private(set) var capturesAfter: [[Int]]
    /// By layer.
    private(set) var valueNoise: [[CompiledValueNoise]]
    let captures: [ResolvedCapture]
    /// What each capture compares its rows with.
    let captureInputs: [CaptureInput]
    /// (action index, site) of each receipt.
    private(set) var receiptSites: [(action: Int, site: Site)] = []
    /// Actions of the layer that has most of them, value noise included.
    private(set) var slotCount = 0
    /// Bytes of the values that actions carry.
    private(set) var byteCount = 0
    /// The actions as far as they reach keys and values.
    private(set) var prefixActions: [PrefixAction] = []
    let table: SiteTable
    let hash: String

    /// - Throws: `EngineError` naming a stored object or tensor that is missing or misshapen.
    init(_ plan: ResolvedPlan, model: Model, objects: ObjectStore) throws(EngineError) {
        table = SiteTable(layerCount: model.configuration.layerCount)
        actions = Array(repeating: [], count: table.count)
        capturesBefore = Array(repeating: [], count: table.count)
        capturesAfter = capturesBefore
        valueNoise = Array(repeating: [], count: table.layerCount)
        captures = plan.captures
        hash = plan.hash
        captureInputs = try Self.inputs(plan.captures, model: model, objects: objects)
        try add(plan.actions, compiler: ActionCompiler(model: model, objects: objects))
        prefixActions = plan.actions.compactMap { action in
            PrefixAction(action, storedPositions: storedPositions(of: action))
        }
        for (index, capture) in captures.enumerated() {
            let site = table.index(capture.site)
            if capture.beforeActions, !actions[site].isEmpty {
                capturesBefore[site].append(index)
            } else {
                capturesAfter[site].append(index)
            }
        }
    }

    private mutating func add(
        _ resolved: [ResolvedAction], compiler: consuming ActionCompiler
    ) throws(EngineError) {
        defer { byteCount = compiler.byteCount }
        var slots = Array(repeating: 0, count: table.layerCount)
        for action in resolved {
            for entry in action.entries {
                let layer = entry.site.layer
                let place = ActionPlace(receipt: receiptSites.count, slot: slots[layer])
                slots[layer] += 1
                if case .valueNoise(let shape) = action.operation {
                    // The change is one of the MLP's contribution, so that is what it is named.
                    receiptSites.append((action.index, Site(.mlpOut, layer: layer)))
                    let noise = try compiler.valueNoise(shape, action, entry, place)
                    valueNoise[layer].append(noise)
                } else {
                    receiptSites.append((action.index, entry.site))
                    let compiled = try compiler.action(action, entry, place)
                    actions[table.index(entry.site)].append(compiled)
                }
            }
        }
        slotCount = slots.max() ?? 0
    }

    /// Positions of the rows that a patch stores, at any of its sites; nil for other actions.
    private func storedPositions(of action: ResolvedAction) -> Set<Int>? {
        guard case .patch = action.operation else { return nil }
        return action.entries.reduce(into: []) { positions, entry in
            for compiled in actions[table.index(entry.site)] {
                guard receiptSites[compiled.receipt].action == action.index,
                    case .patch(let rows) = compiled.operation
                else { continue }
                positions.formUnion(rows.keys)
            }
        }
    }

    private static func inputs(
        _ captures: [ResolvedCapture], model: Model, objects: ObjectStore
    ) throws(EngineError) -> [CaptureInput] {
        let weighed = captures.filter { capture in
            if case .topK(_, by: .valueNorm) = capture.reduction { true } else { false }
        }
        model.prepareValueNorms(ofLayers: weighed.map(\.site.layer))
        var inputs: [CaptureInput] = []
        for capture in captures {
            inputs.append(try CaptureInput(capture, model: model, objects: objects))
        }
        return inputs
    }

    /// Whether nothing happens anywhere.
    var isEmpty: Bool { captures.isEmpty && receiptSites.isEmpty }

    /// Whether anything happens at the site.
    func touches(_ site: Int) -> Bool {
        !actions[site].isEmpty || !capturesAfter[site].isEmpty || !capturesBefore[site].isEmpty
    }

    func touches(_ kind: SiteKind, _ layer: Int) -> Bool {
        touches(table.index(kind, layer))
    }

    /// Whether a capture reads the final norm or the logits of this row.
    func readsHead(position: Int, token: Int32, promptCount: Int) -> Bool {
        [SiteKind.finalNorm, .logits].contains { kind in
            let site = table.index(kind, 0)
            return [capturesBefore[site], capturesAfter[site]].joined().contains { index in
                captures[index].positions.contains(
                    position: position, token: token, promptCount: promptCount)
            }
        }
    }
}

/// Where an action's changes are noted.
private struct ActionPlace {
    let receipt: Int
    let slot: Int
}

/// Turns operations into flat element operations, reading stored objects.
private struct ActionCompiler {
    let model: Model
    let objects: ObjectStore
    /// Bytes of values looked up so far, all actions together.
    private(set) var byteCount = 0

    init(model: Model, objects: ObjectStore) {
        self.model = model
        self.objects = objects
    }

    /// Counts values before they are made: what an object holds may be other than `PlanSize` saw.
    private mutating func reserve(_ count: Int) throws(EngineError) {
        byteCount += count * MemoryLayout<Float>.size
        try PlanSize.check(byteCount)
    }

    mutating func action(
        _ action: ResolvedAction, _ entry: ResolvedAction.Entry, _ place: ActionPlace
    ) throws(EngineError) -> CompiledAction {
        let perUnit = model.shape.elementsPerUnit(of: entry.site.kind) ?? 1
        return CompiledAction(
            operation: try operation(action.operation, entry), positions: action.positions,
            units: entry.units, elementsPerUnit: perUnit,
            columns: ColumnRuns(entry.units, elementsPerUnit: perUnit), receipt: place.receipt,
            slot: place.slot)
    }

    private mutating func operation(
        _ operation: Hooks.Operation, _ entry: ResolvedAction.Entry
    ) throws(EngineError) -> ElementOperation {
        switch operation {
        case .zero: return .edit(.fill(0))
        case .scale(let factor): return .edit(.scale(factor))
        case .set(.scalar(let value)): return .edit(.fill(value))
        case .set(let value): return .edit(.fillEach(try vector(value, entry)))
        case .add(.scalar(let value)): return .edit(.add(value))
        case .add(let value): return .edit(.addEach(try vector(value, entry)))
        case .clamp(let low, let high): return .edit(.clamp(low: low, high: high))
        case .noise(let shape): return .noise(shape)
        case .mean(let hash): return .edit(.fillEach(try meanRow(hash, entry)))
        case .patch(let hash):
            return .patch(try patchRows(hash, entry))
        case .valueNoise, .keepOnly:
            throw EngineError(
                .failure, "UNRESOLVED_ACTION", "an action on \(entry.site) was not resolved")
        }
    }

    /// How many elements of a row the entry selects.
    private func elementCount(_ entry: ResolvedAction.Entry) throws(EngineError) -> Int {
        guard let elements = model.shape.elementsPerUnit(of: entry.site.kind) else {
            throw EngineError(
                .invalidArgument, "VECTOR_ON_PATTERN",
                "\(entry.site): stored and vector values are not available here, since its rows "
                    + "grow with the position; use zero, scale, set F, add F, clamp or noise")
        }
        return entry.units.count * elements
    }

    private mutating func vector(
        _ value: HookValue, _ entry: ResolvedAction.Entry
    ) throws(EngineError) -> [Float] {
        let count = try elementCount(entry)
        try reserve(count)
        let values = try StoredTensors.vector(value, objects: objects)
        guard values.count == count else {
            throw StoredTensors.lengthMismatch(entry.site, got: values.count, wanted: count)
        }
        return values
    }

    /// The table's row for the site: either all elements of the site, or just the selected ones.
    private mutating func meanRow(
        _ hash: ContentHash, _ entry: ResolvedAction.Entry
    ) throws(EngineError) -> [Float] {
        let file = try objects.tensors(hash)
        let name = StoredTensors.meanName(entry.site, in: file)
        let tensor = try StoredTensors.floats(name, in: file, hash: hash)
        guard tensor.shape.count == 1 || tensor.shape.dropLast().allSatisfy({ $0 == 1 }) else {
            throw StoredTensors.rankMismatch(name, tensor.shape, "one row: (elements)")
        }
        return try select(tensor.values, rows: 1, entry)[0]
    }

    private mutating func patchRows(
        _ hash: ContentHash, _ entry: ResolvedAction.Entry
    ) throws(EngineError) -> [Int: [Float]] {
        let file = try objects.tensors(hash)
        let name = entry.site.description
        let tensor = try StoredTensors.floats(name, in: file, hash: hash)
        guard tensor.shape.count >= 2 else {
            throw StoredTensors.rankMismatch(name, tensor.shape, "(rows, elements)")
        }
        let positions = try StoredTensors.positions(of: name, rows: tensor.shape[0], in: file)
        let rows = try select(tensor.values, rows: tensor.shape[0], entry)
        return Dictionary(uniqueKeysWithValues: zip(positions, rows))
    }

    /// Splits values into rows and picks the entry's elements where rows hold the whole site.
    private mutating func select(
        _ values: [Float], rows: Int, _ entry: ResolvedAction.Entry
    ) throws(EngineError) -> [[Float]] {
        let count = try elementCount(entry)
        let elements = model.shape.elementsPerUnit(of: entry.site.kind) ?? 1
        let whole = model.shape.unitCount(of: entry.site.kind) * elements
        let width = rows > 0 ? values.count / rows : 0
        guard rows > 0, width == count || width == whole else {
            throw StoredTensors.lengthMismatch(entry.site, got: width, wanted: whole)
        }
        try reserve(rows * count)
        return (0..<rows).map { row in
            let base = row * width
            if width == count { return Array(values[base..<(base + width)]) }
            return entry.units.ranges.flatMap { range in
                let first = base + range.lowerBound * elements
                return values[first..<(first + range.count * elements)]
            }
        }
    }

    /// e_k for each neuron: mean + deviation · normal(seed, layer, k, dimension), times the value
    /// vector's RMS where relative.
    mutating func valueNoise(
        _ shape: NoiseShape, _ action: ResolvedAction, _ entry: ResolvedAction.Entry,
        _ place: ActionPlace
    ) throws(EngineError) -> CompiledValueNoise {
        let width = model.configuration.width
        let neurons = entry.units.indices
        try reserve(neurons.count * width)
        var noise: [Float] = []
        noise.reserveCapacity(neurons.count * width)
        for neuron in neurons {
            var scale: Float = 1
            if shape.scale == .relative {
                let column = model.layers[entry.site.layer].down.unpackColumn(neuron)
                let sum = column.reduce(0.0) { $0 + Double($1) * Double($1) }
                scale = Float((sum / Double(width)).squareRoot())
            }
            for dimension in 0..<width {
                let normal = CounterRandom.normal(
                    seed: shape.seed,
                    coordinates: CounterRandom.valueNoiseCoordinates(
                        layer: entry.site.layer, neuron: neuron, dimension: dimension))
                noise.append(scale * (shape.mean + shape.standardDeviation * normal))
            }
        }
        return CompiledValueNoise(
            positions: action.positions, neurons: neurons, noise: noise, receipt: place.receipt,
            slot: place.slot)
    }
}
