import Foundation

/// Where output goes and input comes from: the process's streams, or a test's.
struct Console: Sendable {
    /// Standard output; text as it is, no line feed added.
    var write: @Sendable (String) -> Void
    /// Standard error.
    var writeError: @Sendable (String) -> Void
    /// All of standard input.
    var readInput: @Sendable () -> String
    /// Whether standard error is a terminal: a bar is drawn there, lines are written elsewhere.
    var isTerminal: Bool
    /// Environment variables.
    var environment: [String: String]
    /// Whether standard output is a terminal, on which a live view may draw.
    var isOutputTerminal = false

    /// The console of the running command.
    @TaskLocal static var current = Console.standard

    static let standard = Console(
        write: { FileHandle.standardOutput.write(Data($0.utf8)) },
        writeError: { FileHandle.standardError.write(Data($0.utf8)) },
        readInput: {
            String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
        },
        isTerminal: isatty(STDERR_FILENO) == 1,
        environment: ProcessInfo.processInfo.environment,
        isOutputTerminal: isatty(STDOUT_FILENO) == 1)

    /// One line of data.
    func print(_ line: String) { write(line + "\n") }

    /// One line of remarks.
    func note(_ line: String) { writeError(line + "\n") }

    /// The one line that says why the program failed.
    func failure(_ message: String) {
        let isColored = isTerminal && environment["NO_COLOR", default: ""].isEmpty
        note((isColored ? "\u{1B}[31merror:\u{1B}[0m " : "error: ") + message)
    }
}

/// Progress over a known number of items: a bar on a terminal, a line per tenth elsewhere.
struct ProgressReport {
    private let console: Console
    private let what: String
    private let total: Int
    private var done = 0
    private var lastTenth = 0

    init(_ what: String, total: Int, console: Console = .current) {
        self.what = what
        self.total = total
        self.console = console
    }

    /// One more is done.
    mutating func advance() { advance(to: done + 1) }

    /// So many are done.
    ///
    /// - Parameter remark: Behind the count, such as the time that is left.
    mutating func advance(to count: Int, remark: String = "") {
        done = count
        guard total > 1 else { return }
        let tenth = done * 10 / total
        let text = "\(done)/\(total)" + (remark.isEmpty ? "" : "  \(remark)")
        if console.isTerminal {
            let filled = done * 30 / total
            let bar =
                String(repeating: "#", count: filled)
                + String(repeating: ".", count: 30 - filled)
            // A longer line from before is cleared.
            console.writeError(
                "\r\u{1B}[K\(what) [\(bar)] \(text)" + (done == total ? "\n" : ""))
        } else if tenth > lastTenth {
            console.note("\(what) \(text)")
        }
        lastTenth = tenth
    }
}
