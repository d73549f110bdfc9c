/// The language's words, for daemons that say what they accept.
public enum HookVocabulary {
    /// Action words, in the order of `Docs/hooks.md`.
    public static var actions: [String] { HookParser.actionNames }

    /// Reduction words of captures.
    public static var reductions: [String] {
        [
            Reduction.mean, .meanAbs, .rms, .l2, .max, .sum, .countAbove(0),
            .topK(1, by: .value), .norm, .dot(.scalar(0)), .logProbability([]), .rank([]),
            .entropy, .klDivergence(.scalar(0)),
        ].map(\.name)
    }

    /// Spellings of other libraries that mean the site; `{L}` stands for the layer.
    public static func aliases(of kind: SiteKind) -> [String] {
        SiteAlias.table.compactMap { alias in
            if case .site(kind, _) = alias.meaning { alias.template } else { nil }
        }
    }
}
