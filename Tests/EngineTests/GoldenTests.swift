import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import Testing

/// The engine against transformers, on the committed fixture models.
@Suite("Goldens of transformers")
struct GoldenTests {
    /// Largest error relative to the tensor's largest value.
    static let tolerance: [WeightForm: Float] = [.f32: 1e-4, .f16: 5e-3]

    @Test("every site agrees", arguments: Goldens.models, [WeightForm.f32, .f16])
    func sites(name: String, form: WeightForm) async throws {
        let goldens = try Goldens(name)
        let model = try TestModels.fixture(name, form)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        let captures = model.shape.sites.map { Capture(Selection(site: $0)) }
        let tokens = goldens.manifest.prompt.tokens
        let plan = try HookPlan(captures: captures).resolved(
            against: model.shape, extent: SequenceExtent(promptCount: tokens.count))
        let (_, result) = try await engine.run(Job(tokens: tokens, plan: plan))
        #expect(result.captures.count == goldens.sites.tensors.count - 1)
        let tolerance = try #require(Self.tolerance[form])
        var worst: (error: Float, site: String) = (0, "")
        for tensor in result.captures {
            let golden = try goldens.sites.floats(named: tensor.name)
            let error = relativeError(tensor.floats, golden)
            #expect(error <= tolerance, "\(name) \(form) \(tensor.name)")
            if error > worst.error { worst = (error, tensor.name) }
            #expect(tensor.positions == Array(tokens.indices))
            #expect(tensor.tokens == tokens)
        }
        print("\(name) \(form): largest relative error \(worst.error), at \(worst.site)")
    }

    @Test("every intervention agrees", arguments: Goldens.models, [WeightForm.f32, .f16])
    func cases(name: String, form: WeightForm) async throws {
        let goldens = try Goldens(name)
        let model = try TestModels.fixture(name, form)
        let engine = try StepEngine.make(model, objects: goldens.objectStore())
        defer { engine.shutdown() }
        let width = model.shape.vocabularyCount
        let tolerance = try #require(Self.tolerance[form])
        for entry in goldens.manifest.cases {
            let logits = try await engine.logits(
                goldens.manifest.prompt.tokens, goldens.plan(entry.hooks))
            let golden = try goldens.cases.floats(named: entry.logits)
            let error = relativeError(
                rows(goldens.manifest.positions, of: logits, width: width), golden)
            #expect(error <= tolerance, "\(name) \(form) \(entry.name): \(entry.hooks)")
        }
    }

    @Test("every GGUF type agrees with its dequantized weights", arguments: Goldens.models)
    func variants(name: String) async throws {
        let goldens = try Goldens(name)
        for variant in goldens.manifest.variants {
            let model = try TestModels.load(
                goldens.folder.appending(path: variant.file), .f32)
            let engine = try StepEngine.make(model)
            defer { engine.shutdown() }
            let logits = try await engine.logits(goldens.manifest.prompt.tokens)
            let golden = try goldens.cases.floats(named: variant.logits)
            let error = relativeError(
                rows(
                    goldens.manifest.positions, of: logits, width: model.shape.vocabularyCount),
                golden)
            #expect(error <= 1e-4, "\(variant.file)")
        }
    }

    @Test(
        "greedy generation is the same", arguments: Goldens.models, [WeightForm.f32, .f16])
    func generations(name: String, form: WeightForm) async throws {
        let goldens = try Goldens(name)
        let model = try TestModels.fixture(name, form)
        let engine = try StepEngine.make(model, objects: goldens.objectStore())
        defer { engine.shutdown() }
        for entry in goldens.manifest.generations {
            let hooks = try goldens.plan(entry.hooks ?? [])
            let plan = try hooks.resolved(
                against: model.shape,
                extent: SequenceExtent(
                    promptCount: entry.prompt.count, maxTokenCount: entry.generated.count))
            let job = Job(
                tokens: entry.prompt, plan: plan,
                generation: Generation(maxTokens: entry.generated.count, ignoresEnd: true))
            let (tokens, result) = try await engine.run(job)
            #expect(tokens.map(\.id) == entry.generated, "\(entry.text) \(entry.hooks ?? [])")
            #expect(result.finish == .length)
        }
    }

    @Test("log-probabilities of continuations agree", arguments: Goldens.models)
    func continuations(name: String) async throws {
        let goldens = try Goldens(name)
        let model = try TestModels.fixture(name, .f32)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        for entry in goldens.manifest.continuations {
            let tokens = entry.prompt + entry.continuation
            let plan = try HookPlan().resolved(against: model.shape)
            let job = Job(tokens: tokens, promptCount: entry.prompt.count, plan: plan)
            let (_, result) = try await engine.run(job)
            #expect(result.logProbabilities.count == entry.logProbabilities.count)
            for (value, golden) in zip(result.logProbabilities, entry.logProbabilities) {
                #expect(abs(value - golden) <= 1e-4 * max(1, abs(golden)))
            }
        }
    }
}
