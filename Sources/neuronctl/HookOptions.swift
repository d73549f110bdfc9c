import ArgumentParser
import Foundation
import HookMessages
import Hooks
import Messages
import NeurondClient
import StrictJSON

/// What is done to the pass and read from it.
struct HookOptions: ParsableArguments {
    @Option(
        name: .customLong("hook"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "An action, in order; repeatable.",
            discussion: "Such as 'zero L21N7027 at last' or 'scale 1.5 @math.json'.",
            valueName: "action"))
    var hooks: [String] = []

    @Option(
        name: .customLong("capture"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "What to read; repeatable. Such as 'resid_post.5 at last' or 'L3N* mean_abs'.",
            valueName: "capture"))
    var captures: [String] = []

    @Option(help: ArgumentHelp("A plan in text or JSON to begin with.", valueName: "file"))
    var plan: String?

    /// The plan as a message, its files stored in the daemon.
    func message(
        _ client: Client, _ console: Console = .current
    ) async throws -> Neurond_V1_HookPlan {
        var reader = PlanReader()
        let plan = try reader.read(file: plan, hooks: hooks, captures: captures)
        for note in reader.notes { console.note("note: \(note)") }
        try await reader.files.store(in: client)
        return try Neurond_V1_HookPlan(plan)
    }
}

/// Refuses a file for captures where none can come; what a plan or items ask for is known later.
func checkOutput(_ output: String?, capturesIn hooks: HookOptions) throws {
    if output != nil && hooks.captures.isEmpty && hooks.plan == nil {
        throw ValidationError(nothingToWrite)
    }
}

/// Refuses a file for captures where no plan has any, or that could not be written afterwards.
func checkOutput(_ output: String?, capturesIn plans: [Neurond_V1_HookPlan]) throws {
    guard let output else { return }
    if plans.allSatisfy(\.captures.isEmpty) { throw UsageError(nothingToWrite) }
    try checkWritable(output)
}

/// Refuses a file that could not be written afterwards.
func checkWritable(_ output: String) throws {
    let folder = URL(filePath: output).deletingLastPathComponent().path
    guard FileManager.default.isWritableFile(atPath: folder) else {
        throw FileError("\(output): cannot be written: no folder \(folder) that may be written in")
    }
}

private let nothingToWrite =
    "--output: nothing is captured, so there is nothing to write; add a --capture"

/// Reads plans, and remembers the files that they name.
struct PlanReader {
    let files = HookFiles()
    private(set) var notes: [String] = []

    /// A plan from a file, then single hooks, then single captures.
    mutating func read(
        file: String?, hooks: [String], captures: [String]
    ) throws -> HookPlan {
        let files = files
        var parser = HookParser { path, use throws(HookError) in try files.add(path, use) }
        var plan = HookPlan()
        if let file {
            let text = String(decoding: try readFile(file), as: UTF8.self)
            let isJSON = text.drop { $0.isWhitespace }.first == "{"
            plan = isJSON ? try parser.plan(json: text) : try parser.plan(text: text)
        }
        for text in hooks { plan.actions.append(try parser.action(text: text)) }
        for text in captures { plan.captures.append(try parser.capture(text: text)) }
        for note in parser.notes where !notes.contains(note) { notes.append(note) }
        return plan
    }
}

/// Files that hooks name, by content hash; the daemon is given those that it lacks.
final class HookFiles {
    private var contents: [(hash: ContentHash, kind: Neurond_V1_ObjectKind, bytes: [UInt8])] = []

    /// Reads a file and answers the hash under which the daemon will keep it.
    func add(_ path: String, _ use: HookParser.FileUse) throws(HookError) -> ContentHash {
        let bytes: [UInt8]
        do {
            bytes = try readFile(path)
        } catch {
            throw .object(name: "file \"\(path)\"", reason: "it cannot be read")
        }
        guard use == .neuronSet else { return keep(bytes, .tensors) }
        // Stored in the canonical spelling, so that equal sets have one hash.
        do throws(HookError) {
            return keep(Array(try NeuronSet(bytes: bytes).json.utf8), .neuronSet)
        } catch {
            throw .within("file \"\(path)\"", error)
        }
    }

    /// Remembers a file that was read and answers its hash.
    func add(_ file: StoredFile) -> ContentHash { keep(file.bytes, file.kind) }

    /// Stores what the daemon does not have.
    func store(in client: Client) async throws {
        guard !contents.isEmpty else { return }
        let stored = try await client.answer(to: Neurond_V1_ListObjectsRequest()).reply.objects
        let known = Set(stored.map { Hexadecimal.text($0.hash) })
        for content in contents where !known.contains(content.hash.hex) {
            let reply = try await client.putObject(content.bytes, kind: content.kind).reply
            guard Hexadecimal.text(reply.hash) == content.hash.hex else {
                throw FileError("the daemon stored another content than \(content.hash.hex)")
            }
        }
    }

    private func keep(_ bytes: [UInt8], _ kind: Neurond_V1_ObjectKind) -> ContentHash {
        let hash = ContentHash(hashing: bytes)
        if !contents.contains(where: { $0.hash == hash }) { contents.append((hash, kind, bytes)) }
        return hash
    }
}

/// A whole file; `-` is standard input.
func readFile(_ path: String) throws -> [UInt8] {
    if path == "-" { return Array(Console.current.readInput().utf8) }
    do {
        return Array(try Data(contentsOf: URL(filePath: path)))
    } catch {
        throw FileError("\(path): cannot be read: \(error.localizedDescription)")
    }
}
