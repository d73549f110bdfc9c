import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import Testing

/// A hook equals the edit of the model file that it stands for.
@Suite("Hooks equal edits")
struct EditTests {
    @Test("logits of hook and edited file", arguments: Goldens.editedModels)
    func hookEqualsEdit(name: String) async throws {
        let goldens = try Goldens(name)
        let model = try TestModels.fixture(name, .f32)
        let engine = try StepEngine.make(model, objects: goldens.objectStore())
        defer { engine.shutdown() }
        let tokens = goldens.manifest.prompt.tokens
        var exactCases = 0
        for entry in goldens.manifest.cases {
            guard let edits = entry.edits, !edits.isEmpty else { continue }
            let hooked = try await engine.logits(tokens, goldens.plan(entry.hooks))
            let folder = try EditedModel.write(goldens, edits)
            defer { try? FileManager.default.removeItem(at: folder) }
            let arena = try WeightArena.build(
                from: ModelSource.open(folder.path), form: .f32, threads: 2)
            let edited = try StepEngine.make(Model(arena))
            defer { edited.shutdown() }
            let logits = try await edited.logits(tokens)
            if entry.exact {
                #expect(hooked == logits, "\(name) \(entry.name) bit for bit")
                exactCases += 1
            } else {
                #expect(relativeError(hooked, logits) <= 1e-5, "\(name) \(entry.name)")
            }
        }
        #expect(exactCases >= 3)
    }
}

/// Writes a copy of a fixture model, in f32, with some columns changed.
enum EditedModel {
    static func write(_ goldens: Goldens, _ edits: [GoldenManifest.Edit]) throws -> URL {
        let source = goldens.folder.appending(path: "hf")
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "neurond-edit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let writer = try SafetensorsWriterBuilder()
        for file in try FileManager.default.contentsOfDirectory(atPath: source.path) {
            let from = source.appending(path: file)
            if file.hasSuffix(".safetensors") {
                try writer.add(SafetensorsFile(path: from.path), edits)
            } else if !file.hasSuffix(".index.json") {
                try FileManager.default.copyItem(at: from, to: folder.appending(path: file))
            }
        }
        try writer.write(to: folder.appending(path: "model.safetensors").path)
        return folder
    }
}

/// Collects edited tensors.
final class SafetensorsWriterBuilder {
    private var writer = SafetensorsWriter()

    init() throws {}

    func add(_ file: SafetensorsFile, _ edits: [GoldenManifest.Edit]) throws {
        for tensor in file.tensors {
            var values = try file.floats(named: tensor.name)
            for edit in edits where edit.tensor == tensor.name {
                apply(edit, to: &values, columns: tensor.shape[1])
            }
            try writer.add(tensor.name, shape: tensor.shape, values)
        }
    }

    func write(to path: String) throws { try writer.write(to: path) }

    private func apply(_ edit: GoldenManifest.Edit, to values: inout [Float], columns: Int) {
        let rows = values.count / columns
        for column in edit.columns {
            if edit.operation == "scale-columns" {
                for row in 0..<rows { values[row * columns + column] *= edit.factor ?? 1 }
                continue
            }
            let squares = (0..<rows).reduce(0.0) { sum, row in
                let value = Double(values[row * columns + column])
                return sum + value * value
            }
            let isRelative = edit.scale == "relative"
            let scale = isRelative ? Float((squares / Double(rows)).squareRoot()) : 1
            for row in 0..<rows {
                let normal = CounterRandom.normal(
                    seed: edit.seed ?? 0,
                    coordinates: CounterRandom.valueNoiseCoordinates(
                        layer: edit.layer ?? 0, neuron: column, dimension: row))
                values[row * columns + column] +=
                    scale * ((edit.mean ?? 0) + (edit.standardDeviation ?? 0) * normal)
            }
        }
    }
}
