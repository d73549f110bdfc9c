import ArgumentParser
import EventLoop
import FakeDaemon
import Foundation
import Messages
import Synchronization
import SwiftProtobuf
import TestSupport
import Testing
import Wire

@testable import neuronctl

/// What a run of the program left behind.
struct Run {
    var code: Int32
    var output: String
    var errors: String

    /// Standard output as a JSON object.
    func json() throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
        return try #require(value as? [String: Any])
    }
}

/// Collects what is written, from any task.
final class Collector: Sendable {
    private let text = Mutex("")

    func add(_ more: String) { text.withLock { $0 += more } }
    var all: String { text.withLock { $0 } }
}

/// Runs the program in this process.
func neuronctl(
    _ arguments: [String], at address: Address? = nil, input: String = "",
    environment: [String: String] = [:], isTerminal: Bool = false
) async -> Run {
    let output = Collector()
    let errors = Collector()
    var environment = environment
    if let address { environment["NEUROND_ADDRESS"] = "\(address)" }
    let console = Console(
        write: { output.add($0) }, writeError: { errors.add($0) }, readInput: { input },
        isTerminal: isTerminal, environment: environment)
    let code = await Program.run(arguments, console: console)
    return Run(code: code, output: output.all, errors: errors.all)
}

/// Runs the program against a scripted daemon.
func neuronctl(
    _ arguments: [String], input: String = "", script: @escaping FakeDaemon.Script
) async throws -> Run {
    let daemon = try FakeDaemon(script: script)
    defer { daemon.stop() }
    return await neuronctl(arguments, at: daemon.address, input: input)
}

/// A file with this content, gone with the process's temporary folder.
func temporaryFile(_ name: String, _ text: String = "") throws -> String {
    let folder = URL(filePath: NSTemporaryDirectory()).appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: name)
    if !text.isEmpty { try Data(text.utf8).write(to: file) }
    return file.path
}

@Suite(.timeLimit(.minutes(10))) struct ProgramTests {
    /// The words that call each command, but for the program's name.
    private static let allCommands = commandTree(of: Neuronctl.self).map { Array($0.words[1...]) }

    @Test func commandsOfAllLevelsAreFound() {
        for command in [[], ["evaluate"], ["explain", "score"], ["objects", "drop"]] {
            #expect(Self.allCommands.contains(command))
        }
    }

    @Test(arguments: allCommands)
    func helpHasAnExampleThatParses(_ command: [String]) async throws {
        let run = await neuronctl(command + ["--help"])
        #expect(run.code == 0)
        #expect(run.errors.isEmpty)
        let text = run.output.replacing("\n", with: " ")
        let example = try #require(text.firstMatch(of: /Example: neuronctl (.*?)  ?USAGE/))
        let words = shellWords(example.1)
        #expect(words.starts(with: command), "\(words)")
        if words.last?.contains("…") != true {
            _ = try Neuronctl.parseAsRoot(words)
        }
    }

    @Test(arguments: [
        ["bogus"], ["generate"], ["generate", "a", "--tokens", "1"], ["generate", "a", "--bogus"],
        ["generate", "--tokens", "1,x"], ["forward"], ["forward", "a", "--items", "b"],
        ["score"], ["project"], ["project", "L3H1"], ["project", "L*N1"], ["detokenize", "x"],
        ["objects", "drop", "12"], ["ping", "--count", "0"], ["generate", "a", "-o", "b"],
        ["status", "--address", "nowhere"], ["tokenize", "--from-bos", "--no-special"],
        ["explain", "forward", "a", "-o", "b"], ["explain", "generate", "a", "-o", "b"],
        ["explain", "score", "--items", "a", "-o", "b"], ["forward", "a", "-o", "b"],
        ["evaluate", "a", "--capture", "resid_post.0 at last"],
    ])
    func wrongUsageIsCodeTwoAndNothingOnStandardOutput(_ arguments: [String]) async throws {
        let run = await neuronctl(arguments)
        #expect(run.code == 2)
        #expect(run.output.isEmpty)
        #expect(!run.errors.isEmpty)
        let asJSON = await neuronctl(arguments + ["--json"])
        #expect(asJSON.code == 2)
        let error = try #require(try asJSON.json()["error"] as? [String: Any])
        #expect(error["code"] as? String == "USAGE")
    }

    @Test(arguments: ["0", "-1", "nan", "inf", "0.0001", "4000001"])
    func deadlinesOutsideTheRangeAreRefusedWithTheRange(_ seconds: String) async {
        let run = await neuronctl(["status", "--deadline=\(seconds)"])
        #expect(run.code == 2)
        #expect(run.errors.contains("from 0.001 to 4000000"))
    }

    @Test(arguments: ["0.001", "4000000"])
    func deadlinesAtTheEndsOfTheRangeAreAccepted(_ seconds: String) async throws {
        let run = try await neuronctl(["status", "--deadline", seconds]) { request in
            let message = request.decoded(as: Neurond_V1_StatusRequest.self)
            #expect(message?.options.deadlineMs == (seconds == "0.001" ? 1 : 4_000_000_000))
            return [.reply(Neurond_V1_StatusReply()), .ok]
        }
        #expect(run.code == 0, "\(run.errors)")
    }

    @Test func absentDaemonIsOneLineAndCodeOne() async throws {
        let address = Address.unix(path: "/nonexistent/neurond.sock")
        let run = await neuronctl(["status"], at: address)
        #expect(run.code == 1)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("error: "))
        #expect(run.errors.split(separator: "\n").count == 1)
        let error = try await neuronctl(["status", "--json"], at: address).json()["error"]
        let fields = try #require(error as? [String: Any])
        #expect(fields["code"] as? String == "UNAVAILABLE")
        #expect(fields["reason"] as? String == "NO_DAEMON")
    }

    @Test func daemonErrorsKeepCodeReasonAndMessage() async throws {
        let run = try await neuronctl(["generate", "x", "--json"]) { _ in
            [.failed(.invalidArgument, "CONTEXT_TOO_LONG", "900 positions, the model has 512")]
        }
        #expect(run.code == 1)
        let error = try #require(try run.json()["error"] as? [String: Any])
        #expect(error["code"] as? String == "INVALID_ARGUMENT")
        #expect(error["reason"] as? String == "CONTEXT_TOO_LONG")
        #expect(error["message"] as? String == "900 positions, the model has 512")
    }

    @Test func wrongHooksAreRefusedWithTheirReason() async throws {
        let run = try await neuronctl(["generate", "x", "--hook", "explode L0N1"]) { _ in [.ok] }
        #expect(run.code == 1)
        #expect(run.errors.contains("explode"))
    }

    @Test func interruptedIsCode130() async throws {
        let daemon = try FakeDaemon { _ in [] }
        defer { daemon.stop() }
        let task = Task { await neuronctl(["generate", "x"], at: daemon.address) }
        for await event in daemon.events {
            if case .answered = event { task.cancel() }
            if case .cancelled = event { break }
        }
        let run = await task.value
        #expect(run.code == 130)
        #expect(run.errors == "interrupted\n")
    }

    @Test func addressComesFromOptionThenVariableThenFolder() throws {
        var options = try ConnectionOptions.parse([])
        #expect(
            try options.resolvedAddress(["XDG_RUNTIME_DIR": "/run/user/7"])
                == .unix(path: "/run/user/7/neurond.sock"))
        #expect(
            try options.resolvedAddress(["NEUROND_ADDRESS": "tcp:localhost:1"])
                == .tcp(host: "localhost", port: 1))
        options = try ConnectionOptions.parse(["--address", "unix:/a"])
        #expect(
            try options.resolvedAddress(["NEUROND_ADDRESS": "unix:/b"]) == .unix(path: "/a"))
    }
}

