import Hooks
import Messages
import SwiftProtobuf

extension HookValue {
    init(message: Neurond_V1_Value, of place: String) throws(HookError) {
        try checkKnown(message, "Value")
        switch message.value {
        case .scalar(let number)?: self = .scalar(number)
        case .vector(let vector)?:
            try checkKnown(vector, "Value.Vector")
            self = .vector(vector.values)
        case .stored(let stored)?:
            try checkKnown(stored, "Value.Stored")
            self = .object(
                try ContentHash(message: stored.hash, what: "the object of \(place)"),
                tensor: stored.tensor)
        case nil:
            throw .syntax(found: "an empty Value of \(place)", expected: "one of its oneof")
        }
    }
}

extension NoiseShape {
    init(message: Neurond_V1_Noise) throws(HookError) {
        try checkKnown(message, "Noise")
        self.init(
            mean: message.mean, standardDeviation: message.standardDeviation, seed: message.seed,
            scale: message.relative ? .relative : .absolute)
    }
}

extension Hooks.Operation {
    init(message: Neurond_V1_Action.OneOf_Operation) throws(HookError) {
        switch message {
        case .zero(let flag):
            try checkTrue(flag, "zero")
            self = .zero
        case .scale(let factor): self = .scale(factor)
        case .set(let value): self = .set(try HookValue(message: value, of: "set"))
        case .add(let value): self = .add(try HookValue(message: value, of: "add"))
        case .clamp(let clamp):
            try checkKnown(clamp, "Action.Clamp")
            self = .clamp(low: clamp.low, high: clamp.high)
        case .noise(let noise): self = .noise(try NoiseShape(message: noise))
        case .valueNoise(let noise): self = .valueNoise(try NoiseShape(message: noise))
        case .mean(let hash): self = .mean(try ContentHash(message: hash, what: "mean"))
        case .patch(let hash): self = .patch(try ContentHash(message: hash, what: "patch"))
        case .keepOnly(let keep): self = .keepOnly(layers: try Self.layers(keep))
        }
    }

    private static func layers(
        _ keep: Neurond_V1_Action.KeepOnly
    ) throws(HookError) -> IndexRanges? {
        try checkKnown(keep, "Action.KeepOnly")
        guard keep.hasLayers else { return nil }
        guard
            case .ranges(let ranges) = try IndexSelector(
                message: keep.layers, place: "the layers of keep_only")
        else {
            throw .badValue(
                what: "the layers of keep_only", value: "all",
                expected: "a mask of layers, or no message for those that the target names")
        }
        return ranges
    }
}

extension Reduction {
    init(message: Neurond_V1_Reduction) throws(HookError) {
        try checkKnown(message, "Reduction")
        guard let reduction = message.reduction else {
            throw .syntax(found: "an empty Reduction", expected: "one of its oneof")
        }
        if let flag = try Self.flag(reduction) {
            self = flag
            return
        }
        switch reduction {
        case .countAbove(let threshold): self = .countAbove(threshold)
        case .topK(let top):
            try checkKnown(top, "Reduction.TopK")
            self = .topK(
                Int(top.k),
                by: try TopOrder(absolute: top.absolute, valueNorm: top.valueNorm))
        case .dot(let value): self = .dot(try HookValue(message: value, of: "dot"))
        case .logProbability(let ids):
            try checkKnown(ids, "Reduction.Tokens")
            self = .logProbability(try tokenIDs(message: ids.ids))
        case .rank(let ids):
            try checkKnown(ids, "Reduction.Tokens")
            self = .rank(try tokenIDs(message: ids.ids))
        case .klDivergence(let value):
            self = .klDivergence(try HookValue(message: value, of: "kl"))
        case .mean, .meanAbs, .rms, .l2, .max, .sum, .norm, .entropy:
            preconditionFailure("flag(_:) reads every member that is a flag")
        }
    }

    /// The reduction of a member that is a flag, which must be true; nil for the others.
    private static func flag(
        _ reduction: Neurond_V1_Reduction.OneOf_Reduction
    ) throws(HookError) -> Reduction? {
        let (flag, meaning): (Bool, Reduction)
        switch reduction {
        case .mean(let value): (flag, meaning) = (value, .mean)
        case .meanAbs(let value): (flag, meaning) = (value, .meanAbs)
        case .rms(let value): (flag, meaning) = (value, .rms)
        case .l2(let value): (flag, meaning) = (value, .l2)
        case .max(let value): (flag, meaning) = (value, .max)
        case .sum(let value): (flag, meaning) = (value, .sum)
        case .norm(let value): (flag, meaning) = (value, .norm)
        case .entropy(let value): (flag, meaning) = (value, .entropy)
        case .countAbove, .topK, .dot, .logProbability, .rank, .klDivergence: return nil
        }
        try checkTrue(flag, meaning.name)
        return meaning
    }
}
