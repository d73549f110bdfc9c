import FakeDaemon
import Foundation
import Hooks
import Messages
import ModelFile
import SwiftProtobuf
import Synchronization
import StrictJSON
import TestSupport
import Testing
import Wire

@testable import neuronctl

/// Objects, weights, and the small commands.
extension CommandTests {
    @Test func neuronSetsInHooksAreStoredAndNamedByHash() async throws {
        let text = #"{"format": "neurond-neurons-1", "units": ["L0N1,2"]}"#
        let file = try temporaryFile("set.json", text)
        let set = try NeuronSet(bytes: Array(text.utf8))
        let methods = Mutex<[Wire.Method]>([])
        let run = try await neuronctl(["generate", "x", "--hook", "zero @\(file)"]) { request in
            methods.withLock { $0.append(request.method) }
            switch request.method {
            case .listObjects: return [.reply(Neurond_V1_ListObjectsReply()), .ok]
            case .putObject:
                let message = request.decoded(as: Neurond_V1_PutObjectRequest.self)
                #expect(message?.kind == .neuronSet)
                let content = Array(message?.content ?? Data())
                #expect(content == Array(set.json.utf8))
                var reply = Neurond_V1_PutObjectReply()
                reply.hash = Data(ContentHash(hashing: content).bytes)
                return [.reply(reply), .ok]
            default:
                let message = request.decoded(as: Neurond_V1_GenerateRequest.self)
                let hash = Data(set.contentHash.bytes)
                #expect(message?.hooks.actions.first?.target.sets == [hash])
                return Self.generation()
            }
        }
        #expect(run.code == 0, "\(run.errors)")
        #expect(methods.withLock { $0 } == [.listObjects, .putObject, .generate])
    }

    @Test func objectsTheDaemonHasAreNotSentAgain() async throws {
        let text = #"{"format": "neurond-neurons-1", "units": ["L0N1,2"]}"#
        let file = try temporaryFile("set.json", text)
        let hash = Data(try NeuronSet(bytes: Array(text.utf8)).contentHash.bytes)
        let run = try await neuronctl(["generate", "x", "--hook", "zero @\(file)"]) { request in
            #expect(request.method != .putObject)
            guard request.method == .listObjects else { return Self.generation() }
            var object = Neurond_V1_ObjectInfo()
            object.hash = hash
            var reply = Neurond_V1_ListObjectsReply()
            reply.objects = [object]
            return [.reply(reply), .ok]
        }
        #expect(run.code == 0, "\(run.errors)")
    }

    @Test func objectsCanBePutListedAndDropped() async throws {
        let file = try temporaryFile("means.safetensors", "some tensors")
        let hash = Data(ContentHash(hashing: Array("some tensors".utf8)).bytes)
        let script: FakeDaemon.Script = { request in
            switch request.method {
            case .putObject:
                var reply = Neurond_V1_PutObjectReply()
                reply.hash = hash
                return [.reply(reply), .ok]
            case .listObjects:
                var object = Neurond_V1_ObjectInfo()
                object.hash = hash
                object.kind = .tensors
                object.byteCount = 12
                var reply = Neurond_V1_ListObjectsReply()
                reply.objects = [object]
                return [.reply(reply), .ok]
            default:
                #expect(request.decoded(as: Neurond_V1_DropObjectRequest.self)?.hash == hash)
                return [.reply(Neurond_V1_DropObjectReply()), .ok]
            }
        }
        let name = "sha256:" + Hexadecimal.text(hash)
        let put = try await neuronctl(["objects", "put", file], script: script)
        #expect(put.output == "\(name)\t\(file)\n")
        let list = try await neuronctl(["objects", "list"], script: script)
        #expect(list.output == "\(name)\ttensors\t12\n")
        let drop = try await neuronctl(["objects", "drop", name], script: script)
        #expect(drop.code == 0)
        #expect(drop.output == "dropped \(name)\n")
        let bare = try await neuronctl(
            ["objects", "drop", Hexadecimal.text(hash), "--json"], script: script)
        #expect(try bare.json()["dropped"] as? [String] == [name])
    }

