public import Hooks
public import Messages
import SwiftProtobuf
import struct FoundationEssentials.Data

extension Neurond_V1_HookPlan {
    /// Writes a plan as a message.
    ///
    /// - Throws: `HookError` for a plan that no model could run; such a plan is never sent.
    public init(_ plan: HookPlan) throws(HookError) {
        try plan.validate()
        self.init()
        actions = plan.actions.map { Neurond_V1_Action(checked: $0) }
        captures = plan.captures.map { Neurond_V1_Capture(checked: $0) }
    }
}

extension Neurond_V1_Action {
    init(checked action: HookAction) {
        self.init()
        target = Neurond_V1_Target(checked: action.target)
        if action.positions != .all { positions = Neurond_V1_Positions(action.positions) }
        operation = OneOf_Operation(action.operation)
    }
}

extension Neurond_V1_Capture {
    init(checked capture: Capture) {
        self.init()
        selection = Neurond_V1_Selection(checked: capture.selection)
        if capture.positions != .all { positions = Neurond_V1_Positions(capture.positions) }
        if let asked = capture.reduction { reduction = Neurond_V1_Reduction(asked) }
        half = capture.format == .f16
        beforeActions = capture.beforeActions
    }
}

extension Neurond_V1_Target {
    /// Writes a target as a message.
    ///
    /// - Throws: `HookError` for an empty target or an empty selection.
    public init(_ target: Target) throws(HookError) {
        try target.validate()
        self.init(checked: target)
    }

    init(checked target: Target) {
        self.init()
        selections = target.selections.map { Neurond_V1_Selection(checked: $0) }
        sets = target.sets.map { Data($0.bytes) }
    }
}

extension Neurond_V1_Selection {
    init(checked selection: Selection) {
        self.init()
        site = selection.site.rawValue
        if selection.site.isLayered { layers = Neurond_V1_Indices(selection.layers) }
        units = Neurond_V1_Indices(selection.units)
    }
}

extension Neurond_V1_Indices {
    init(_ selector: IndexSelector) {
        self.init()
        switch selector {
        case .all: all = true
        case .ranges(let ranges): mask = Data(MaskEncoding.encode(ranges))
        }
    }
}

extension Neurond_V1_Positions {
    init(_ positions: Positions) {
        self.init()
        clauses = positions.clauses.map { clause in
            var message = Neurond_V1_PositionClause()
            message.clause = .init(clause)
            return message
        }
    }
}

extension Neurond_V1_PositionClause.OneOf_Clause {
    init(_ clause: Positions.Clause) {
        switch clause {
        case .all: self = .all(true)
        case .prompt: self = .prompt(true)
        case .generated: self = .generated(true)
        case .last: self = .last(true)
        case .list(let list):
            var numbers = Neurond_V1_PositionClause.Numbers()
            numbers.values = list.map { Int64($0) }
            self = .list(numbers)
        case .window(let from, let to):
            var window = Neurond_V1_PositionClause.Window()
            window.from = Int64(from)
            if let to { window.to = Int64(to) }
            self = .window(window)
        case .tokens(let ids):
            var tokens = Neurond_V1_PositionClause.Tokens()
            tokens.ids = ids.map { UInt32(bitPattern: $0) }
            self = .tokens(tokens)
        }
    }
}

extension Neurond_V1_Value {
    init(_ value: HookValue) {
        self.init()
        switch value {
        case .scalar(let number): scalar = number
        case .vector(let values): vector.values = values
        case .object(let hash, let tensor):
            stored.hash = Data(hash.bytes)
            stored.tensor = tensor
        }
    }
}

extension Neurond_V1_Noise {
    init(_ noise: NoiseShape) {
        self.init()
        mean = noise.mean
        standardDeviation = noise.standardDeviation
        seed = noise.seed
        relative = noise.scale == .relative
    }
}

extension Neurond_V1_Action.OneOf_Operation {
    init(_ operation: Hooks.Operation) {
        switch operation {
        case .zero: self = .zero(true)
        case .scale(let factor): self = .scale(factor)
        case .set(let value): self = .set(Neurond_V1_Value(value))
        case .add(let value): self = .add(Neurond_V1_Value(value))
        case .clamp(let low, let high):
            var clamp = Neurond_V1_Action.Clamp()
            clamp.low = low
            clamp.high = high
            self = .clamp(clamp)
        case .noise(let noise): self = .noise(Neurond_V1_Noise(noise))
        case .valueNoise(let noise): self = .valueNoise(Neurond_V1_Noise(noise))
        case .mean(let hash): self = .mean(Data(hash.bytes))
        case .patch(let hash): self = .patch(Data(hash.bytes))
        case .keepOnly(let layers):
            var keep = Neurond_V1_Action.KeepOnly()
            if let layers { keep.layers = Neurond_V1_Indices(.ranges(layers)) }
            self = .keepOnly(keep)
        }
    }
}

extension Neurond_V1_Reduction {
    init(_ asked: Reduction) {
        self.init()
        switch asked {
        case .mean: mean = true
        case .meanAbs: meanAbs = true
        case .rms: rms = true
        case .l2: l2 = true
        case .max: max = true
        case .sum: sum = true
        case .countAbove(let threshold): countAbove = threshold
        case .topK(let count, let order):
            topK.k = UInt32(count)
            topK.absolute = order == .magnitude
            topK.valueNorm = order == .valueNorm
        case .norm: norm = true
        case .dot(let value): dot = Neurond_V1_Value(value)
        case .logProbability(let ids): logProbability.ids = ids.map { UInt32(bitPattern: $0) }
        case .rank(let ids): rank.ids = ids.map { UInt32(bitPattern: $0) }
        case .entropy: entropy = true
        case .klDivergence(let value): klDivergence = Neurond_V1_Value(value)
        }
    }
}
