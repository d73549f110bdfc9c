import ArgumentParser
import Build
import Foundation
import NeurondClient
import Studies
import Synchronization

extension StudyCommand {
    /// `neuronctl study run`.
    struct Run: AsyncParsableCommand, JSONCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run a study on the daemon's model.",
            discussion: """
                Answers that the store has are not asked for again. Progress goes to standard \
                error: a bar on a terminal, lines elsewhere, with --json one object per event. An \
                interrupt leaves a run that neuronctl study resume takes up.

                Example: neuronctl study run differential --config study.toml --set \
                sampling.seed=7
                """)

        @Argument(help: "Name of the study; neuronctl study list shows them.") var name: String

        @Option(
            help: ArgumentHelp(
                "Configuration file in TOML; default: every default.", valueName: "file"))
        var config: String?

        @Option(
            help: ArgumentHelp(
                "A value that beats the file's; repeatable.", valueName: "key=value"))
        var set: [String] = []

        @OptionGroup var store: StoreOptions
        @OptionGroup var connection: ConnectionOptions

        var isJSON: Bool { connection.json }

        func run() async throws {
            let console = Console.current
            let type = try StudyRegistry.current.study(named: name)
            let text = try config.map { try configurationText($0) }
            let study = try PreparedStudy(
                type, toml: text ?? "", from: config ?? "the defaults", assignments: set)
            let store = try store.open(console)
            let model = try await connection.studyModel(console)
            let id = try store.begin(
                study: study.name, configuration: study.configuration, model: model.identity,
                codeVersion: Build.version)
            let runner = StudyRunner(store: store, isJSON: isJSON, console: console)
            try await runner.execute(study, id, model)
        }
    }

    /// `neuronctl study resume`.
    struct Resume: AsyncParsableCommand, JSONCommand {
        static let configuration = CommandConfiguration(
            abstract: "Go on with a run that was cut off.",
            discussion: """
                The run's own configuration holds. The daemon must serve the model that began it.

                Example: neuronctl study resume 3
                """)

        @Argument(help: "Number of the run; default: the last that is not finished.")
        var number: Int64?

        @OptionGroup var store: StoreOptions
        @OptionGroup var connection: ConnectionOptions

        var isJSON: Bool { connection.json }

        func run() async throws {
            let console = Console.current
            let store = try store.openExisting(console)
            let record = try store.run(number) { $0.state != .finished }
            let type = try StudyRegistry.current.study(named: record.study)
            let study = try PreparedStudy(
                type, toml: record.configuration, from: "run \(record.id)")
            var connection = connection
            connection.model = connection.model ?? record.model.digest
            let model = try await connection.studyModel(console)
            guard model.identity.isSameAnswerer(as: record.model) else {
                await model.close()
                throw StudyError(
                    "MODEL_CHANGED",
                    "run \(record.id) was answered by \(record.model.summary); the daemon has "
                        + "\(model.identity.summary); begin another run")
            }
            try store.reopen(record.id)
            let runner = StudyRunner(store: store, isJSON: isJSON, console: console)
            try await runner.execute(study, record.id, model)
        }
    }
}

/// A configuration file of a study.
private func configurationText(_ path: String) throws -> String {
    let bytes = try readFile(path)
    guard bytes.count <= FrameLimits.configurationBytes else {
        throw UsageError(
            "\(path): has \(bytes.count) bytes; accepted: \(FrameLimits.configurationBytes)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
        throw UsageError("\(path): it is not UTF-8")
    }
    return text
}

extension ConnectionOptions {
    /// The model of the daemon, for a study.
    func studyModel(_ console: Console) async throws -> DaemonModel {
        try await DaemonModel(options: callOptions) { try await connect(console) }
    }
}

extension ModelIdentity {
    /// What answers depend on, for people.
    var summary: String { "\(name) (\(digest.prefix(19))…, \(weightFormat), build \(build))" }
}

/// Runs a study on the terminal.
private struct StudyRunner {
    let store: RunStore
    let isJSON: Bool
    let console: Console

    func execute(_ study: PreparedStudy, _ id: Int64, _ model: DaemonModel) async throws {
        let view = StudyProgressView(isJSON: isJSON, console: console)
        console.note(isJSON ? JSON.object([("run", .integer(id))]).text : "run \(id)")
        let run = StudyRun(id, of: study.name, model: model, store: store) { view.show($0) }
        do {
            _ = try await study.execute(run)
        } catch {
            await model.close()
            console.note("run \(id) is in \(store.path); go on: neuronctl study resume \(id)")
            throw error
        }
        await model.close()
        try StudyView(store: store, console: console).show(try store.run(id), isJSON: isJSON)
    }
}

/// Events of a run on standard error.
private final class StudyProgressView: Sendable {
    private let isJSON: Bool
    private let console: Console
    private let reports = Mutex<[String: ProgressReport]>([:])

    init(isJSON: Bool, console: Console) {
        self.isJSON = isJSON
        self.console = console
    }

    func show(_ event: StudyEvent) {
        switch event {
        case .started(let progress): started(progress)
        case .advanced(let progress): advanced(progress)
        case .finished(let progress):
            if isJSON { note("finished", progress) }
            reports.withLock { $0[progress.label] = nil }
        }
    }

    private func started(_ progress: StudyProgress) {
        if isJSON { return note("started", progress) }
        if progress.stored > 0 {
            console.note(
                "\(progress.label): \(progress.stored) of \(progress.total) are in the store")
        }
        reports.withLock {
            $0[progress.label] = ProgressReport(
                progress.label, total: progress.total, console: console)
        }
    }

    private func advanced(_ progress: StudyProgress) {
        if isJSON { return note("advanced", progress) }
        let remark =
            progress.done == progress.total
            ? "" : progress.remainingSeconds.map { "\(Self.clock($0)) left" } ?? ""
        reports.withLock { $0[progress.label]?.advance(to: progress.done, remark: remark) }
    }

    private func note(_ event: String, _ progress: StudyProgress) {
        let line: JSON = [
            "event": .string(event), "step": .string(progress.step),
            "label": .string(progress.label), "done": .count(progress.done),
            "total": .count(progress.total), "stored": .count(progress.stored),
            "elapsed_seconds": .number(progress.elapsedSeconds),
            "remaining_seconds": progress.remainingSeconds.map { .number($0) } ?? .null,
        ]
        console.note(line.text)
    }

    /// `1:05`, or `2:01:05`.
    private static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.up))
        let parts = [whole / 3_600, whole / 60 % 60, whole % 60]
        let shown = parts[0] > 0 ? parts[...] : parts[1...]
        return shown.enumerated().map { place, part in
            place > 0 && part < 10 ? "0\(part)" : "\(part)"
        }.joined(separator: ":")
    }
}
