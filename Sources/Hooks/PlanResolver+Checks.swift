extension PlanResolver {
    /// Checks that a vector is as long as the elements of the entry.
    func check(
        _ value: HookValue, of name: String, _ entry: ResolvedAction.Entry
    ) throws(HookError) {
        guard case .vector(let values) = value,
            let perUnit = shape.elementsPerUnit(of: entry.site.kind)
        else { return }
        let expected = entry.units.count * perUnit
        guard values.count != expected else { return }
        let unit = entry.site.kind.unit.rawValue
        throw .badValue(
            what: "the vector of \(name)", value: "\(values.count) values",
            expected: "\(expected) for \(entry.site): \(entry.units.count) × \(unit) of "
                + "\(perUnit), in ascending order")
    }

    /// Checks a reduction's vector, k and tokens against the entry.
    func check(
        _ reduction: Reduction?, _ entry: ResolvedAction.Entry
    ) throws(HookError) {
        switch reduction {
        case .dot(let value)?: try check(value, of: "dot", entry)
        case .klDivergence(let value)?: try check(value, of: "kl", entry)
        case .topK(let count, _)?:
            let elements = entry.units.count * (shape.elementsPerUnit(of: entry.site.kind) ?? 1)
            guard count > elements else { return }
            throw .outOfRange(
                what: "top_k(\(count)) of \(entry.site)",
                limit: "the selection has \(elements) elements in a row")
        case .logProbability(let ids)?, .rank(let ids)?: try check(tokens: ids)
        default: return
        }
    }

    /// Checks the clauses against the vocabulary and, when known, the sequence.
    func check(_ positions: Positions) throws(HookError) {
        for clause in positions.clauses {
            if case .tokens(let ids) = clause { try check(tokens: ids) }
            if let extent { try check(clause, extent) }
        }
    }

    private func check(tokens ids: [Int32]) throws(HookError) {
        guard let id = ids.first(where: { Int($0) >= shape.vocabularyCount }) else { return }
        throw .outOfRange(
            what: "token id \(id)",
            limit: "this model has \(shape.vocabularyCount) tokens, 0 to "
                + "\(shape.vocabularyCount - 1)")
    }

    private func check(
        _ clause: Positions.Clause, _ extent: SequenceExtent
    ) throws(HookError) {
        let rows = extent.rowCount
        switch clause {
        case .all, .prompt, .last, .tokens: return
        case .generated:
            guard rows == extent.promptCount else { return }
            throw .selectsNothing(
                what: "'generated'",
                remedy: "this request feeds back no generated token; the last sampled one never "
                    + "is, so at least two must be generated")
        case .list(let list):
            for position in list {
                let row = position < 0 ? extent.promptCount + position : position
                guard row < 0 || row >= rows else { continue }
                throw .outOfRange(what: "position \(position)", limit: extent.label)
            }
        case .window(let from, let to):
            let start = max(0, from < 0 ? extent.promptCount + from : from)
            let end = min(rows, to.map { $0 < 0 ? extent.promptCount + $0 : $0 } ?? rows)
            guard start >= end else { return }
            throw .selectsNothing(what: "window \(clause.text)", remedy: extent.label)
        }
    }
}

extension SequenceExtent {
    /// The rows there are, for messages.
    var label: String {
        let generated = rowCount - promptCount
        return "the prompt has \(promptCount) tokens"
            + (generated > 0
                ? " and at most \(generated) generated ones are fed back, positions 0 to "
                    + "\(rowCount - 1)"
                : ", positions 0 to \(rowCount - 1)")
            + "; -1 is the prompt's last"
    }
}

extension ModelShape {
    /// What an index into the site counts in this model, for example `8 key-value heads (shared by
    /// 32 query heads)`.
    public func unitLabel(of kind: SiteKind) -> String {
        let count = unitCount(of: kind)
        switch kind.unit {
        case .dimension: return "\(count) dimensions"
        case .neuron: return "\(count) neurons a layer"
        case .token: return "\(count) tokens"
        case .head:
            return keyValueHeadCount == headCount
                ? "\(count) heads" : "\(count) query heads (\(keyValueHeadCount) key-value heads)"
        case .keyValueHead:
            return keyValueHeadCount == headCount
                ? "\(count) heads" : "\(count) key-value heads (shared by \(headCount) query heads)"
        }
    }
}
