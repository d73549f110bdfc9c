import ArgumentParser
import Foundation
import ModelFile
import Tokenizer

/// Turns text into token ids, without a daemon.
struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Print the token ids of a text, one line; the text comes from standard input.",
        discussion: "Example: neurond tokenize --model model.gguf --file prompt.txt --no-special")

    @Option(help: "A model or vocabulary: GGUF file or directory. [NEUROND_MODEL]")
    var model: String?

    @Option(help: "Read the text from this file.")
    var file: String?

    @Flag(
        name: .customLong("no-special"),
        help: "Add no token at the beginning or end, and take spellings of special tokens as text.")
    var omitsSpecial = false

    @Flag(help: "Print one JSON object with tokens (ids) and pieces.")
    var json = false

    private struct Report: Encodable {
        let tokens: [Int32]
        let pieces: [String]
    }

    func validate() throws {
        _ = try modelPath()
    }

    private func modelPath() throws -> String {
        guard let path = Settings.text(model, "NEUROND_MODEL") else {
            throw ValidationError("no model: give --model PATH or set NEUROND_MODEL")
        }
        return path
    }

    func run() throws {
        let tokenizer = try TextTokenizer(ModelSource.tokenizer(at: modelPath()))
        let ids = try tokenizer.encode(
            bytes: readText(), addSpecial: !omitsSpecial, parseSpecial: !omitsSpecial)
        guard json else {
            print(ids.map(String.init).joined(separator: " "))
            return
        }
        let report = Report(tokens: ids, pieces: ids.map { tokenizer.name($0) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    private func readText() throws -> [UInt8] {
        guard let file else {
            return [UInt8](try FileHandle.standardInput.readToEnd() ?? Data())
        }
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        } catch {
            throw Unreadable(
                description: "\(file): cannot be read: \(error.localizedDescription)")
        }
    }

    /// The text's file cannot be read.
    private struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }
}
