extension HookParser {
    /// One word of a target.
    enum TargetPart {
        case selection(Selection)
        case set(ContentHash)
    }

    /// Reads selections and sets up to a keyword or the end.
    mutating func target(
        _ words: inout HookWordCursor, until keywords: Set<String>
    ) throws(HookError) -> Target {
        var target = Target(selections: [])
        while let word = words.next, !keywords.contains(word) {
            _ = words.take()
            try add(Self.joiningSide(word, &words), to: &target)
        }
        guard !target.selections.isEmpty || !target.sets.isEmpty else {
            throw .syntax(
                found: words.next ?? "end of the hook",
                expected: "a target such as L21N7027, L17H22, resid_post.5 or a neuron set")
        }
        return target
    }

    /// Adds one word of a target.
    mutating func add(_ word: String, to target: inout Target) throws(HookError) {
        switch try targetPart(word) {
        case .selection(let selection): target.selections.append(selection)
        case .set(let hash): target.sets.append(hash)
        }
    }

    /// Joins `model.layers.3.mlp.down_proj input` to one name.
    static func joiningSide(_ word: String, _ words: inout HookWordCursor) -> String {
        if words.take("input") { return word + ".input" }
        if words.take("output") { return word + ".output" }
        return word
    }

    /// Reads `L3N10-20`, `resid_post.5[0-3]`, `sha256:…` or `@file`.
    mutating func targetPart(_ word: String) throws(HookError) -> TargetPart {
        if word.hasPrefix("sha256:") || word.hasPrefix("@") {
            return .set(try object(word, .neuronSet))
        }
        return .selection(try selection(word))
    }

    /// Reads one selection in either form.
    mutating func selection(_ word: String) throws(HookError) -> Selection {
        if let selection = try Self.unitForm(word) { return selection }
        if let name = try SiteName.find(word) { return selection(name, units: .all) }
        guard word.hasSuffix("]"), let bracket = word.lastIndex(of: "[") else {
            throw Self.unknownUnit(word) ?? SiteName.unknown(word)
        }
        let name = try SiteName(String(word[..<bracket]))
        let text = word[word.index(after: bracket)...].dropLast()
        let units = try IndexSelector(text: text, what: name.kind.unit.rawValue)
        return selection(name, units: units)
    }

    private mutating func selection(_ name: SiteName, units: IndexSelector) -> Selection {
        if let text = name.note { note("\(name.kind.rawValue): \(text)") }
        return Selection(site: name.kind, layers: name.layers, units: units)
    }

    /// `L<layers>N<neurons>` and `L<layers>H<heads>`; nil when the word is not of this form.
    static func unitForm(_ word: String) throws(HookError) -> Selection? {
        guard word.first == "L",
            let letter = word.firstIndex(where: { $0 == "N" || $0 == "H" }),
            SiteName.isLayerList(word[..<letter].dropFirst())
        else { return nil }
        let isNeuron = word[letter] == "N"
        let units = word[word.index(after: letter)...]
        guard !units.contains("E"), !units.contains("@") else { throw elementOfHead(word) }
        return Selection(
            site: isNeuron ? .mlpAct : .attnZ,
            layers: try IndexSelector(
                text: word[..<letter].dropFirst(), what: "layer", limit: HookLimits.largestLayer),
            units: try IndexSelector(text: units, what: isNeuron ? "neuron" : "head"))
    }

    private static func elementOfHead(_ word: String) -> HookError {
        .syntax(
            found: word,
            expected: "a whole neuron or head such as L17H22; single elements of a head cannot "
                + "be selected, and positions are written after 'at'")
    }

    /// An error with a hint for unit spellings of other sources.
    private static func unknownUnit(_ word: String) -> HookError? {
        let upper = word.uppercased()
        if word != upper, (try? unitForm(upper)) != nil {
            return .unknownName(
                .site, name: word, suggestion: upper, accepted: "units such as L21N7027, L17H22")
        }
        let parts = word.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count >= 2, parts.allSatisfy({ HookNumbers.isDigits($0) }) else { return nil }
        return .syntax(
            found: word,
            expected: "L\(parts[0])H\(parts[1]) for a head or L\(parts[0])N\(parts[1]) for a "
                + "neuron: numbers alone do not say which")
    }
}

extension HookParser {
    /// `[at CLAUSE…]` up to the end; every position without `at`.
    func positions(_ words: inout HookWordCursor) throws(HookError) -> Positions {
        guard words.take("at") else {
            if let word = words.next {
                throw .syntax(found: word, expected: "'at' and positions, or the end of the hook")
            }
            return .all
        }
        var clauses: [Positions.Clause] = []
        while let word = words.take() { clauses.append(try Self.clause(word)) }
        guard !clauses.isEmpty else {
            throw .syntax(found: "end of the hook", expected: "positions after 'at', such as last")
        }
        return Positions(clauses)
    }

    static let clauseNames = ["all", "prompt", "generated", "last"]

    /// Reads one clause: a word, a list `0,3,-1`, a window `4:10`, or `tokens(13,28)`.
    static func clause(_ word: String) throws(HookError) -> Positions.Clause {
        switch word {
        case "all": return .all
        case "prompt": return .prompt
        case "generated": return .generated
        case "last": return .last
        default: break
        }
        if let arguments = arguments(of: "tokens", in: word) {
            return .tokens(try tokens(arguments))
        }
        if word.contains(":") { return try window(word) }
        guard let first = word.first, first.isNumber || first == "-" else {
            throw .unknownName(
                .position, name: word, suggestion: Suggestion.nearest(to: word, in: clauseNames),
                accepted: "all, prompt, generated, last, a list such as 0,3,-1, a window such as "
                    + "4:10, tokens(13,28)")
        }
        var list: [Int] = []
        for part in word.split(separator: ",", omittingEmptySubsequences: false) {
            list.append(try HookNumbers.position(part))
        }
        return .list(list)
    }

    private static func window(_ word: String) throws(HookError) -> Positions.Clause {
        let ends = word.split(separator: ":", omittingEmptySubsequences: false)
        guard ends.count == 2 else {
            throw .syntax(found: word, expected: "a half-open window such as 4:10, -8: or :4")
        }
        let from = ends[0].isEmpty ? 0 : try HookNumbers.position(ends[0])
        return .window(from: from, to: ends[1].isEmpty ? nil : try HookNumbers.position(ends[1]))
    }

    /// The text between the parentheses of `name(…)`.
    static func arguments(of name: String, in word: String) -> Substring? {
        guard word.hasPrefix(name + "("), word.hasSuffix(")") else { return nil }
        return word.dropFirst(name.count + 1).dropLast()
    }

    /// Reads a comma-separated list of token ids.
    static func tokens(_ text: Substring) throws(HookError) -> [Int32] {
        var ids: [Int32] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            ids.append(Int32(try HookNumbers.index(part, what: "token id")))
        }
        return ids
    }
}
