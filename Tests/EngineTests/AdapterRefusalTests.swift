import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import Testing

/// What is no adapter for this model is refused, and the refusal names what is wrong.
@Suite("Adapters refused")
struct AdapterRefusalTests {
    /// A damaged adapter, and parts of the sentence that refuses it.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var words: [String]
        var damage: @Sendable (inout AdapterMaker) -> Void
    }

    private static func setting(
        _ key: String, _ json: String, _ words: String...
    ) -> Case {
        Case(testDescription: "\(key): \(json)", words: [key] + words) { maker in
            let value = try? JSONSerialization.jsonObject(
                with: Data(json.utf8), options: .fragmentsAllowed)
            maker.settings[key] = value
        }
    }

    private static func missing(_ key: String) -> Case {
        Case(testDescription: "without \(key)", words: [key]) { $0.settings[key] = nil }
    }

    private static func module(_ name: String, _ words: String...) -> Case {
        Case(testDescription: "module \(name)", words: [name] + words) {
            $0.entries[0].module = name
        }
    }

    static let cases: [Case] = [
        missing("r"), missing("lora_alpha"), missing("peft_type"),
        setting("r", "0", "1 to 256"), setting("r", "257", "1 to 256"),
        setting("r", "-1", "1 to 256"), setting("r", "4.5", "1 to 256"),
        setting("r", "1e300", "1 to 256"), setting("r", "\"4\"", "1 to 256"),
        setting("r", "5", "lora_A", "[4, 48]", "[5, 48]"),
        setting("lora_alpha", "1e300", "single precision"),
        setting("lora_alpha", "\"8\"", "a string"),
        setting("peft_type", "\"IA3\"", "LORA"), setting("bias", "\"all\"", "none"),
        setting("use_dora", "true"), setting("lora_bias", "true"),
        setting("fan_in_fan_out", "true"), setting("modules_to_save", "[\"lm_head\"]"),
        setting("use_rslora", "1", "true or false"),
        setting("init_lora_weights", "\"pissa_niter_16\"", "pissa"),
        setting("layer_replication", "[[0, 4]]"), setting("a_new_setting", "7"),
        setting("rank_pattern", "{\"q_proj\": 300}", "1 to 256"),
        setting("rank_pattern", "{\"(q|k)_proj\": 4}", "regular expression"),
        setting("alpha_pattern", "{\"layers\\\\.0\": 4}", "regular expression"),
        setting("alpha_pattern", "[]", "an object"),
        setting("target_modules", "[\"k_proj\"]", "q_proj"),
        setting("target_modules", "[7]"),
        module("model.layers.9.self_attn.q_proj", "layers 0 to"),
        module("model.layers.00.self_attn.q_proj", "layers 0 to"),
        module("model.layers.99999999999999999999.self_attn.q_proj"),
        module("model.layers.-1.self_attn.q_proj"),
        module("model.embed_tokens", "q_proj, k_proj, v_proj, o_proj"), module("lm_head"),
        module("model.layers.0.self_attn.c_attn"),
        Case(testDescription: "no module", words: ["\"\" is not supported"]) {
            $0.entries[0].module = ""
        },
        Case(testDescription: "a pattern's rank", words: ["lora_A", "[4, 48]", "[5, 48]"]) {
            $0.settings["rank_pattern"] = ["q_proj": 5]
        },
        Case(testDescription: "no tensors", words: ["there are none"]) { $0.entries = [] },
        Case(testDescription: "NaN", words: ["lora_A", "row 2, column 5", "NaN"]) {
            $0.entries[0].down[2][5] = .nan
        },
        Case(testDescription: "infinity", words: ["lora_B", "row 1, column 3"]) {
            $0.entries[0].up[1][3] = -.infinity
        },
        Case(testDescription: "overflow by the scale", words: ["lora_B", "row 7, column 0"]) {
            $0.entries[0].up[7][0] = 3e38
        },
        Case(testDescription: "too few rows", words: ["lora_B", "[127, 4]", "[128, 4]"]) {
            $0.entries[0].up.removeLast()
        },
        Case(testDescription: "too few columns", words: ["lora_A", "[4, 47]", "[4, 48]"]) {
            $0.entries[0].down = $0.entries[0].down.map { Array($0.dropLast()) }
        },
        Case(testDescription: "ranks differ", words: ["lora_B", "[128, 3]", "[128, 4]"]) {
            $0.entries[0].up = $0.entries[0].up.map { Array($0.dropLast()) }
        },
    ]

    private func maker(_ model: Model) -> AdapterMaker {
        var maker = AdapterMaker(seed: 1, settings: ["r": 4, "lora_alpha": 8])
        maker.add(["self_attn.q_proj"], layers: 0..<1, of: model.configuration)
        return maker
    }

    private func refusal(
        _ engine: StepEngine, _ hash: ContentHash
    ) async throws -> EngineError? {
        do {
            _ = try await engine.adapter(hash)
            return nil
        } catch let error as EngineError {
            return error
        }
    }

    @Test("by what it asks for, or by its tensors", arguments: cases)
    func refused(example: Case) async throws {
        let engine = try StepEngine.make(TestModels.fixture("llama-gqa", .f32))
        defer { engine.shutdown() }
        var maker = maker(engine.model)
        example.damage(&maker)
        let error = try #require(try await refusal(engine, engine.store(maker.object())))
        #expect(error.kind == .invalidArgument)
        #expect(error.reason == "BAD_ADAPTER")
        for word in example.words { #expect(error.message.contains(word), "\(error.message)") }
    }

    /// Tensors by name, beside the usual settings.
    private func object(
        _ tensors: [(String, [Int])], configuration: String? = nil
    ) throws -> [UInt8] {
        let usual = #"{"peft_type": "LORA", "r": 4, "lora_alpha": 8}"#
        var writer = SafetensorsWriter(metadata: ["adapter_config": configuration ?? usual])
        for (name, shape) in tensors {
            let count = shape.reduce(1, *)
            try writer.add(name, shape: shape, [Float](repeating: 0.5, count: count))
        }
        return writer.serialized()
    }

    @Test("by its tensors' names, or a text that is no configuration")
    func names() async throws {
        let engine = try StepEngine.make(TestModels.fixture("llama-gqa", .f32))
        defer { engine.shutdown() }
        let shape = engine.model.configuration
        let (width, outputs) = (shape.width, shape.headCount * shape.headDimension)
        let module = "base_model.model.model.layers.0.self_attn.q_proj"
        let (down, up) = (
            ("\(module).lora_A.weight", [4, width]), ("\(module).lora_B.weight", [outputs, 4])
        )
        let second = ("\(module).lora_A.default.weight", [4, width])
        let tables: [([(String, [Int])], String)] = [
            ([down], "lora_B is missing"), ([up], "lora_A is missing"),
            ([down, up, second], "a second tensor"),
            ([down, up, ("\(module).lora_magnitude_vector", [width])], "lora_magnitude_vector"),
            ([down, up, ("\(module).lora_embedding_A", [4, width])], "lora_embedding_A"),
            ([down, up, ("\(module).lora_A.other.weight", [4, width])], "lora_A.other"),
            ([("model.layers.0.self_attn.q_proj.lora_A.weight", [4, width])], "base_model.model"),
            ([down, ("\(module).lora_B.weight", [outputs * 4])], "its shape is [\(outputs * 4)]"),
            ([down, ("\(module).lora_B.weight", [outputs, 4, 1])], "its shape is"),
        ]
        for (tensors, words) in tables {
            let error = try await refusal(engine, engine.store(object(tensors)))
            #expect(error?.reason == "BAD_ADAPTER")
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "accepted")")
        }
        let deep = String(repeating: "[", count: 100_000)
        for text in ["", "{", "[]", "7", "null", "{\"r\": 4, \"r\": 5}", "{}", deep, "\u{FEFF}{}"] {
            let error = try await refusal(
                engine, engine.store(object([down, up], configuration: text)))
            #expect(error?.reason == "BAD_ADAPTER", "\(text.prefix(20))")
            #expect(error?.message.contains("adapter_config") == true)
        }
        #expect(try await refusal(engine, engine.store(object([down, up]))) == nil)
        #expect(try await refusal(engine, engine.store(object([second, up]))) == nil)
    }

    @Test("objects that are none, or are not there")
    func objects() async throws {
        let engine = try StepEngine.make(TestModels.fixture("llama-gqa", .f32))
        defer { engine.shutdown() }
        let unknown = ContentHash(hashing: [1])
        #expect(try await refusal(engine, unknown)?.kind == .notFound)
        #expect(try await refusal(engine, unknown)?.reason == "UNKNOWN_OBJECT")
        let set = NeuronSet(neurons: [1: IndexRanges([4..<7])])
        try engine.objects.put(.neuronSet(set), hash: set.contentHash, byteCount: 9)
        #expect(try await refusal(engine, set.contentHash)?.reason == "WRONG_OBJECT_KIND")
        var writer = SafetensorsWriter()
        try writer.add("v", shape: [2], [Float]([1, 2]))
        let error = try await refusal(engine, engine.store(writer.serialized()))
        #expect(error?.reason == "BAD_ADAPTER")
        #expect(error?.message.contains("__metadata__") == true)
    }

    @Test("an adapter for another model names the tensor and both shapes")
    func anotherModel() async throws {
        let other = try TestModels.fixture("llama-mha", .f32)
        let engine = try StepEngine.make(TestModels.fixture("llama-gqa", .f32))
        defer { engine.shutdown() }
        let error = try #require(
            try await refusal(engine, engine.store(maker(other).object())))
        let (theirs, ours) = (other.configuration.width, engine.model.configuration.width)
        #expect(error.message.contains("q_proj.lora_A.weight"))
        #expect(error.message.contains("[4, \(theirs)]"))
        #expect(error.message.contains("[4, \(ours)]"))
    }

    @Test("a dropped object is no adapter any more, but jobs that have it keep it")
    func dropped() async throws {
        let engine = try StepEngine.make(TestModels.fixture("llama-gqa", .f32))
        defer { engine.shutdown() }
        let hash = try engine.store(maker(engine.model).object())
        let adapter = try await engine.adapter(hash)
        #expect(try await engine.adapter(hash) === adapter)
        engine.dropObject(hash)
        #expect(try await refusal(engine, hash)?.reason == "UNKNOWN_OBJECT")
        let job = Job(tokens: [1, 2, 3], plan: .none, topCount: 1, adapter: adapter)
        #expect(try await engine.run(job).result.top.count == 1)
    }
}
