extension Operation {
    /// Checks the arguments.
    func validate() throws(HookError) {
        switch self {
        case .zero, .mean, .patch: return
        case .scale(let factor): try finite(factor, "a scale factor")
        case .set(let value), .add(let value): try value.validate(of: name)
        case .clamp(let low, let high):
            try finite(low, "the lower bound of clamp")
            try finite(high, "the upper bound of clamp")
            guard low <= high else {
                throw .badValue(
                    what: "clamp", value: "\(HookNumbers.text(low)) \(HookNumbers.text(high))",
                    expected: "the lower bound first, then one that is not smaller")
            }
        case .noise(let noise), .valueNoise(let noise):
            try finite(noise.mean, "the noise's mean")
            try finite(noise.standardDeviation, "the noise's standard deviation")
            guard noise.standardDeviation >= 0 else {
                throw .badValue(
                    what: "the noise's standard deviation",
                    value: HookNumbers.text(noise.standardDeviation),
                    expected: "zero or a positive number")
            }
        case .keepOnly(let layers):
            guard let layers, layers.isEmpty else { return }
            throw .selectsNothing(
                what: "an empty list of layers after 'in'",
                remedy: "name at least one layer, or leave 'in' out")
        }
    }

    /// Checks that the site can have the operation.
    func validate(on site: SiteKind) throws(HookError) {
        switch self {
        case .valueNoise where site != .mlpAct:
            throw .combination(
                what: "value-noise on \(site.rawValue)",
                reason: "it perturbs the value vectors of neurons, and only mlp.act has neurons "
                    + "with value vectors",
                accepted: "value-noise on units of mlp.act such as L21N7027; noise on "
                    + "\(site.rawValue)")
        case .set(.vector), .set(.object), .add(.vector), .add(.object):
            guard site == .attnPattern else { return }
            throw rowsDiffer("\(name) with a vector")
        case .mean where site == .attnPattern, .patch where site == .attnPattern:
            throw rowsDiffer(name)
        default: return
        }
    }

    private func rowsDiffer(_ what: String) -> HookError {
        .combination(
            what: "\(what) on attn.pattern",
            reason: "a row has as many elements as there are source positions, so no stored "
                + "vector fits every row",
            accepted: "zero, scale, set and add with one number, clamp, noise, keep-only")
    }
}

extension HookValue {
    func validate(of place: String) throws(HookError) {
        switch self {
        case .scalar(let value): try finite(value, "the value of \(place)")
        case .vector(let values):
            guard !values.isEmpty else {
                throw .badValue(
                    what: "the value of \(place)", value: "[]", expected: "at least one number")
            }
            guard values.count <= HookLimits.vectorCount else {
                throw .overLimit(
                    what: "the vector of \(place)", count: values.count,
                    limit: HookLimits.vectorCount)
            }
            for value in values { try finite(value, "a value of \(place)") }
        case .object(_, let tensor):
            guard tensor.isEmpty else { return }
            throw .badValue(
                what: "the tensor of \(place)", value: "", expected: "the name of a tensor")
        }
    }
}

extension Reduction {
    /// Whether it needs the whole distribution over the vocabulary.
    var isOfLogits: Bool {
        switch self {
        case .logProbability, .rank, .entropy, .klDivergence: true
        default: false
        }
    }

    /// Checks the arguments.
    func validate() throws(HookError) {
        switch self {
        case .mean, .meanAbs, .rms, .l2, .max, .sum, .norm, .entropy: return
        case .countAbove(let threshold): try finite(threshold, "the threshold of count")
        case .topK(let count, _):
            guard count > 0 else {
                throw .selectsNothing(what: "top_k(\(count))", remedy: "k is at least 1")
            }
            guard count <= HookLimits.topCount else {
                throw .overLimit(what: "k of top_k", count: count, limit: HookLimits.topCount)
            }
        case .dot(let value), .klDivergence(let value):
            if case .scalar(let number) = value {
                throw .badValue(
                    what: "the argument of \(name)", value: HookNumbers.text(number),
                    expected: "a vector such as [1,0,-1], or sha256:…:tensor")
            }
            try value.validate(of: name)
        case .logProbability(let ids), .rank(let ids):
            guard !ids.isEmpty else {
                throw .selectsNothing(
                    what: "\(name) of no tokens", remedy: "name at least one token id")
            }
            try Positions.Clause.tokens(ids).validate()
        }
    }

    /// Checks that the selection's site can have the reduction.
    func validate(on selection: Selection) throws(HookError) {
        if isOfLogits {
            guard selection.site == .logits else {
                throw .combination(
                    what: "\(name) of \(selection.site.rawValue)",
                    reason: "it is a property of the distribution over tokens, which only logits "
                        + "have",
                    accepted: "\(name) of logits")
            }
            guard selection.units == .all else {
                throw .combination(
                    what: "\(name) of some logits",
                    reason: "the distribution needs the whole vocabulary",
                    accepted: "logits \(text)")
            }
        }
        if case .topK(_, by: .valueNorm) = self, selection.site != .mlpAct {
            throw .combination(
                what: "\(text) of \(selection.site.rawValue)",
                reason: "only mlp.act has neurons with value vectors, whose norms it weighs by",
                accepted: "\(text) of mlp.act; top_k(20) or top_k(20,abs) of "
                    + "\(selection.site.rawValue)")
        }
        guard selection.site != .attnPattern else {
            throw .combination(
                what: "\(text) of attn.pattern",
                reason: "a row has as many elements as there are source positions, so neither "
                    + "sums over rows nor indices into a row have a fixed meaning",
                accepted: "raw rows of attn.pattern, f32 or f16")
        }
    }
}

private func finite(_ value: Float, _ what: String) throws(HookError) {
    guard value.isFinite else {
        throw .badValue(what: what, value: "\(value)", expected: "a finite number")
    }
}
