import ArgumentParser
import Foundation
import Hooks
import ModelFile
import Studies

/// What a run's results can be written as.
enum ExportFormat: String, CaseIterable, ExpressibleByArgument {
    case csv
    case json
    case safetensors
    case neuronSets = "neuron-sets"
    case markdown
}

extension StudyCommand {
    /// `neuronctl study export`.
    struct Export: AsyncParsableCommand, JSONCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the results of a run to files.",
            discussion: """
                csv is a file for each table, json one for everything but tensors, safetensors one \
                for tensors, neuron-sets one for each set, as --hook '… @FILE' reads it, markdown \
                the report. Prints the name of each file.

                Example: neuronctl study export 3 --format csv --format neuron-sets -o results
                """)

        @Argument(help: "Number of the run; default: the last that is finished.")
        var number: Int64?

        @Option(help: "What to write; repeatable; default: all.")
        var format: [ExportFormat] = []

        @Option(
            name: .shortAndLong,
            help: ArgumentHelp("Folder to write to; it is made.", valueName: "folder"))
        var output: String

        @OptionGroup var store: StoreOptions
        @Flag(name: .customLong("json"), help: "Answer in JSON.") var isJSON = false

        func run() async throws {
            let console = Console.current
            let store = try store.openExisting(console)
            let run = try store.run(number) { $0.state == .finished }
            guard run.state == .finished else {
                throw StudyError(
                    "RUN_NOT_FINISHED",
                    "run \(run.id) is \(run.state.rawValue) and has no results yet; go on: "
                        + "neuronctl study resume \(run.id)")
            }
            let export = StudyExport(run: run, results: try store.results(of: run.id))
            let formats = format.isEmpty ? ExportFormat.allCases : format
            let files = try export.write(formats, to: output)
            if isJSON {
                return console.print(
                    JSON.object([("files", .array(files.map { .string($0) }))]).text)
            }
            for file in files { console.print(file) }
        }
    }
}

/// The files of a run's results.
private struct StudyExport {
    let run: RunRecord
    let results: StudyResults

    /// Writes files whole or not at all, and answers their paths.
    func write(_ formats: [ExportFormat], to folder: String) throws -> [String] {
        let url = URL(filePath: folder)
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw FileError("\(folder): cannot be made: \(error.localizedDescription)")
        }
        var paths: [String] = []
        for format in ExportFormat.allCases where formats.contains(format) {
            for file in files(format) {
                let path = url.appending(path: file.name).path
                try write(file.text, path)
                paths.append(path)
            }
            guard format == .safetensors, !results.tensors.isEmpty else { continue }
            let path = url.appending(path: "tensors.safetensors").path
            try writeTensors(path)
            paths.append(path)
        }
        return paths
    }

    private func files(_ format: ExportFormat) -> [(name: String, text: String)] {
        switch format {
        case .csv: results.tables.map { ("\($0.name).csv", $0.csv) }
        case .json:
            if case .object(let head) = JSON.run(run, []),
                case .object(let body) = JSON.results(results)
            {
                [("results.json", JSON.object(head + body).text + "\n")]
            } else {
                []
            }
        case .safetensors: []
        case .neuronSets: results.neuronSets.map { ("\($0.name).json", $0.set.json) }
        case .markdown: [("report.md", results.report)]
        }
    }

    private func write(_ text: String, _ path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw FileError("\(path): cannot be written: \(error.localizedDescription)")
        }
    }

    private func writeTensors(_ path: String) throws {
        var writer = SafetensorsWriter(metadata: [
            "study": run.study, "run": "\(run.id)", "model": run.model.digest,
        ])
        do {
            for tensor in results.tensors {
                let bytes = tensor.values.flatMap { value in
                    (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
                }
                try writer.add(tensor.name, .f64, shape: tensor.shape, bytes: bytes)
            }
            try writer.write(to: path)
        } catch {
            throw FileError("\(error)")
        }
    }
}
