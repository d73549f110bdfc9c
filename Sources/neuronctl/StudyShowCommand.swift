import ArgumentParser
import Foundation
import Hooks
import StrictJSON
import Studies

extension StudyCommand {
    /// `neuronctl study show`.
    struct Show: AsyncParsableCommand, JSONCommand {
        static let configuration = CommandConfiguration(
            abstract: "A run: how far it is, its tables, and the answers behind them.",
            discussion: """
                Rows of tables name their sources, such as greedy[0-4]. With --label each answer \
                of that name is one JSON object a line: what was asked, and what was answered.

                Example: neuronctl study show 3 --label greedy
                """)

        @Argument(help: "Number of the run; default: the last.") var number: Int64?
        @Option(help: "Show the questions and answers of this name, one a line.")
        var label: String?
        @Flag(help: "Show the run's whole configuration file.") var config = false
        @OptionGroup var store: StoreOptions
        @Flag(name: .customLong("json"), help: "Answer in JSON.") var isJSON = false

        func validate() throws {
            if config && label != nil {
                throw ValidationError("--config and --label are two questions; ask one")
            }
        }

        func run() async throws {
            let console = Console.current
            let store = try store.openExisting(console)
            let run = try store.run(number)
            if config { return console.write(run.configuration) }
            guard let label else {
                return try StudyView(store: store, console: console).show(run, isJSON: isJSON)
            }
            let items = try store.items(of: run.id, label: label)
            guard !items.isEmpty else {
                let labels = try store.progress(of: run.id).map(\.label)
                throw UsageError(
                    "--label \(label): run \(run.id) has no answers of this name; it has: "
                        + labels.joined(separator: ", "))
            }
            for item in items { console.print(item.line) }
        }
    }

    /// `neuronctl study diff`.
    struct Diff: AsyncParsableCommand, JSONCommand {
        static let configuration = CommandConfiguration(
            abstract: "Where two runs differ: configuration, model, results.",
            discussion: "Example: neuronctl study diff 3 4")

        @Argument(help: "Number of a run.") var first: Int64
        @Argument(help: "Number of another.") var second: Int64
        @OptionGroup var store: StoreOptions
        @Flag(name: .customLong("json"), help: "Answer in JSON.") var isJSON = false

        func run() async throws {
            let console = Console.current
            let store = try store.openExisting(console)
            let difference = try RunDifference(
                store.run(first), store.results(of: first), store.run(second),
                store.results(of: second))
            let parts = [
                ("configuration", difference.configuration), ("model", difference.model),
                ("results", difference.results),
            ]
            if isJSON {
                let members = parts.map { ($0.0, JSON.array($0.1.map(\.json))) }
                return console.print(JSON.object(members).text)
            }
            if difference.isEmpty { console.print("runs \(first) and \(second) do not differ") }
            for (name, entries) in parts where !entries.isEmpty {
                console.print(name)
                for entry in entries {
                    console.print("  \(entry.place)\t\(entry.left)\t\(entry.right)")
                }
            }
        }
    }
}

/// A run on standard output.
struct StudyView {
    let store: RunStore
    let console: Console

    func show(_ run: RunRecord, isJSON: Bool) throws {
        let progress = try store.progress(of: run.id)
        let results = try store.results(of: run.id)
        if isJSON {
            guard case .object(let head) = JSON.run(run, progress),
                case .object(let body) = JSON.results(results)
            else { return }
            return console.print(JSON.object(head + body).text)
        }
        console.print(run.line(progress))
        if !run.message.isEmpty { console.print(run.message) }
        for call in progress { console.print("  \(call.label)\t\(call.stored)/\(call.total)") }
        for table in results.tables { console.write("\n" + table.text) }
        for figure in results.figures { console.write("\n\(figure.title)\n\(figure.text)") }
        if !results.neuronSets.isEmpty { console.print("\nNeuron sets") }
        for set in results.neuronSets {
            console.print("  \(set.name)\t\(set.set.unitCount)\t\(set.set.origin ?? "")")
        }
    }
}

extension RunDifference.Entry {
    fileprivate var json: JSON {
        ["place": .string(place), "first": .string(left), "second": .string(right)]
    }
}

extension RunItem {
    /// One JSON object: what was asked, and what was answered.
    fileprivate var line: String {
        func stored(_ data: Data) -> String { String(decoding: data, as: UTF8.self) }
        func quoted(_ text: String) -> String { JSONValue.text(text).compact }
        let answer =
            format == "json"
            ? stored(value) : #"{"format": "# + quoted(format) + #", "bytes": \#(value.count)}"#
        let members = [
            ("label", quoted(label)), ("place", "\(place)"), ("key", quoted("\(key)")),
            ("step", quoted(step)), ("question", stored(question)), ("answer", answer),
        ]
        return "{" + members.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
    }
}

extension JSON {
    /// Everything that a study ended with but its tensors.
    static func results(_ results: StudyResults) -> JSON {
        [
            "tables": .array(results.tables.map { .table($0) }),
            "figures": .array(
                results.figures.map { figure in
                    [
                        "name": .string(figure.name), "title": .string(figure.title),
                        "text": .string(figure.text),
                    ]
                }),
            "neuron_sets": .array(
                results.neuronSets.map { set in
                    [
                        "name": .string(set.name), "units": .count(set.set.unitCount),
                        "origin": .string(set.set.origin ?? ""),
                        "hash": .string("sha256:" + set.set.contentHash.hex),
                    ]
                }),
            "tensors": .array(
                results.tensors.map { tensor in
                    ["name": .string(tensor.name), "shape": .integers(tensor.shape)]
                }),
            "report": .string(results.report),
        ]
    }

    private static func table(_ table: StudyTable) -> JSON {
        [
            "name": .string(table.name), "title": .string(table.title),
            "columns": .array(
                table.columns.map { column in
                    ["name": .string(column.name), "kind": .string(column.kind.rawValue)]
                }),
            "rows": .array(
                table.rows.map { row in
                    [
                        "cells": .array(row.cells.map { .cell($0) }),
                        "sources": .array(row.sources.map { .string("\($0)") }),
                    ]
                }),
            "note": .string(table.note),
        ]
    }

    private static func cell(_ cell: StudyTable.Cell) -> JSON {
        switch cell {
        case .text(let text): .string(text)
        case .integer(let value): .integer(Int64(value))
        case .number(let value): .number(value)
        case .none: .null
        }
    }
}