@Suite struct ConsoleTests {
    private func progress(isTerminal: Bool) -> String {
        let errors = Collector()
        let console = Console(
            write: { _ in }, writeError: { errors.add($0) }, readInput: { "" },
            isTerminal: isTerminal, environment: [:])
        var report = ProgressReport("score", total: 20, console: console)
        for _ in 0..<20 { report.advance() }
        return errors.all
    }

    @Test func terminalGetsABarAndOthersALinePerTenth() {
        let bar = progress(isTerminal: true)
        #expect(bar.contains("\r"))
        #expect(bar.hasSuffix("20/20\n"))
        let lines = progress(isTerminal: false).split(separator: "\n")
        #expect(lines.count == 10)
        #expect(lines.last == "score 20/20")
    }

    @Test func colourNeedsATerminalAndNoObjection() {
        for (isTerminal, noColor, isColored) in [
            (true, "", true), (true, "1", false), (false, "", false),
        ] {
            let errors = Collector()
            let console = Console(
                write: { _ in }, writeError: { errors.add($0) }, readInput: { "" },
                isTerminal: isTerminal, environment: ["NO_COLOR": noColor])
            console.failure("x")
            #expect(errors.all.contains("\u{1B}") == isColored)
        }
    }
}

@Suite struct JSONTests {
    @Test func textIsReadBackByFoundation() throws {
        let json: JSON = [
            "text": .string("a\"b\\\n\u{1}é\u{1F9E0}"), "numbers": .integers([1, -2]),
            "half": .number(0.5), "nothing": .number(.infinity), "yes": .bool(true),
        ]
        let value = try JSONSerialization.jsonObject(with: Data(json.text.utf8))
        let fields = try #require(value as? [String: Any])
        #expect(fields["text"] as? String == "a\"b\\\n\u{1}é\u{1F9E0}")
        #expect(fields["numbers"] as? [Int] == [1, -2])
        #expect(fields["half"] as? Double == 0.5)
        #expect(fields["nothing"] is NSNull)
    }

    @Test func percentilesAreByNearestRank() {
        let times = (1...100).map(Double.init)
        #expect(PingCommand.percentile(0.5, of: times) == 50)
        #expect(PingCommand.percentile(0.99, of: times) == 99)
        #expect(PingCommand.percentile(0.5, of: [7]) == 7)
    }
}
