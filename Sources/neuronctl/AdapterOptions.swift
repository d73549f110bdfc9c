import ArgumentParser
import Foundation
import Hooks
import Messages
import ModelFile
import NeurondClient

/// What changes the model's weights for one request.
struct AdapterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A LoRA adapter to run with.",
            discussion: """
                A directory as PEFT saves it, an adapter as one file, or the hash that `objects \
                put` answered for one of these. Files are stored in the daemon as needed.
                """,
            valueName: "directory|file|hash"))
    var adapter: String?

    /// The adapter's hash, its files stored in the daemon; empty without one.
    func hash(_ client: Client) async throws -> Data {
        guard let adapter else { return Data() }
        if let hash = ContentHash(argument: adapter) { return Data(hash.bytes) }
        let files = HookFiles()
        let hash = files.add(try StoredFile(adapter))
        try await files.store(in: client)
        return Data(hash.bytes)
    }
}

/// A file in the form in which the daemon stores it.
struct StoredFile {
    let kind: Neurond_V1_ObjectKind
    let bytes: [UInt8]

    /// Reads a directory of PEFT as an adapter, a safetensors file as tensors, and anything else
    /// as a neuron set.
    ///
    /// - Throws: `FileError`, `HookError` for what is no neuron set.
    init(_ path: String) throws {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
            isDirectory.boolValue
        {
            kind = .tensors
            do {
                bytes = try AdapterDirectory.object(at: path)
            } catch {
                throw FileError("\(error)")
            }
        } else if path.hasSuffix(".safetensors") {
            kind = .tensors
            bytes = try readFile(path)
        } else {
            kind = .neuronSet
            bytes = Array(try NeuronSet(bytes: readFile(path)).json.utf8)
        }
    }
}

extension ContentHash {
    /// Reads 64 hexadecimal digits, with or without `sha256:` in front.
    init?(argument text: String) {
        self.init(hex: text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text)
    }
}
