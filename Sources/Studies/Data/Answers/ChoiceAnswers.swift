/// The letter of a choice in running text.
enum LetterAnswer {
    /// The letter that a text gives as its answer.
    ///
    /// In this order: in the last `\boxed{}`; in the rest of the line after `answer is` or
    /// `answer:`, a letter that stands alone, else the words of a choice; a letter that the text
    /// begins with; the last letter in parentheses; the words of a choice as the whole text.
    static func extract(_ text: String, choices: [String]) -> String? {
        let own = AnswerWords.beforeNextQuestion(text)
        let last = choices.isEmpty ? DataLimits.choiceCount : choices.count
        if let boxed = BoxedAnswer.last(in: String(own)) {
            return alone(in: boxed[...], last) ?? spelled(boxed[...], choices)
        }
        if let rest = AnswerWords.declaration(in: own),
            let letter = alone(in: rest, last) ?? spelled(rest, choices)
        {
            return letter
        }
        return leading(own, last) ?? inParentheses(own, last) ?? spelled(own, choices)
    }

    /// The first capital that no letter, digit or apostrophe touches.
    private static func alone(in text: Substring, _ count: Int) -> String? {
        for match in text.matches(of: /(?:^|[^A-Za-z0-9'’])([A-Z])(?![A-Za-z0-9'’])/) {
            // "A bank" has an article.
            let isArticle = match.1 == "A" && text[match.range.upperBound...].isFollowedByWord
            if !isArticle, let letter = valid(match.1, count) { return letter }
        }
        return nil
    }

    private static func leading(_ text: Substring, _ count: Int) -> String? {
        text.prefixMatch(of: /\s*\(?([A-Z])(?:[).:]|\s*$|\s*\n)/).flatMap { valid($0.1, count) }
    }

    private static func inParentheses(_ text: Substring, _ count: Int) -> String? {
        text.matches(of: /\(([A-Z])\)/).reversed().lazy.compactMap { valid($0.1, count) }.first
    }

    private static func valid(_ letter: Substring, _ count: Int) -> String? {
        ChoiceLetter.index(of: letter).flatMap { $0 < count ? String(letter) : nil }
    }

    /// The choice whose words the text begins with, the longest of several.
    private static func spelled(_ text: Substring, _ choices: [String]) -> String? {
        let words = text.trimmed.lowercased().drop { !$0.isLetter && !$0.isNumber }
        let matches = choices.indices.filter { index in
            let choice = choices[index].trimmed.lowercased()
            let rest = words.dropFirst(choice.count)
            return !choice.isEmpty && words.hasPrefix(choice)
                && rest.first?.isLetter != true && rest.first?.isNumber != true
        }
        let longest = matches.max { choices[$0].count < choices[$1].count }
        return longest.map { ChoiceLetter.letter(at: $0) }
    }
}

/// Yes or no in running text.
enum YesNoAnswer {
    /// The word that a text gives as its answer.
    ///
    /// In this order: the first such word after `answer is` or `answer:`; one that the text begins
    /// with; the last one. `true` is yes and `false` is no.
    static func extract(_ text: String) -> String? {
        let own = AnswerWords.beforeNextQuestion(text)
        if let rest = AnswerWords.declaration(in: own), let first = words(of: rest).first {
            return first
        }
        let found = words(of: own)
        let start = own.prefixMatch(of: /(?i)\W*(yes|no|true|false)\b/)
        return start == nil ? found.last : found.first
    }

    private static func words(of text: Substring) -> [String] {
        text.matches(of: /(?i)\b(yes|no|true|false)\b/).map { match in
            let word = match.1.lowercased()
            return word == "yes" || word == "true" ? "yes" : "no"
        }
    }
}

extension Substring {
    /// Whether a blank and a lower-case letter come next.
    fileprivate var isFollowedByWord: Bool {
        first == " " && dropFirst().first?.isLowercase == true
    }
}
