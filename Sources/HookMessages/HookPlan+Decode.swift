public import Hooks
public import Messages
import SwiftProtobuf

extension HookPlan {
    /// Reads a plan from its message.
    ///
    /// - Throws: `HookError`, within the action or capture by index.
    public init(message: Neurond_V1_HookPlan) throws(HookError) {
        try checkKnown(message, "HookPlan")
        self.init()
        for (index, action) in message.actions.enumerated() {
            do throws(HookError) { actions.append(try HookAction(message: action)) } catch {
                throw .within("action \(index)", error)
            }
        }
        for (index, capture) in message.captures.enumerated() {
            do throws(HookError) { captures.append(try Capture(message: capture)) } catch {
                throw .within("capture \(index)", error)
            }
        }
        try validate()
    }
}

extension HookAction {
    init(message: Neurond_V1_Action) throws(HookError) {
        try checkKnown(message, "Action")
        guard let operation = message.operation else {
            throw .syntax(found: "an Action without an operation", expected: "one of its oneof")
        }
        self.init(
            try Hooks.Operation(message: operation), try Target(parts: message.target),
            positions: try Positions(message: message.positions))
    }
}

extension Capture {
    init(message: Neurond_V1_Capture) throws(HookError) {
        try checkKnown(message, "Capture")
        guard message.hasSelection else {
            throw .syntax(found: "a Capture without a selection", expected: "a Selection")
        }
        self.init(
            try Selection(message: message.selection),
            positions: try Positions(message: message.positions),
            reduction: message.hasReduction ? try Reduction(message: message.reduction) : nil,
            format: message.half ? .f16 : .f32, beforeActions: message.beforeActions)
    }
}

extension Target {
    /// Reads a target on its own, as `project` and `columns` name units.
    ///
    /// - Throws: `HookError` for anything that a plan's target could not be.
    public init(message: Neurond_V1_Target) throws(HookError) {
        try self.init(parts: message)
        try validate()
    }

    init(parts message: Neurond_V1_Target) throws(HookError) {
        try checkKnown(message, "Target")
        self.init(selections: [])
        for selection in message.selections {
            selections.append(try Selection(message: selection))
        }
        for hash in message.sets { sets.append(try ContentHash(message: hash, what: "a set")) }
    }
}

extension Selection {
    /// Reads a selection; an alias that holds a layer stands for that layer.
    init(message: Neurond_V1_Selection) throws(HookError) {
        try checkKnown(message, "Selection")
        let name = try SiteName(message.site)
        self.init(site: name.kind, layers: name.layers)
        if message.hasLayers {
            let given = try IndexSelector(message: message.layers, place: "layers")
            guard name.layers == .all || given == .all else {
                throw .syntax(
                    found: "layers \(given.text)", expected: "no layers beside '\(message.site)'")
            }
            if given != .all { layers = given }
        }
        if message.hasUnits {
            units = try IndexSelector(message: message.units, place: "units")
        }
    }
}

extension Positions {
    /// Reads positions; no clauses mean every position.
    init(message: Neurond_V1_Positions) throws(HookError) {
        try checkKnown(message, "Positions")
        guard !message.clauses.isEmpty else {
            self = .all
            return
        }
        var clauses: [Clause] = []
        for clause in message.clauses { clauses.append(try Clause(message: clause)) }
        self.init(clauses)
    }
}

extension Positions.Clause {
    init(message: Neurond_V1_PositionClause) throws(HookError) {
        try checkKnown(message, "PositionClause")
        switch message.clause {
        case .all(let flag)?:
            try checkTrue(flag, "all")
            self = .all
        case .prompt(let flag)?:
            try checkTrue(flag, "prompt")
            self = .prompt
        case .generated(let flag)?:
            try checkTrue(flag, "generated")
            self = .generated
        case .last(let flag)?:
            try checkTrue(flag, "last")
            self = .last
        case .list(let numbers)?:
            try checkKnown(numbers, "PositionClause.Numbers")
            self = .list(numbers.values.map { Int($0) })
        case .window(let window)?:
            try checkKnown(window, "PositionClause.Window")
            self = .window(from: Int(window.from), to: window.hasTo ? Int(window.to) : nil)
        case .tokens(let ids)?:
            try checkKnown(ids, "PositionClause.Tokens")
            self = .tokens(try tokenIDs(message: ids.ids))
        case nil:
            throw .syntax(found: "an empty PositionClause", expected: "one of its oneof")
        }
    }
}
