extension HookParser {
    /// Reductions, as messages list them.
    static let reductionList = """
        mean, mean_abs, rms, l2, max, sum, count>0.5, top_k(20), top_k(20,abs), \
        top_k(20,value_norm), norm, dot([…]), logprob(13), rank(13), entropy, kl(sha256:…:tensor)
        """

    private static let reductionNames = [
        "mean", "mean_abs", "rms", "l2", "max", "sum", "count>0", "top_k", "norm", "dot",
        "logprob", "rank", "entropy", "kl",
    ]

    /// Reads `[capture] SELECTION [REDUCTION] [f32|f16] [pre] [at POSITIONS]`.
    mutating func capture(words list: [String]) throws(HookError) -> Capture {
        var words = HookWordCursor(list)
        _ = words.take("capture")
        let site = try words.require("a site such as resid_post.5 or L3N*")
        guard !site.hasPrefix("sha256:"), !site.hasPrefix("@") else {
            throw .syntax(
                found: site, expected: "a site: a capture reads a selection, not a stored set")
        }
        var capture = Capture(try selection(Self.joiningSide(site, &words)))
        while let word = words.next, word != "at" {
            _ = words.take()
            try read(word, into: &capture)
        }
        capture.positions = try positions(&words)
        return capture
    }

    /// Reads one word between the site and `at`.
    private func read(_ word: String, into capture: inout Capture) throws(HookError) {
        if let format = CaptureFormat(rawValue: word) {
            capture.format = format
        } else if word == "pre" {
            capture.beforeActions = true
        } else if let earlier = capture.reduction {
            throw .syntax(
                found: word,
                expected: "f32, f16, pre or 'at': a capture has one reduction, here "
                    + "\(earlier.text); ask for another in a capture of its own")
        } else {
            capture.reduction = try reduction(word)
        }
    }

    /// Reads one reduction.
    func reduction(_ word: String) throws(HookError) -> Reduction {
        switch word {
        case "mean": return .mean
        case "mean_abs": return .meanAbs
        case "rms": return .rms
        case "l2": return .l2
        case "max": return .max
        case "sum": return .sum
        case "norm": return .norm
        case "entropy": return .entropy
        default: return try reductionWithArgument(word)
        }
    }

    private func reductionWithArgument(_ word: String) throws(HookError) -> Reduction {
        if word.hasPrefix("count>") {
            let threshold = word.dropFirst("count>".count)
            return .countAbove(try HookNumbers.float(threshold, what: "the threshold of count"))
        }
        if let text = Self.arguments(of: "top_k", in: word) { return try Self.top(text) }
        if let text = Self.arguments(of: "dot", in: word) {
            return .dot(try value(String(text), of: "dot"))
        }
        if let text = Self.arguments(of: "logprob", in: word) {
            return .logProbability(try Self.tokens(text))
        }
        if let text = Self.arguments(of: "rank", in: word) { return .rank(try Self.tokens(text)) }
        if let text = Self.arguments(of: "kl", in: word) {
            return .klDivergence(try value(String(text), of: "kl"))
        }
        throw Self.unknownReduction(word)
    }

    static func unknownReduction(_ word: String) -> HookError {
        let name = String(word.prefix { $0 != "(" && $0 != "=" && $0 != ">" })
        return .unknownName(
            .reduction, name: word, suggestion: Suggestion.nearest(to: name, in: reductionNames),
            accepted: reductionList + "; or f32, f16, pre, 'at'")
    }

    /// `20`, `20,abs` or `20,value_norm` of `top_k`.
    private static func top(_ text: Substring) throws(HookError) -> Reduction {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let orders: [TopOrder] = [.magnitude, .valueNorm]
        let order =
            parts.count == 1
            ? TopOrder.value : orders.first { parts.dropFirst().elementsEqual([$0.rawValue[...]]) }
        guard let first = parts.first, let order else {
            throw .syntax(
                found: "top_k(\(text))",
                expected: "top_k(20), top_k(20,abs) or top_k(20,value_norm)")
        }
        return .topK(try HookNumbers.index(first, what: "k of top_k"), by: order)
    }
}
