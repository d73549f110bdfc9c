import ArgumentParser
import Foundation
import Hooks
import Messages
import NeurondClient
import StrictJSON

/// `neuronctl objects`.
struct ObjectsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "objects", abstract: "Neuron sets, tensors and adapters stored in the daemon.",
        discussion: "Example: neuronctl objects put math-neurons.json",
        subcommands: [Put.self, List.self, Drop.self])

    /// `neuronctl objects put`.
    struct Put: DaemonCommand {
        static let configuration = CommandConfiguration(
            abstract: "Store files; answers the hash of each.",
            discussion: """
                Files ending in .safetensors are tensors, directories are LoRA adapters as PEFT \
                saves them, other files neuron sets.

                Example: neuronctl objects put math-neurons.json means.safetensors my-adapter/
                """)

        @Argument(help: "Files, and directories of adapters, to store.") var files: [String]
        @OptionGroup var connection: ConnectionOptions

        func run(_ client: Client, _ console: Console) async throws {
            var progress = ProgressReport("put", total: files.count, console: console)
            var list: [JSON] = []
            for file in files {
                let object = try StoredFile(file)
                let reply = try await client.putObject(
                    object.bytes, kind: object.kind, options: connection.callOptions
                ).reply
                let hash = "sha256:" + Hexadecimal.text(reply.hash)
                list.append(
                    [
                        "file": .string(file), "hash": .string(hash),
                        "existed": .bool(reply.existed),
                    ])
                if !connection.json { console.print("\(hash)\t\(file)") }
                progress.advance()
            }
            if connection.json { console.print(JSON.object([("objects", .array(list))]).text) }
        }
    }

    /// `neuronctl objects list`.
    struct List: DaemonCommand {
        static let configuration = CommandConfiguration(
            abstract: "List stored objects.", discussion: "Example: neuronctl objects list --json")

        @OptionGroup var connection: ConnectionOptions

        func run(_ client: Client, _ console: Console) async throws {
            let objects = try await client.answer(
                to: Neurond_V1_ListObjectsRequest(), options: connection.callOptions
            ).reply.objects
            guard connection.json else {
                for object in objects {
                    let hash = Hexadecimal.text(object.hash)
                    console.print("sha256:\(hash)\t\(kind(object))\t\(object.byteCount)")
                }
                return
            }
            let list = objects.map { object -> JSON in
                [
                    "hash": .string("sha256:" + Hexadecimal.text(object.hash)),
                    "kind": .string(kind(object)),
                    "bytes": .count(object.byteCount),
                ]
            }
            console.print(JSON.object([("objects", .array(list))]).text)
        }

        private func kind(_ object: Neurond_V1_ObjectInfo) -> String {
            switch object.kind {
            case .neuronSet: "neuron-set"
            case .tensors: "tensors"
            default: "unknown"
            }
        }
    }

    /// `neuronctl objects drop`.
    struct Drop: DaemonCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget stored objects.",
            discussion: "Example: neuronctl objects drop sha256:0b5c…")

        @Argument(help: "Hashes, with or without sha256: in front.") var hashes: [String]
        @OptionGroup var connection: ConnectionOptions

        func validate() throws { _ = try contentHashes() }

        private func contentHashes() throws -> [ContentHash] {
            try hashes.map { text in
                guard let hash = ContentHash(argument: text) else {
                    throw ValidationError("\"\(text)\": expected sha256: and 64 hex digits")
                }
                return hash
            }
        }

        func run(_ client: Client, _ console: Console) async throws {
            let hashes = try contentHashes()
            for hash in hashes {
                var request = Neurond_V1_DropObjectRequest()
                request.hash = Data(hash.bytes)
                _ = try await client.answer(to: request, options: connection.callOptions)
                if !connection.json { console.print("dropped sha256:\(hash.hex)") }
            }
            let list = JSON.array(hashes.map { .string("sha256:\($0.hex)") })
            if connection.json { console.print(JSON.object([("dropped", list)]).text) }
        }
    }
}
