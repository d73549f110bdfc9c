/// Which positions of a sequence a hook applies to: the union of its clauses.
///
/// Positions are absolute and 0-based. Negative numbers count from the end of the *prompt*, so
/// that they mean the same at any prompt chunking and while tokens are generated.
public struct Positions: Sendable, Hashable {
    /// One way to name positions; a hook applies where any of its clauses does.
    public enum Clause: Sendable, Hashable {
        /// Every position.
        case all
        /// Positions of the prompt.
        case prompt
        /// Positions of generated tokens that are fed back (the last sampled one never is).
        case generated
        /// The last position of the prompt.
        case last
        /// These positions; −1 is the prompt's last.
        case list([Int])
        /// Half-open `from..<to`; nil `to` is open-ended, and then covers generated positions too.
        case window(from: Int, to: Int?)
        /// Positions whose input token is one of these ids.
        case tokens([Int32])
    }

    /// What the union is taken of; `HookPlan.validate` refuses an empty list.
    public var clauses: [Clause]

    /// Joins the clauses; without an argument every position is meant.
    public init(_ clauses: [Clause] = [.all]) {
        self.clauses = clauses
    }

    /// Every position, prompt and generated.
    public static let all = Positions([.all])
    /// The last position of the prompt, whose logits predict the first new token.
    public static let last = Positions([.last])
}

extension Positions {
    /// Whether the row at `position`, whose input token is `token`, is selected.
    ///
    /// - Parameters:
    ///   - position: absolute, 0-based.
    ///   - promptCount: number of prompt tokens of the item.
    public func contains(position: Int, token: Int32, promptCount: Int) -> Bool {
        clauses.contains { clause in
            switch clause {
            case .all: true
            case .prompt: position < promptCount
            case .generated: position >= promptCount
            case .last: position == promptCount - 1
            case .list(let list):
                list.contains { ($0 < 0 ? promptCount + $0 : $0) == position }
            case .window(let from, let to):
                position >= (from < 0 ? promptCount + from : from)
                    && to.map { position < ($0 < 0 ? promptCount + $0 : $0) } ?? true
            case .tokens(let ids): ids.contains(token)
            }
        }
    }
}
