import Settings

extension PromptTemplate {
    /// The template of a name that comes with the program, or of a file.
    package static func read(_ nameOrPath: String) throws(DataError) -> PromptTemplate {
        if let text = shipped[nameOrPath] { return try parse(text, name: nameOrPath) }
        guard nameOrPath.contains("/") || nameOrPath.contains(".") else {
            throw DataError(
                "template \"\(nameOrPath)\"",
                "unknown; give the path of a file, or one of "
                    + shipped.keys.sorted().joined(separator: ", "))
        }
        let bytes = try DataFile.read(nameOrPath, limit: DataLimits.templateByteCount)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw DataError(nameOrPath, "is not UTF-8")
        }
        return try parse(text, name: DataFile.stem(of: nameOrPath), source: nameOrPath)
    }

    /// Reads the text of a template file.
    package static func parse(
        _ text: String, name: String, source: String? = nil
    ) throws(DataError) -> PromptTemplate {
        let source = source ?? "template \(name)"
        let (settings, body) = try parts(of: text, source)
        let reader = TemplateSettings(table: settings, source: source)
        try reader.checkKeys()
        let bodyText = PlaceholderText(body, names: ["question", "choices"])
        guard bodyText.names.count(where: { $0 == "question" }) == 1 else {
            throw DataError(source, "the body must have {question} once")
        }
        let gold = try reader.text("gold") ?? "{solution}"
        return PromptTemplate(
            name: name, digest: DataFile.digest(of: Array(text.utf8)), form: try reader.form(),
            system: try reader.text("system"), exemplars: try reader.exemplars(),
            separator: try reader.text("separator") ?? "\n\n",
            gold: PlaceholderText(gold, names: ["solution", "answer"]),
            stop: try reader.texts("stop"), maxTokens: try reader.maxTokens(),
            collapsesWhitespace: try reader.flag("collapse_whitespace"), body: bodyText)
    }

    /// The settings between the marks, and what follows them less the file's last line feed.
    private static func parts(
        of text: String, _ source: String
    ) throws(DataError) -> ([String: SettingValue], String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.first == "+++", let end = lines.dropFirst().firstIndex(of: "+++") else {
            throw DataError(source, "must begin with settings between two lines \"+++\"")
        }
        guard !text.utf8.contains(0) else { throw DataError(source, "contains a zero byte") }
        var body = lines[(end + 1)...].joined(separator: "\n")
        if body.hasSuffix("\n") { body.removeLast() }
        do throws(TOMLMistake) {
            let settings = lines[1..<end].joined(separator: "\n")
            return (try SettingValue.parse(toml: settings), body)
        } catch {
            guard let place = error.place else { throw DataError(source, error.message) }
            throw DataError(source, place: "line \(place.line + 1)", error.message)
        }
    }
}

/// Typed reading of a template's settings.
private struct TemplateSettings {
    let table: [String: SettingValue]
    let source: String

    private static let keys = [
        "form", "system", "separator", "gold", "stop", "max_tokens", "collapse_whitespace",
        "exemplars",
    ]

    func checkKeys() throws(DataError) {
        for key in table.keys.sorted() where !Self.keys.contains(key) {
            throw DataError(
                source, "unknown key \"\(key)\"; keys are \(Self.keys.joined(separator: ", "))")
        }
    }

    func text(_ key: String) throws(DataError) -> String? {
        guard let value = table[key] else { return nil }
        guard let text = value.asText else {
            throw DataError(source, "the key \"\(key)\" must be a string")
        }
        return text
    }

    func flag(_ key: String) throws(DataError) -> Bool {
        guard let value = table[key] else { return false }
        guard let flag = value.asFlag else {
            throw DataError(source, "the key \"\(key)\" must be true or false")
        }
        return flag
    }

    func texts(_ key: String) throws(DataError) -> [String] {
        guard let value = table[key] else { return [] }
        let texts = value.asList?.compactMap(\.asText)
        guard let texts, texts.count == value.asList?.count, !texts.contains("") else {
            throw DataError(source, "the key \"\(key)\" must be an array of strings, none empty")
        }
        return texts
    }

    func form() throws(DataError) -> PromptTemplate.Form {
        let name = try text("form") ?? "text"
        guard let form = PromptTemplate.Form(rawValue: name) else {
            throw DataError(source, "the key \"form\" is \"\(name)\"; text or chat is expected")
        }
        if form == .text, table["system"] != nil {
            throw DataError(source, "the key \"system\" belongs to the form chat")
        }
        return form
    }

    func maxTokens() throws(DataError) -> Int {
        guard let value = table["max_tokens"] else { return 512 }
        guard let count = value.asInteger, (1...DataLimits.answerTokenCount).contains(count) else {
            throw DataError(
                source, "the key \"max_tokens\" must be 1 to \(DataLimits.answerTokenCount)")
        }
        return count
    }

    func exemplars() throws(DataError) -> [PromptTemplate.Exemplar] {
        guard let value = table["exemplars"] else { return [] }
        guard let array = value.asList, array.count <= DataLimits.exemplarCount else {
            throw DataError(
                source,
                "the key \"exemplars\" must be at most \(DataLimits.exemplarCount) tables")
        }
        var exemplars: [PromptTemplate.Exemplar] = []
        for (index, element) in array.enumerated() {
            guard let table = element.asTable else {
                throw DataError(source, "exemplar \(index) must be a table")
            }
            exemplars.append(try exemplar(table, index))
        }
        return exemplars
    }

    private func exemplar(
        _ table: [String: SettingValue], _ index: Int
    ) throws(DataError) -> PromptTemplate.Exemplar {
        let known = ["question", "solution", "answer", "choices"]
        if let key = table.keys.sorted().first(where: { !known.contains($0) }) {
            throw DataError(
                source,
                "exemplar \(index): unknown key \"\(key)\"; keys are "
                    + known.joined(separator: ", "))
        }
        let inner = TemplateSettings(table: table, source: "\(source), exemplar \(index)")
        guard let question = try inner.text("question"), let answer = try inner.text("answer")
        else { throw DataError(source, "exemplar \(index) needs question and answer") }
        let choices = try inner.texts("choices")
        guard choices.count <= DataLimits.choiceCount else {
            throw DataError(source, "exemplar \(index) has too many choices")
        }
        return PromptTemplate.Exemplar(
            question: question, solution: try inner.text("solution") ?? "", answer: answer,
            choices: choices)
    }
}
