import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import Testing

/// Adapters as PEFT saved them, against transformers on the models that they are merged into.
@Suite("Goldens of adapters")
struct AdapterGoldenTests {
    /// Fixture models with adapters.
    static let models = ["llama-gqa", "qwen2-bias"]

    private func adapter(
        _ engine: StepEngine, _ goldens: Goldens, _ entry: GoldenManifest.MergedModel
    ) async throws -> Adapter {
        let path = goldens.folder.appending(path: entry.directory).path
        return try await engine.adapter(engine.store(AdapterDirectory.object(at: path)))
    }

    @Test("every site agrees", arguments: models)
    func sites(name: String) async throws {
        let goldens = try Goldens(name)
        let file = try goldens.adapterValues()
        let engine = try StepEngine.make(TestModels.fixture(name, .f32))
        defer { engine.shutdown() }
        let tokens = goldens.manifest.prompt.tokens
        let entries = try #require(goldens.manifest.adapters)
        for entry in entries {
            let adapter = try await adapter(engine, goldens, entry)
            let captures = entry.sites.keys.sorted()
            let plan = try engine.model.plan(
                captures: captures.map { "\($0) at \(goldens.positionList)" },
                promptCount: tokens.count)
            let result = try await engine.run(
                Job(tokens: tokens, plan: plan, adapter: adapter)
            ).result
            var worst: (error: Float, site: String) = (0, "")
            for (site, tensor) in zip(captures, result.captures) {
                let golden = try file.floats(named: #require(entry.sites[site]))
                let error = relativeError(tensor.floats, golden)
                #expect(error <= 1e-4, "\(entry.name) \(site)")
                if error > worst.error { worst = (error, site) }
            }
            print("\(name) \(entry.name): largest relative error \(worst.error), at \(worst.site)")
        }
        #expect(entries.count >= 1)
    }

    @Test("hooks see and change the adapted values", arguments: models)
    func hooked(name: String) async throws {
        let goldens = try Goldens(name)
        let file = try goldens.adapterValues()
        let engine = try StepEngine.make(TestModels.fixture(name, .f32))
        defer { engine.shutdown() }
        let tokens = goldens.manifest.prompt.tokens
        for entry in try #require(goldens.manifest.adapters) {
            let plan = try engine.model.plan(
                hooks: entry.hooked.hooks, captures: ["logits at \(goldens.positionList)"],
                promptCount: tokens.count)
            let job = Job(
                tokens: tokens, plan: plan, adapter: try await adapter(engine, goldens, entry))
            let logits = try await engine.run(job).result.captures[0].floats
            #expect(relativeError(logits, try file.floats(named: entry.hooked.logits)) <= 1e-4)
        }
    }

    @Test("greedy generation is the same", arguments: models)
    func generations(name: String) async throws {
        let goldens = try Goldens(name)
        for form in [WeightForm.f32, .f16] {
            let engine = try StepEngine.make(TestModels.fixture(name, form))
            defer { engine.shutdown() }
            for entry in try #require(goldens.manifest.adapters) {
                let expected = entry.generation
                let job = Job(
                    tokens: expected.prompt, plan: .none,
                    generation: Generation(
                        maxTokens: expected.generated.count, ignoresEnd: true),
                    adapter: try await adapter(engine, goldens, entry))
                let tokens = try await engine.run(job).tokens.map(\.id)
                #expect(tokens == expected.generated, "\(form) \(entry.name)")
            }
        }
    }
}

extension Goldens {
    /// What merged models answered.
    fileprivate func adapterValues() throws -> SafetensorsFile {
        try SafetensorsFile(path: folder.appending(path: "adapters.safetensors").path)
    }

    /// The positions of golden rows, as hooks name them.
    fileprivate var positionList: String {
        manifest.positions.map { "\($0)" }.joined(separator: ",")
    }
}
