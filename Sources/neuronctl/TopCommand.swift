import ArgumentParser
import Messages
import NeurondClient

/// `neuronctl top`.
struct TopCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Watch the daemon: engines, users, requests.",
        discussion: """
            On a terminal the view is drawn again and again until Ctrl-C; elsewhere one view \
            follows another, each ended by an empty line, and with --json there is one object a \
            line.

            Example: neuronctl top --interval 2
            """)

    @Option(help: "Seconds from one view to the next, from 0.1 to 60.")
    var interval = 1.0

    @Flag(help: "Show one view and end.")
    var once = false

    @Option(help: "Requests that are listed.")
    var rows = 20

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (0.1...60).contains(interval) else {
            throw ValidationError("--interval \(interval): expected seconds from 0.1 to 60")
        }
        guard rows >= 0 else { throw ValidationError("--rows \(rows): expected 0 or more") }
    }

    func run(_ client: Client, _ console: Console) async throws {
        var request = Neurond_V1_StatusRequest()
        if !once { request.intervalMs = UInt32((interval * 1_000).rounded()) }
        let draws = console.isOutputTerminal && !connection.json && !once
        // The alternate screen, without a cursor; what was on the terminal comes back.
        if draws { console.write("\u{1B}[?1049h\u{1B}[?25l") }
        defer { if draws { console.write("\u{1B}[?25h\u{1B}[?1049l") } }
        var previous: Neurond_V1_StatusReply?
        for try await answer in client.answers(to: request, options: connection.callOptions) {
            show(answer.reply, after: previous, draws: draws, console)
            previous = answer.reply
        }
    }

    private func show(
        _ status: Neurond_V1_StatusReply, after previous: Neurond_V1_StatusReply?, draws: Bool,
        _ console: Console
    ) {
        if connection.json { return console.print(JSON.status(status).text) }
        let view = StatusText.view(status, after: previous, rowLimit: rows)
        guard draws else { return console.print(view + (once ? "" : "\n")) }
        // Home, each line erased to its end, then what is below.
        let lines = view.split(separator: "\n", omittingEmptySubsequences: false)
        console.write(
            "\u{1B}[H" + lines.map { "\($0)\u{1B}[K\r\n" }.joined() + "\u{1B}[J")
    }
}
