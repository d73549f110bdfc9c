/// Reads plans in the text and the JSON spelling.
///
/// One parser keeps the notes of all that it read, so that a command line can pass several
/// `--hook` and `--capture` options through it and show the notes once.
public struct HookParser {
    /// What a file named in a hook is used for.
    public enum FileUse: Sendable, Hashable {
        /// `@file` in a target: a neuron set.
        case neuronSet
        /// `mean @file`: tensors named by canonical site.
        case meanTable
        /// `patch @file`: stored activations named by canonical site.
        case activation
        /// `set`, `add`, `dot` and `kl` with `@file:tensor`.
        case tensor(String)
    }

    /// Stores a file that a hook names and answers the hash by which the plan names it.
    public typealias FileStore = (_ path: String, _ use: FileUse) throws(HookError) -> ContentHash

    private let files: FileStore?
    /// What users of another library's names should know, once each, in the order met.
    public private(set) var notes: [String] = []

    /// - Parameter files: called for `@file`; nil where only content hashes are accepted.
    public init(files: FileStore? = nil) {
        self.files = files
    }

    mutating func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
    }

    /// The hash of the file at `path`, from the closure.
    func store(_ path: String, _ use: FileUse) throws(HookError) -> ContentHash {
        guard let files else {
            throw .object(
                name: "file \(quoted(path))",
                reason: "files are read by the client; name a stored object, as in sha256:…")
        }
        return try files(path, use)
    }
}

extension HookParser {
    /// Reads a plan of any number of lines; each is an action or begins with `capture`.
    ///
    /// - Throws: `HookError`, with the line.
    public mutating func plan(text: String) throws(HookError) -> HookPlan {
        var plan = HookPlan()
        for statement in try HookWords.split(text) {
            do throws(HookError) {
                if statement.words.first == "capture" {
                    plan.captures.append(try capture(words: statement.words))
                } else {
                    plan.actions.append(try action(words: statement.words))
                }
            } catch {
                throw .within("line \(statement.line)", error)
            }
        }
        try plan.validate()
        return plan
    }

    /// Reads one action, as a `--hook` option has it: `scale 1.5 L21N7027 at last`.
    public mutating func action(text: String) throws(HookError) -> HookAction {
        let action = try action(words: try Self.oneStatement(text, what: "one action"))
        try action.validate()
        return action
    }

    /// Reads one capture, as a `--capture` option has it: `L3N* mean_abs at prompt`.
    public mutating func capture(text: String) throws(HookError) -> Capture {
        let capture = try capture(words: try Self.oneStatement(text, what: "one capture"))
        try capture.validate()
        return capture
    }

    /// Reads a target, as `project UNIT…` has it: `L21N7027 L17H22`.
    public mutating func target(text: String) throws(HookError) -> Target {
        var words = HookWordCursor(try Self.oneStatement(text, what: "a target"))
        let target = try target(&words, until: [])
        try target.validate(what: "the target")
        return target
    }

    private static func oneStatement(_ text: String, what: String) throws(HookError) -> [String] {
        let statements = try HookWords.split(text)
        guard let statement = statements.first, statements.count == 1 else {
            throw .syntax(
                found: abbreviated(text),
                expected: "\(what); several are written on lines of their own in a plan")
        }
        return statement.words
    }
}

extension HookPlan {
    /// Reads the text spelling; `@file` is refused.
    public init(text: String) throws(HookError) {
        var parser = HookParser()
        self = try parser.plan(text: text)
    }

    /// Reads the JSON spelling; `@file` is refused.
    public init(json: String) throws(HookError) {
        var parser = HookParser()
        self = try parser.plan(json: json)
    }
}

/// Words of one statement, taken from the front.
struct HookWordCursor {
    private let words: [String]
    private var index = 0

    init(_ words: [String]) {
        self.words = words
    }

    var next: String? { index < words.count ? words[index] : nil }

    mutating func take() -> String? {
        defer { index += index < words.count ? 1 : 0 }
        return next
    }

    /// Takes the next word if it is `word`.
    mutating func take(_ word: String) -> Bool {
        guard next == word else { return false }
        index += 1
        return true
    }

    /// Takes a word, or says what was expected at the end.
    mutating func require(_ expected: String) throws(HookError) -> String {
        guard let word = take() else {
            throw .syntax(found: "end of the hook", expected: expected)
        }
        return word
    }
}