    @Test func directoriesAreAdaptersThatEveryCommandTakes() async throws {
        let folder = try TemporaryDirectory()
        let text = #"{"peft_type": "LORA", "r": 2}"#
        try folder.write("adapter_config.json", text)
        var writer = SafetensorsWriter(metadata: ["format": "pt"])
        try writer.add("a", shape: [2], [Float]([1, 2]))
        try writer.write(to: folder.path + "/adapter_model.safetensors")
        let items = try temporaryFile(
            "items.jsonl", #"{"prompt": "2+3=", "continuation": "5"}"# + "\n")

        for arguments in [
            ["generate", "x"], ["forward", "x"], ["score", "--items", items],
            ["explain", "generate", "x"], ["objects", "put", folder.path],
        ] {
            let content = Mutex<[UInt8]>([])
            let named = Mutex<Data?>(nil)
            let isPut = arguments[0] == "objects"
            let words = isPut ? arguments : arguments + ["--adapter", folder.path]
            _ = try await neuronctl(words) { request in
                switch request.method {
                case .listObjects: return [.reply(Neurond_V1_ListObjectsReply()), .ok]
                case .putObject:
                    let message = request.decoded(as: Neurond_V1_PutObjectRequest.self)
                    #expect(message?.kind == .tensors)
                    let bytes = Array(message?.content ?? Data())
                    content.withLock { $0 = bytes }
                    var reply = Neurond_V1_PutObjectReply()
                    reply.hash = Data(ContentHash(hashing: bytes).bytes)
                    return [.reply(reply), .ok]
                default:
                    named.withLock { $0 = Self.adapter(of: request) }
                    return Self.generation()
                }
            }
            let bytes = content.withLock { $0 }
            let file = try SafetensorsFile(bytes: bytes)
            #expect(file.metadata == ["adapter_config": text])
            #expect(try file.floats(named: "a") == [1, 2])
            let expected = isPut ? nil : Data(ContentHash(hashing: bytes).bytes)
            #expect(named.withLock { $0 } == expected, "\(arguments)")
        }
    }

    private static func adapter(of request: FakeRequest) -> Data? {
        switch request.method {
        case .generate: request.decoded(as: Neurond_V1_GenerateRequest.self)?.adapter
        case .forward: request.decoded(as: Neurond_V1_ForwardRequest.self)?.adapter
        case .score: request.decoded(as: Neurond_V1_ScoreRequest.self)?.adapter
        default: request.decoded(as: Neurond_V1_ExplainRequest.self)?.generate.adapter
        }
    }

    // MARK: The rest

    @Test func tokenizeShowsIdsAndPieces() async throws {
        let script: FakeDaemon.Script = { _ in
            var reply = Neurond_V1_TokenizeReply()
            reply.ids = [5, 13]
            reply.pieces = [Data("2".utf8), Data("\n".utf8)]
            return [.reply(reply), .ok]
        }
        let run = try await neuronctl(["tokenize", "2\n"], script: script)
        #expect(run.output == "5\t\"2\"\n13\t\"\\n\"\n")
        let json = try await neuronctl(["tokenize", "2\n", "--json"], script: script).json()
        #expect(json["tokens"] as? [Int] == [5, 13])
        #expect(json["text"] as? String == "2\n")
    }

    @Test func detokenizeTakesIdsInAnyForm() async throws {
        for (arguments, input) in [
            (["5", "13"], ""), (["5,13"], ""), (["-"], "5 13\n"),
        ] {
            let run = try await neuronctl(["detokenize"] + arguments, input: input) { request in
                let ids = request.decoded(as: Neurond_V1_DetokenizeRequest.self)?.ids
                #expect(ids == [5, 13])
                var reply = Neurond_V1_DetokenizeReply()
                reply.text = "2+"
                return [.reply(reply), .ok]
            }
            #expect(run.output == "2+\n")
        }
    }

    @Test func projectNamesUnitsAndTokens() async throws {
        let run = try await neuronctl(["project", "L1N7-8", "--top", "1"]) { request in
            let message = request.decoded(as: Neurond_V1_ProjectRequest.self)
            #expect(message?.units.map(\.neuron) == [7, 8])
            #expect(message?.topK == 1)
            var reply = Neurond_V1_ProjectReply()
            reply.unit.layer = 1
            reply.unit.neuron = 7
            reply.promoted = [Self.score(8, "5")]
            return [.reply(reply), .ok]
        }
        #expect(run.output.contains("L1N7"))
        #expect(run.output.contains("promotes \"5\""))
    }

    @Test func columnsAskForNormsUnlessAFileIsGiven() async throws {
        let run = try await neuronctl(["columns", "L1N7", "--kind", "up"]) { request in
            let message = request.decoded(as: Neurond_V1_ColumnsRequest.self)
            #expect(message?.kind == .up)
            #expect(message?.normsOnly == true)
            var reply = Neurond_V1_ColumnsReply()
            reply.norms = [1.5]
            return [.reply(reply), .ok]
        }
        #expect(run.output == "L1N7\t1.5\n")
    }

    @Test func statusAndCapabilitiesAnswerInBothForms() async throws {
        let script: FakeDaemon.Script = { request in
            var model = Neurond_V1_ModelInfo()
            model.name = "abacus"
            if request.method == .status {
                var reply = Neurond_V1_StatusReply()
                reply.state = "ready"
                reply.models = [model]
                reply.engines = [Neurond_V1_EngineInfo()]
                return [.reply(reply), .ok]
            }
            var reply = Neurond_V1_CapabilitiesReply()
            reply.models = [model]
            reply.actions = ["zero", "scale"]
            return [.reply(reply), .ok]
        }
        #expect(try await neuronctl(["status"], script: script).output.contains("ready"))
        let status = try await neuronctl(["status", "--json"], script: script).json()
        #expect((status["engines"] as? [Any])?.count == 1)
        let text = try await neuronctl(["capabilities"], script: script).output
        #expect(text.contains("zero scale"))
        let json = try await neuronctl(["capabilities", "--json"], script: script).json()
        #expect((json["models"] as? [[String: Any]])?.first?["name"] as? String == "abacus")
    }

    @Test func explainScoreCarriesTheItems() async throws {
        let file = try temporaryFile("items.jsonl", #"{"prompt": "a", "continuation": "b"}"#)
        let run = try await neuronctl(["explain", "score", "--items", file]) { request in
            let message = request.decoded(as: Neurond_V1_ExplainRequest.self)
            #expect(message?.score.items.count == 1)
            return [.reply(Neurond_V1_ExplainReply()), .ok]
        }
        #expect(run.code == 0, "\(run.errors)")
    }

    @Test(arguments: [["forward", "a"], ["generate", "a"]])
    func explainCarriesTheRequestItself(_ arguments: [String]) async throws {
        let run = try await neuronctl(["explain"] + arguments + ["--hook", "zero L0N1"]) {
            request in
            let message = request.decoded(as: Neurond_V1_ExplainRequest.self)
            if arguments[0] == "forward" {
                #expect(message?.forward.hooks.actions.count == 1)
            } else {
                #expect(message?.generate.hooks.actions.count == 1)
            }
            var reply = Neurond_V1_ExplainReply()
            reply.items = [Neurond_V1_ExplainReply.Item()]
            reply.multiplyAdds = 1_000
            return [.reply(reply), .ok]
        }
        #expect(run.code == 0)
        #expect(run.output.contains("1000 multiply-adds"))
    }

    /// What an engine says of two items, each figure another one.
    private static let explanation = Neurond_V1_ExplainReply.with { reply in
        reply.items = (0..<2).map { index in
            .with {
                $0.item = UInt32(index)
                $0.tokens = 11
                $0.generatedTokens = 12
                $0.reusableTokens = 13
                $0.captureBytes = 14
            }
        }
        reply.tokens = 22
        reply.generatedTokens = 24
        reply.multiplyAdds = 5_000_000_000
        reply.hookElements = 31
        reply.replyBytes = 32
        reply.keyValueBytes = 33
        reply.captureBytes = 34
        reply.planBytes = 35
        reply.objects = [Data([0x0A] + [UInt8](repeating: 0xFF, count: 31))]
    }

    @Test func explainTellsTotalsOfAllItems() async throws {
        let run = try await neuronctl(["explain", "generate", "a"]) { _ in
            [.reply(Self.explanation), .ok]
        }
        #expect(run.code == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("item 1: 11 tokens, at most 12 generated, 13 reusable"))
        #expect(
            lines[2] == "in all: 22 tokens, at most 24 generated, 5000000000 multiply-adds, "
                + "31 hooked elements, 32 reply bytes, 33 KV bytes, 34 capture bytes, "
                + "35 plan bytes")
    }

    @Test func explainTellsTotalsAsJSON() async throws {
        let run = try await neuronctl(["explain", "generate", "a", "--json"]) { _ in
            [.reply(Self.explanation), .ok]
        }
        let json = try run.json()
        for (key, value) in [
            "tokens": 22, "generated_tokens": 24, "multiply_adds": 5_000_000_000,
            "hook_elements": 31, "reply_bytes": 32, "key_value_bytes": 33, "capture_bytes": 34,
            "plan_bytes": 35,
        ] {
            #expect((json[key] as? NSNumber)?.intValue == value, "\(key)")
        }
        let items = try #require(json["items"] as? [[String: Any]])
        #expect(items.map { $0["reusable_tokens"] as? Int } == [13, 13])
        let hash = "sha256:0a" + String(repeating: "ff", count: 31)
        #expect(json["objects"] as? [String] == [hash])
    }

    @Test(arguments: ["frame", "request", "engine"])
    func pingMeasuresEveryKind(_ kind: String) async throws {
        let run = try await neuronctl(["ping", "--count", "20", "--kind", kind, "--json"]) {
            request in
            request.method == .status
                ? [.reply(Neurond_V1_StatusReply()), .ok]
                : [.reply(Neurond_V1_DetokenizeReply()), .ok]
        }
        let json = try run.json()
        let median = try #require(json["median_microseconds"] as? Double)
        let tail = try #require(json["p99_microseconds"] as? Double)
        #expect(median > 0)
        #expect(tail >= median)
    }
}
