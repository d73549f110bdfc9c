import ArgumentParser
import Foundation
import Studies

/// `neuronctl study`.
struct StudyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study", abstract: "Methods of papers, run on a daemon's model.",
        discussion: """
            A study is told what to do by a configuration file, asks the model in steps, and keeps \
            each answer in a store. A run that was cut off goes on where it was, and ends with the \
            same results. Docs/studies/README.md describes it.

            Example: neuronctl study list
            """,
        subcommands: [
            Run.self, Resume.self, List.self, Template.self, Show.self, Export.self, Diff.self,
        ])
}

/// Which store a study command works on.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "File that keeps runs and answers.",
            discussion: "Default: $XDG_DATA_HOME/neurond/studies.sqlite, in ~/.local/share where "
                + "the variable is not set.", valueName: "path"))
    var store: String?

    /// Where the store is, after the environment has been asked.
    func path(_ environment: [String: String]) -> String {
        if let store { return store }
        let folder = environment["XDG_DATA_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        let home = environment["HOME"] ?? NSHomeDirectory()
        return (folder ?? home + "/.local/share") + "/neurond/studies.sqlite"
    }

    /// Opens the store, and makes it where there is none.
    func open(_ console: Console) throws -> RunStore {
        try RunStore(path: path(console.environment))
    }

    /// Opens a store that must be there.
    func openExisting(_ console: Console) throws -> RunStore {
        let path = path(console.environment)
        guard FileManager.default.fileExists(atPath: path) else {
            throw FileError("\(path): there is no store; neuronctl study run makes one")
        }
        return try RunStore(path: path)
    }
}

extension RunStore {
    /// The run of a number, or the last one that has the wanted state.
    func run(_ number: Int64?, where isWanted: (RunRecord) -> Bool = { _ in true }) throws
        -> RunRecord
    {
        if let number { return try run(number) }
        guard let last = try runs().last(where: isWanted) else {
            throw FileError("\(path): there is no such run; neuronctl study list shows all")
        }
        return last
    }
}

extension StudyCommand {
    /// `neuronctl study list`.
    struct List: AsyncParsableCommand, JSONCommand {
        static let configuration = CommandConfiguration(
            abstract: "The studies that exist, and the runs in the store.",
            discussion: "Example: neuronctl study list --store studies.sqlite")

        @OptionGroup var store: StoreOptions
        @Flag(name: .customLong("json"), help: "Answer in JSON.") var isJSON = false

        func run() async throws {
            let console = Console.current
            let path = store.path(console.environment)
            let isThere = FileManager.default.fileExists(atPath: path)
            let store = isThere ? try RunStore(path: path) : nil
            let runs = try store?.runs() ?? []
            let studies = StudyRegistry.current.studies
            if isJSON {
                let list = studies.map { study -> JSON in
                    ["name": .string(study.name), "summary": .string(study.summary)]
                }
                let made = try runs.map { try JSON.run($0, store?.progress(of: $0.id) ?? []) }
                console.print(
                    JSON.object([("studies", .array(list)), ("runs", .array(made))]).text)
                return
            }
            for study in studies { console.print("\(study.name)\t\(study.summary)") }
            if runs.isEmpty { console.note("\(path): no runs yet") }
            for run in runs {
                let progress = try store?.progress(of: run.id) ?? []
                console.print(run.line(progress))
            }
        }
    }

    /// `neuronctl study template`.
    struct Template: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A study's whole configuration file, with every default explained.",
            discussion: "Example: neuronctl study template differential")

        @Argument(help: "Name of the study.") var name: String

        func run() async throws {
            Console.current.write(try StudyRegistry.current.study(named: name).template)
        }
    }
}

extension RunRecord {
    /// One line of a list.
    func line(_ progress: [(label: String, total: Int, stored: Int)]) -> String {
        let stored = progress.reduce(0) { $0 + $1.stored }
        let total = progress.reduce(0) { $0 + $1.total }
        let date = started.formatted(.iso8601)
        return "run \(id)\t\(study)\t\(state.rawValue)\t\(date)\t\(model.name)\t"
            + "\(stored)/\(total) answers"
    }
}

extension JSON {
    /// A run, and how far each of its calls has come.
    static func run(
        _ run: RunRecord, _ progress: [(label: String, total: Int, stored: Int)]
    ) -> JSON {
        let calls = progress.map { call -> JSON in
            [
                "label": .string(call.label), "items": .count(call.total),
                "stored": .count(call.stored),
            ]
        }
        return [
            "run": .integer(run.id), "study": .string(run.study),
            "state": .string(run.state.rawValue), "message": .string(run.message),
            "started": .string(run.started.formatted(.iso8601)),
            "ended": run.ended.map { .string($0.formatted(.iso8601)) } ?? .null,
            "configuration": .string(run.configuration),
            "configuration_hash": .string(run.configurationHash),
            "code_version": .string(run.codeVersion), "model": .model(run.model),
            "calls": .array(calls),
        ]
    }

    static func model(_ model: ModelIdentity) -> JSON {
        [
            "name": .string(model.name), "digest": .string(model.digest),
            "tokenizer_digest": .string(model.tokenizerDigest),
            "weight_format": .string(model.weightFormat), "build": .string(model.build),
            "layers": .count(model.layers), "neurons": .count(model.neurons),
        ]
    }
}
