extension HookPlan {
    /// The form that every spelling of the same plan has: text, with the line `neurond hooks 1`
    /// before it.
    ///
    /// Actions and captures keep their order, which has a meaning. Inside them, what has none is
    /// sorted and merged: selections, sets, position clauses, and the sign of zero.
    public var canonicalText: String {
        let plan = canonicalized
        let lines = ["neurond hooks 1"] + (plan == HookPlan() ? [] : [plan.text])
        return lines.joined(separator: "\n") + "\n"
    }

    /// SHA-256 of `canonicalText` in UTF-8, as 64 hexadecimal digits: the plan hash of receipts
    /// and of cache keys.
    public var planHash: String { ContentHash(hashing: Array(canonicalText.utf8)).hex }

    /// The plan with everything sorted and merged whose order has no meaning.
    public var canonicalized: HookPlan {
        HookPlan(
            actions: actions.map(\.canonicalized), captures: captures.map(\.canonicalized))
    }

    /// Every stored object that the plan names, sorted.
    public var objects: [ContentHash] {
        var found: Set<ContentHash> = []
        for action in actions {
            found.formUnion(action.target.sets)
            switch action.operation {
            case .mean(let hash), .patch(let hash): found.insert(hash)
            case .set(.object(let hash, _)), .add(.object(let hash, _)): found.insert(hash)
            default: break
            }
        }
        for capture in captures {
            switch capture.reduction {
            case .dot(.object(let hash, _)), .klDivergence(.object(let hash, _)):
                found.insert(hash)
            default: break
            }
        }
        return found.sorted { $0.hex < $1.hex }
    }
}

extension HookAction {
    var canonicalized: HookAction {
        HookAction(
            operation.canonicalized, target.canonicalized, positions: positions.canonicalized)
    }
}

extension Capture {
    var canonicalized: Capture {
        var copy = self
        copy.positions = positions.canonicalized
        copy.reduction = reduction?.canonicalized
        return copy
    }
}

extension Target {
    /// Merges the units of selections that have site and layers in common, then sorts.
    var canonicalized: Target {
        var merged: [Selection: IndexSelector] = [:]
        for selection in selections {
            let key = Selection(site: selection.site, layers: selection.layers)
            merged[key] = merged[key]?.union(selection.units) ?? selection.units
        }
        let list = merged.map { key, units in
            Selection(site: key.site, layers: key.layers, units: units)
        }
        return Target(
            selections: list.sorted { $0.text < $1.text },
            sets: Set(sets).sorted { $0.hex < $1.hex })
    }
}

extension IndexSelector {
    /// What either selects.
    func union(_ other: IndexSelector) -> IndexSelector {
        guard case .ranges(let left) = self, case .ranges(let right) = other else { return .all }
        return .ranges(left.union(right))
    }
}

extension Positions {
    /// One clause of each kind, sorted; `all` makes the others redundant.
    var canonicalized: Positions {
        guard !clauses.contains(.all) else { return .all }
        var list: Set<Int> = []
        var ids: Set<Int32> = []
        var others: Set<Positions.Clause> = []
        for clause in clauses {
            switch clause {
            case .list(let positions): list.formUnion(positions)
            case .tokens(let tokens): ids.formUnion(tokens)
            default: others.insert(clause)
            }
        }
        var sorted = others.sorted { $0.text < $1.text }
        if !list.isEmpty { sorted.append(.list(list.sorted())) }
        if !ids.isEmpty { sorted.append(.tokens(ids.sorted())) }
        return Positions(sorted)
    }
}

extension Operation {
    /// The operation with −0 replaced by 0, which compares equal and must hash equal.
    var canonicalized: Operation {
        switch self {
        case .scale(let factor): .scale(factor + 0)
        case .set(let value): .set(value.canonicalized)
        case .add(let value): .add(value.canonicalized)
        case .clamp(let low, let high): .clamp(low: low + 0, high: high + 0)
        case .noise(let noise): .noise(noise.canonicalized)
        case .valueNoise(let noise): .valueNoise(noise.canonicalized)
        case .zero, .mean, .patch, .keepOnly: self
        }
    }
}

extension NoiseShape {
    var canonicalized: NoiseShape {
        var copy = self
        copy.mean += 0
        copy.standardDeviation += 0
        return copy
    }
}

extension HookValue {
    var canonicalized: HookValue {
        switch self {
        case .scalar(let value): .scalar(value + 0)
        case .vector(let values): .vector(values.map { $0 + 0 })
        case .object: self
        }
    }
}

extension Reduction {
    var canonicalized: Reduction {
        switch self {
        case .countAbove(let threshold): .countAbove(threshold + 0)
        case .dot(let value): .dot(value.canonicalized)
        case .klDivergence(let value): .klDivergence(value.canonicalized)
        default: self
        }
    }
}
