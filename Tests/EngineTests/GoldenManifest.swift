import Engine
import Foundation
import Hooks
import ModelFile
import TestSupport

/// `goldens.json` of a fixture model; `Tests/Fixtures/README.md` describes it.
struct GoldenManifest: Decodable {
    struct Prompt: Decodable {
        let text: String
        let tokens: [Int32]
    }

    struct Object: Decodable {
        let file: String
        let sha256: String
    }

    struct Edit: Decodable {
        let tensor: String
        let operation: String
        let columns: [Int]
        let factor: Float?
        let layer: Int?
        let mean: Float?
        let standardDeviation: Float?
        let seed: UInt64?
        let scale: String?

        enum CodingKeys: String, CodingKey {
            case tensor, operation, columns, factor, layer, mean, seed, scale
            case standardDeviation = "standard_deviation"
        }
    }

    struct Case: Decodable {
        let name: String
        let hooks: [String]
        let logits: String
        let edits: [Edit]?
        let exact: Bool
    }

    struct Variant: Decodable {
        let file: String
        let weights: String
        let logits: String
    }

    struct Generation: Decodable {
        let text: String
        let prompt: [Int32]
        let generated: [Int32]
        let hooks: [String]?
    }

    struct Continuation: Decodable {
        let prompt: [Int32]
        let continuation: [Int32]
        let logProbabilities: [Double]

        enum CodingKeys: String, CodingKey {
            case prompt, continuation
            case logProbabilities = "log_probabilities"
        }
    }

    /// A model that an adapter is merged into.
    struct MergedModel: Decodable, Sendable {
        struct Hooked: Decodable {
            let hooks: [String]
            let logits: String
        }

        let name: String
        let directory: String
        /// Tensors by site.
        let sites: [String: String]
        let hooked: Hooked
        let generation: Generation
    }

    let prompt: Prompt
    let positions: [Int]
    let objects: [String: Object]?
    let cases: [Case]
    let variants: [Variant]
    let generations: [Generation]
    let continuations: [Continuation]
    let adapters: [MergedModel]?
}

/// A fixture model's goldens: manifest, tensors and stored objects.
struct Goldens {
    /// Fixture models that the engine serves.
    static let models = fullModels + ["llama-rope", "llama-linear"] + families

    /// One model or two of each family beside Llama.
    static let families = [
        "mistral-window", "qwen2-bias", "qwen3-norm", "gpt2-learned", "gptj-parallel",
        "neox-parallel", "neox-sequential",
    ]

    /// Those with interventions that stand for an edit of the file.
    static let editedModels = fullModels + families.filter { $0 != "gpt2-learned" }

    /// Those with every kind of intervention.
    static let fullModels = ["llama-mha", "llama-gqa", "llama-bf16"]

    let folder: URL
    let manifest: GoldenManifest
    let sites: SafetensorsFile
    let cases: SafetensorsFile

    init(_ model: String) throws {
        folder = TestData.fixtures.appending(path: model)
        manifest = try JSONDecoder().decode(
            GoldenManifest.self, from: Data(contentsOf: folder.appending(path: "goldens.json")))
        sites = try SafetensorsFile(path: folder.appending(path: "sites.safetensors").path)
        cases = try SafetensorsFile(path: folder.appending(path: "cases.safetensors").path)
    }

    /// A store with the objects that hooks name by `@file`.
    func objectStore() throws -> ObjectStore {
        let store = ObjectStore()
        for object in (manifest.objects ?? [:]).values {
            let bytes = Array(try Data(contentsOf: folder.appending(path: object.file)))
            try store.put(
                .tensors(SafetensorsFile(bytes: bytes)), hash: ContentHash(hashing: bytes),
                byteCount: bytes.count)
        }
        return store
    }

    /// Reads hooks whose files are beside the manifest.
    func plan(_ hooks: [String], captures: [String] = []) throws -> HookPlan {
        let folder = folder
        var parser = HookParser { (path, _) throws(HookError) in
            guard let data = try? Data(contentsOf: folder.appending(path: path)) else {
                throw .object(name: path, reason: "is not beside the manifest")
            }
            return ContentHash(hashing: Array(data))
        }
        return HookPlan(
            actions: try hooks.map { try parser.action(text: $0) },
            captures: try captures.map { try parser.capture(text: $0) })
    }
}

extension StepEngine {
    /// Logits of every position of a forward pass: (positions, vocabulary).
    func logits(_ tokens: [Int32], _ plan: HookPlan = HookPlan()) async throws -> [Float] {
        var plan = plan
        plan.captures = [Capture(Selection(site: .logits))]
        let resolved = try plan.resolved(
            against: model.shape, extent: SequenceExtent(promptCount: tokens.count))
        let (_, result) = try await run(Job(tokens: tokens, plan: resolved))
        return result.captures[0].floats
    }
}

/// Rows of a row-major matrix.
func rows(_ positions: [Int], of values: [Float], width: Int) -> [Float] {
    positions.flatMap { values[($0 * width)..<(($0 + 1) * width)] }
}
