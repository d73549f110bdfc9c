extension HookPlan {
    /// The text spelling: one action or capture a line, actions first.
    public var text: String {
        (actions.map(\.text) + captures.map { "capture \($0.text)" }).joined(separator: "\n")
    }
}

extension HookAction {
    /// The text spelling, for example `scale 1.5 L21N7027 at last`.
    public var text: String {
        var words = [operation.text, target.text]
        if case .keepOnly(let layers?) = operation { words.append("in \(layers.text)") }
        if positions != .all { words.append("at \(positions.text)") }
        return words.joined(separator: " ")
    }
}

extension Capture {
    /// The text spelling without the word `capture`, for example `L3N* mean_abs at prompt`.
    public var text: String {
        var words = [selection.text]
        if let reduction { words.append(reduction.text) }
        if format != .f32 { words.append(format.rawValue) }
        if beforeActions { words.append("pre") }
        if positions != .all { words.append("at \(positions.text)") }
        return words.joined(separator: " ")
    }
}

extension Target {
    /// The selections, then the sets, separated by blanks.
    public var text: String {
        (selections.map(\.text) + sets.map(\.text)).joined(separator: " ")
    }
}

extension ContentHash {
    /// `sha256:` and the digits.
    public var text: String { "sha256:\(hex)" }
}

extension Selection {
    /// `L3N10-20` for neurons, `L17H22` for heads, `resid_post.5[0-3]` for everything else.
    public var text: String {
        switch site {
        case .mlpAct: return "L\(layers.text)N\(units.text)"
        case .attnZ: return "L\(layers.text)H\(units.text)"
        default:
            let name = site.isLayered ? "\(site.rawValue).\(layers.text)" : site.rawValue
            return units == .all ? name : "\(name)[\(units.text)]"
        }
    }
}

extension Positions {
    /// The clauses, separated by blanks.
    public var text: String { clauses.map(\.text).joined(separator: " ") }
}

extension Positions.Clause {
    /// The clause as it stands after `at`.
    public var text: String {
        switch self {
        case .all: "all"
        case .prompt: "prompt"
        case .generated: "generated"
        case .last: "last"
        case .list(let list): list.map(String.init).joined(separator: ",")
        case .window(let from, let to): "\(from):\(to.map(String.init) ?? "")"
        case .tokens(let ids): "tokens(\(ids.map(String.init).joined(separator: ",")))"
        }
    }
}

extension HookValue {
    /// A number, `[1,2,3]` or `sha256:HEX:tensor`.
    public var text: String {
        switch self {
        case .scalar(let value): HookNumbers.text(value)
        case .vector(let values): "[\(values.map(HookNumbers.text).joined(separator: ","))]"
        case .object(let hash, let tensor): "\(hash.text):\(HookParser.quote(tensor))"
        }
    }
}

extension Operation {
    /// The action word, without arguments.
    public var name: String {
        switch self {
        case .zero: "zero"
        case .scale: "scale"
        case .set: "set"
        case .add: "add"
        case .clamp: "clamp"
        case .noise: "noise"
        case .valueNoise: "value-noise"
        case .mean: "mean"
        case .patch: "patch"
        case .keepOnly: "keep-only"
        }
    }

    /// The action word with its arguments; the layers of `keep-only` stand after the target.
    var text: String {
        switch self {
        case .zero, .keepOnly: name
        case .scale(let factor): "\(name) \(HookNumbers.text(factor))"
        case .set(let value), .add(let value): "\(name) \(value.text)"
        case .clamp(let low, let high):
            "\(name) \(HookNumbers.text(low)) \(HookNumbers.text(high))"
        case .noise(let noise), .valueNoise(let noise): "\(name) \(noise.text)"
        case .mean(let hash), .patch(let hash): "\(name) \(hash.text)"
        }
    }
}

extension NoiseShape {
    var text: String {
        """
        mean=\(HookNumbers.text(mean)) std=\(HookNumbers.text(standardDeviation)) \
        seed=\(seed) \(scale.rawValue)
        """
    }
}

extension Reduction {
    /// The reduction's word, without arguments.
    public var name: String {
        switch self {
        case .mean: "mean"
        case .meanAbs: "mean_abs"
        case .rms: "rms"
        case .l2: "l2"
        case .max: "max"
        case .sum: "sum"
        case .countAbove: "count"
        case .topK: "top_k"
        case .norm: "norm"
        case .dot: "dot"
        case .logProbability: "logprob"
        case .rank: "rank"
        case .entropy: "entropy"
        case .klDivergence: "kl"
        }
    }

    /// The reduction as the text spelling has it, for example `top_k(20,abs)`.
    public var text: String {
        switch self {
        case .mean, .meanAbs, .rms, .l2, .max, .sum, .norm, .entropy: name
        case .countAbove(let threshold): "\(name)>\(HookNumbers.text(threshold))"
        case .topK(let count, .value): "\(name)(\(count))"
        case .topK(let count, let order): "\(name)(\(count),\(order.rawValue))"
        case .dot(let value), .klDivergence(let value): "\(name)(\(value.text))"
        case .logProbability(let ids), .rank(let ids):
            "\(name)(\(ids.map(String.init).joined(separator: ",")))"
        }
    }
}
