// What can be refused without knowing the model: empty selections, numbers that make no sense,
// and actions or reductions that a site cannot have.

extension HookPlan {
    /// Checks everything that does not need a model.
    ///
    /// - Throws: `HookError`, within the action or capture by index and text.
    public func validate() throws(HookError) {
        for (what, count) in [("actions", actions.count), ("captures", captures.count)]
        where count > HookLimits.hookCount {
            throw .overLimit(
                what: "the number of \(what)", count: count, limit: HookLimits.hookCount)
        }
        for (index, action) in actions.enumerated() {
            do throws(HookError) { try action.validate() } catch {
                throw .within(action.place(index), error)
            }
        }
        for (index, capture) in captures.enumerated() {
            do throws(HookError) { try capture.validate() } catch {
                throw .within(capture.place(index), error)
            }
        }
    }
}

extension HookAction {
    /// The action's index and text, for messages.
    func place(_ index: Int) -> String { "action \(index) (\(abbreviated(text)))" }

    /// Checks the action alone.
    func validate() throws(HookError) {
        try target.validate(what: "the target")
        try positions.validate()
        try operation.validate()
        for selection in target.selections { try operation.validate(on: selection.site) }
        if case .keepOnly(let layers?) = operation,
            let site = target.selections.first(where: { !$0.site.isLayered })?.site
        {
            throw .combination(
                what: "keep-only of \(site.rawValue) in layers \(layers.text)",
                reason: "\(site.rawValue) exists once, outside the layers",
                accepted: "keep-only without 'in' on \(site.rawValue)")
        }
    }
}

extension Capture {
    /// The capture's index and text, for messages.
    func place(_ index: Int) -> String { "capture \(index) (\(abbreviated(text)))" }

    /// Checks the capture alone.
    func validate() throws(HookError) {
        try selection.validate()
        try positions.validate()
        guard let reduction else { return }
        try reduction.validate()
        try reduction.validate(on: selection)
        guard format == .f32 else {
            throw .combination(
                what: "format f16 with \(reduction.text)",
                reason: "reductions are few numbers and have a type of their own",
                accepted: "f16 for raw rows")
        }
    }
}

extension Target {
    /// Checks that the target names something.
    ///
    /// - Parameter what: the target's name in messages.
    public func validate(what: String = "the target") throws(HookError) {
        guard !selections.isEmpty || !sets.isEmpty else {
            throw .selectsNothing(what: what, remedy: "name units, such as L21N7027, or a set")
        }
        for selection in selections { try selection.validate() }
    }
}

extension Selection {
    func validate() throws(HookError) {
        for (selector, what, limit) in [
            (layers, "layer", HookLimits.largestLayer),
            (units, site.unit.rawValue, HookLimits.largestUnit),
        ] {
            guard case .ranges(let ranges) = selector else { continue }
            guard let first = ranges.ranges.first, let last = ranges.ranges.last else {
                throw .selectsNothing(
                    what: "an empty list of \(what)s of \(site.rawValue)",
                    remedy: "name at least one \(what), or * for all")
            }
            guard first.lowerBound >= 0, last.upperBound - 1 <= limit else {
                let index = first.lowerBound < 0 ? first.lowerBound : last.upperBound - 1
                throw .outOfRange(
                    what: "\(what) \(index)",
                    limit: "\(what)s are counted from 0 to at most \(limit)")
            }
        }
        guard site.isLayered || layers == .all else {
            throw .combination(
                what: "layer \(layers.text) of \(site.rawValue)",
                reason: "\(site.rawValue) exists once, outside the layers",
                accepted: site.rawValue)
        }
    }
}

extension Positions {
    func validate() throws(HookError) {
        guard !clauses.isEmpty else {
            throw .selectsNothing(
                what: "an empty list of positions", remedy: "leave positions out for all of them")
        }
        for clause in clauses { try clause.validate() }
    }
}

extension Positions.Clause {
    func validate() throws(HookError) {
        switch self {
        case .all, .prompt, .generated, .last: return
        case .list(let list):
            guard !list.isEmpty else {
                throw .selectsNothing(
                    what: "an empty list of positions", remedy: "name at least one position")
            }
            for position in list { try bounded(position) }
        case .window(let from, let to):
            try bounded(from)
            if let to { try bounded(to) }
            guard let to, (from < 0) == (to < 0), from >= to else { return }
            throw .selectsNothing(
                what: "window \(from):\(to)",
                remedy: "a window is half-open, so its end must be larger than its start")
        case .tokens(let ids):
            guard !ids.isEmpty else {
                throw .selectsNothing(
                    what: "an empty set of tokens", remedy: "name at least one token id")
            }
            guard let negative = ids.first(where: { $0 < 0 }) else { return }
            throw .outOfRange(what: "token id \(negative)", limit: "token ids are counted from 0")
        }
    }

    private func bounded(_ position: Int) throws(HookError) {
        guard position.magnitude > UInt(HookLimits.largestIndex) else { return }
        throw .outOfRange(
            what: "position \(position)",
            limit: "no position is farther than \(HookLimits.largestIndex)")
    }
}
