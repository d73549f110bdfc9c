/// The words of a command line, up to what redirects, joins or explains it.
///
/// Quotes of both kinds hold words together; nothing is expanded.
public func shellWords(_ text: some StringProtocol) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in text {
        if let open = quote {
            if character == open { quote = nil } else { word = (word ?? "") + [character] }
        } else if character == "'" || character == "\"" {
            quote = character
            word = word ?? ""
        } else if character.isWhitespace {
            if let whole = word { words.append(whole) }
            word = nil
        } else if "|;&<>".contains(character) || character == "#" && word == nil {
            break
        } else {
            word = (word ?? "") + [character]
        }
    }
    return words + (word.map { [$0] } ?? [])
}
