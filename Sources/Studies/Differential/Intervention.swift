package import Hooks

/// What is done to a set of neurons, and where.
package struct Intervention: Sendable, Hashable, Codable {
    /// At which positions; a sequence is a prompt and what is generated after it.
    package enum Scope: String, Sendable, Hashable, Codable, CaseIterable {
        /// Prompt and generated tokens: the same as other weights.
        case all
        /// Generated tokens only, as they are fed back.
        case generated
    }

    /// By what each coefficient is multiplied: 0 silences, above 1 amplifies.
    package var factor: Float
    package var scope: Scope

    package init(factor: Float, scope: Scope = .all) {
        self.factor = factor
        self.scope = scope
    }

    /// `zero`, `generated-zero`, `scale-1.1`: a word for labels.
    package var word: String {
        let action = factor == 0 ? "zero" : "scale-\(factor)"
        return scope == .all ? action : "generated-\(action)"
    }

    /// For people: "zeroed", "× 1.1, generated tokens only".
    package var phrase: String {
        let action = factor == 0 ? "zeroed" : "× \(factor)"
        return scope == .all ? action : "\(action), generated tokens only"
    }

    /// The plan that does it to a set, which is empty for an empty set.
    package func plan(for neurons: [Neuron]) -> HookPlan {
        guard !neurons.isEmpty else { return HookPlan() }
        let layers = Dictionary(grouping: neurons, by: \.layer)
        let selections = layers.keys.sorted().map { layer in
            Selection(
                site: .mlpAct, layers: .ranges(IndexRanges(indices: [layer])),
                units: .ranges(IndexRanges(indices: (layers[layer] ?? []).map(\.index))))
        }
        let positions: Positions = scope == .all ? .all : Positions([.generated])
        let operation: Hooks.Operation = factor == 0 ? .zero : .scale(factor)
        return HookPlan(actions: [
            HookAction(operation, Target(selections: selections), positions: positions)
        ])
    }
}
