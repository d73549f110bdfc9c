import HostileFiles
import TestSupport

@testable import ModelFile

/// A llama of a few hundred weights, as GGUF and as a Hugging Face directory.
enum TinyModel {
    static let configuration = ModelConfiguration(
        architecture: "llama", layerCount: 1, width: 8, headCount: 2, keyValueHeadCount: 1,
        headDimension: 4, neuronCount: 6, vocabularyCount: 5, contextLength: 16,
        normEpsilon: 1e-5, rotaryBase: 10_000, rotaryDimension: 4, tiedHead: true)

    /// The weights of a role in the order that is asked for, row-major.
    static func weights(_ role: TensorRole) -> [Float] {
        let seed = role.ggufName.utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) }
        var generator = Generator(state: seed)
        let count = role.shape(in: configuration).reduce(1, *)
        return (0..<count).map { _ in generator.float() }
    }

    /// The weights with query and key rows interleaved, as GGUF keeps them.
    static func storedWeights(_ role: TensorRole) -> [Float] {
        let plain = weights(role)
        guard role.isRotated else { return plain }
        let width = configuration.width
        let order = [0, 2, 1, 3]
        let rows = plain.count / width
        return (0..<rows).flatMap { row in
            let source = row / 4 * 4 + order[row % 4]
            return plain[source * width..<(source + 1) * width]
        }
    }

    /// A GGUF file with the standard keys, a vocabulary, and all tensors as F32.
    static func gguf() -> GGUFBuilder {
        var builder = GGUFBuilder.keys()
        for role in TensorRole.all(in: configuration) {
            let dimensions = role.shape(in: configuration).reversed().map { UInt64($0) }
            builder.add(role.ggufName, dimensions, littleEndian(storedWeights(role)))
        }
        return builder
    }

    /// config.json with some members replaced; nil leaves one out.
    static func configurationText(_ changes: [String: String?] = [:]) -> String {
        TinyDirectory.configurationText(changes)
    }

    /// A safetensors file with the tensors of these roles.
    static func safetensors(
        _ roles: [TensorRole] = TensorRole.all(in: configuration)
    ) throws -> SafetensorsWriter {
        var writer = SafetensorsWriter(metadata: ["format": "pt"])
        for role in roles {
            try writer.add(
                role.huggingFaceName, shape: role.shape(in: configuration), weights(role))
        }
        return writer
    }

    /// Writes a Hugging Face directory with one weight file.
    static func directory(_ changes: [String: String?] = [:]) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write("config.json", configurationText(changes))
        try directory.write("model.safetensors", safetensors().serialized())
        return directory
    }
}
