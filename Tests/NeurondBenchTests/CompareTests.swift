import Foundation
import StrictJSON
import Testing

/// Other programs are scripts here that answer fixed rates.
@Suite struct CompareTests {
    private let bench: BenchProcess
    private let model: String

    init() throws {
        bench = try BenchProcess()
        model = try bench.makeModel()
    }

    private func script(_ name: String, _ body: String) throws -> String {
        let file = bench.folder.appending(path: name)
        try "#!/bin/sh\n\(body)\n".write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        return file.path
    }

    private func arguments(_ more: [String]) -> [String] {
        [
            "compare", "--model", model, "--threads", "1", "--prompts", "16", "--sequences", "1,2",
            "--tokens", "4", "--repetitions", "3",
        ] + more
    }

    /// The rates of one program in the order of the works; nil where it was not asked.
    private func rates(_ report: JSONValue, _ index: Int, _ key: String) -> [Double?] {
        (report["works"]?.arrayValue ?? []).map {
            $0["contenders"]?.arrayValue?[index][key]?.doubleValue
        }
    }

    @Test func programsAreAskedTheSameWorkAndRatiosFollow() throws {
        defer { bench.remove() }
        let log = bench.folder.appending(path: "asked").path
        let llama = try script(
            "llama-bench", "echo \"$@\" >> \(log); echo '[{\"avg_ts\": 50.0, \"other\": 1}]'")
        let batched = try script("llama-batched-bench", "echo '{\"speed_tg\": 80.0}'")
        let python = try script(
            "python", "echo \"$@\" >> \(log); while read line; do echo '{\"rate\": 25}'; done")
        let report = try bench.object(
            arguments([
                "--llama-bench", llama, "--llama-batched-bench", batched, "--openvino",
                bench.folder.path, "--python", python, "--openvino-script", llama,
            ]))
        #expect(rates(report, 1, "tokens_per_second") == [50, 50, 80])
        #expect(rates(report, 2, "tokens_per_second") == [25, 25, nil])
        let ours = rates(report, 0, "tokens_per_second").compactMap { $0 }
        let over = rates(report, 1, "ours_over").compactMap { $0 }
        #expect(ours.count == 3)
        // The other program's rate is fixed, so the median of ratios is the ratio of medians.
        for (rate, (ratio, other)) in zip(ours, zip(over, [50.0, 50, 80])) {
            #expect(abs(ratio - rate / other) <= 1e-9 * ratio)
        }
        let asked = Set(try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n"))
        #expect(
            asked == [
                "-m \(model) -t 1 -p 16 -n 0 -r 1 -o json",
                "-m \(model) -t 1 -p 0 -n 4 -r 1 -o json",
                "\(llama) serve --model \(bench.folder.path) --threads 1",
            ])
    }

    @Test func severalSequencesNeedTheBatchedProgram() throws {
        defer { bench.remove() }
        let llama = try script("llama-bench", "echo '[{\"avg_ts\": 50.0}]'")
        let report = try bench.object(arguments(["--llama-bench", llama]))
        #expect(rates(report, 1, "tokens_per_second") == [50, 50, nil])
    }

    /// What the program writes at its very end is lost at times.
    @Test func theBatchedProgramIsAskedAgainIfItAnswersNothing() throws {
        defer { bench.remove() }
        let llama = try script("llama-bench", "echo '[{\"avg_ts\": 50.0}]'")
        let mark = bench.folder.appending(path: "mark").path
        let batched = try script(
            "batched", "[ -e \(mark) ] && echo '{\"speed_tg\": 80.0}'; touch \(mark)")
        let report = try bench.object(
            arguments(["--llama-bench", llama, "--llama-batched-bench", batched]))
        #expect(rates(report, 1, "tokens_per_second") == [50, 50, 80])
        let silent = try script("silent", "true")
        let outcome = try bench.run(
            arguments(["--llama-bench", llama, "--llama-batched-bench", silent]))
        #expect(outcome.error.contains("\(silent): answered nothing, 5 times"))
    }

    @Test(arguments: [
        ("echo out of luck >&2; exit 3", "ended with status 3: out of luck"),
        ("echo hello", "answered something else than expected: hello"),
        ("echo '[]'", "answered no result"),
    ])
    func aFailingProgramIsNamed(body: String, message: String) throws {
        defer { bench.remove() }
        let llama = try script("llama-bench", body)
        let outcome = try bench.run(arguments(["--llama-bench", llama]))
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("neurond-bench: \(llama): \(message)"))
    }

    @Test func aProgramThatEndsDuringAConversationIsNamed() throws {
        defer { bench.remove() }
        let python = try script("python", "read line; exit 1")
        let outcome = try bench.run(
            arguments([
                "--openvino", bench.folder.path, "--python", python, "--openvino-script", python,
            ]))
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("\(python): ended without an answer"))
    }

    @Test(arguments: [
        ([], "nothing to compare with"),
        (["--llama-bench", "/does/not/exist"], "--llama-bench: there is no /does/not/exist"),
        (["--openvino", "/", "--python", "/nope"], "--python: there is no /nope"),
    ])
    func wrongUsageIsSaidAtOnce(more: [String], message: String) throws {
        defer { bench.remove() }
        let outcome = try bench.run(arguments(more))
        #expect(outcome.status == 2)
        #expect(outcome.error.contains(message))
    }
}
