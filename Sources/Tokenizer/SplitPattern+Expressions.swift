extension SplitPattern {
    private static let foldedContractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    private static let spaces = #"\s*[\r\n]+|\s+(?!\S)|\s+"#
    private static let gpt2Tail = #"| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    /// What Llama 3 and Qwen2 share, around the one place in which they differ.
    private static func cased(_ numbers: String) -> String {
        foldedContractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|"# + numbers
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|"# + spaces
    }

    /// What GPT-4o and Tekken share: words of capitals then small letters, each half optional.
    private static func byCase(_ contractions: String, numbers: String) -> String {
        let lead = #"[^\r\n\p{L}\p{N}]?"#
        let capital = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
        let small = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
        return "\(lead)\(capital)*\(small)+\(contractions)|\(lead)\(capital)+\(small)*"
            + "\(contractions)|\(numbers)" + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|"# + spaces
    }

    /// The expressions under which files spell the pattern; the first is the one that is run.
    var regularExpressions: [String] {
        switch self {
        case .gpt2:
            ["'s|'t|'re|'ve|'m|'ll|'d" + Self.gpt2Tail, "'(?:[sdmt]|ll|ve|re)" + Self.gpt2Tail]
        case .llama3: [Self.cased(#"\p{N}{1,3}"#)]
        case .qwen2: [Self.cased(#"\p{N}"#)]
        case .qwen35:
            [
                Self.foldedContractions + #"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"#
                    + #"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|"# + Self.spaces
            ]
        case .gpt4o: [Self.byCase(Self.foldedContractions + "?", numbers: #"\p{N}{1,3}"#)]
        case .tekken: [Self.byCase("", numbers: #"\p{N}"#)]
        case .bailing: [Self.bailing("(?i:'s|'d|'m|'t|'ll|'ve|'re)"), Self.bailing(Self.brief)]
        case .seedCoder:
            [
                Self.foldedContractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}"#
                    + #"| ?[^\s\p{L}\p{N}\r\n]+|"# + Self.spaces
            ]
        case .bloom: [#" ?[^(\s|.,!?…。，、।۔،)]+"#, #" ?[^(\s|[.,!?…。，、।۔،])]+"#]
        default: part
        }
    }

    private static let brief = "'(?i:[sdmt]|ll|ve|re)"

    private static func bailing(_ contractions: String) -> String {
        contractions + #"|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*"#
            + #"|\s*[\r\n]|\s+(?!\S)|\s+"#
    }

    /// Expressions that are one step of several.
    private var part: [String] {
        switch self {
        case .falconPunctuation: [#"[\p{P}\$\+<=>\^~\|`]+"#]
        case .plainPunctuation: [#"[\p{P}\$\+<=>\^~\|]+"#]
        case .threeDigits: ["[0-9][0-9][0-9]"]
        case .lineEnd: [#"[\r\n]"#, "[\r\n]"]
        case .anyNumber: [#"\p{N}"#]
        case .numberRun: [#"\p{N}+"#]
        case .upToThreeNumbers: [#"\p{N}{1,3}"#]
        case .deepseekLetters: [#"\s?["# + Self.casedLetters + "]+"]
        case .deepseekSigns: [#"\s?[!-/:-~！-／：-～‘-‟　-。]+"#]
        case .trailingSpace: [#"\s+$"#]
        case .deepseekIdeographs: ["[一-龥ࠀ-一가-퟿]+"]
        case .letterWord: [#"\s?\p{L}+"#]
        case .punctuationWord: [#"\s?\p{P}+"#]
        case .deepseek3Ideographs: ["[一-龥぀-ゟ゠-ヿ]+"]
        case .deepseek3Words: [Self.deepseek3(#"\r\n"#), Self.deepseek3("\r\n")]
        default: preconditionFailure("\(self) is a whole expression")
        }
    }

    private static func deepseek3(_ lineEnds: String) -> String {
        let signs = ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"##
        return signs + "[A-Za-z]+|[^\(lineEnds)" + #"\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"#
            + #"| ?[\p{P}\p{S}]+["# + lineEnds + #"]*|\s*["# + lineEnds
            + #"]+|\s+(?!\S)|\s+"#
    }

    /// Recognises an expression by its exact bytes.
    init?(regularExpression: String) {
        let known = Self.allCases.first { pattern in
            pattern.regularExpressions.contains { $0.utf8.elementsEqual(regularExpression.utf8) }
        }
        guard let known else { return nil }
        self = known
    }

    /// Every expression in a form that can be run, by number.
    private static let expressions = allCases.map { SplitExpression($0.regularExpressions[0]) }

    /// The expression in a form that can be run.
    var expression: SplitExpression { Self.expressions[Int(rawValue)] }

    /// Whether the matches cover every text, so that keeping matches and cutting at them agree.
    var coversEveryText: Bool {
        switch self {
        case .gpt2, .llama3, .qwen2, .qwen35, .gpt4o, .tekken, .bailing, .seedCoder,
            .deepseek3Words:
            true
        default: false
        }
    }
}
