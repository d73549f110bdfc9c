import ArgumentParser
import ModelFile

/// Shapes of well-known sizes that `make-model` writes.
enum PresetShape: String, CaseIterable, ExpressibleByArgument {
    /// Runs in milliseconds, for tests.
    case tiny
    /// Small enough to live in a large cache.
    case small = "0.1b"
    /// As Llama 3.2 1B.
    case one = "1b"
    /// As Llama 3.2 3B.
    case three = "3b"
    /// As Llama 2 7B.
    case seven = "7b"

    var configuration: ModelConfiguration {
        switch self {
        case .tiny:
            make(2, 256, heads: 4, keys: 2, neurons: 512, vocabulary: 512, tied: true)
        case .small:
            make(12, 768, heads: 12, keys: 4, neurons: 2048, vocabulary: 32_000, tied: true)
        case .one:
            make(16, 2048, heads: 32, keys: 8, neurons: 8192, vocabulary: 128_256, tied: true)
        case .three:
            make(28, 3072, heads: 24, keys: 8, neurons: 8192, vocabulary: 128_256, tied: true)
        case .seven:
            make(32, 4096, heads: 32, keys: 32, neurons: 11_008, vocabulary: 32_000, tied: false)
        }
    }

    private func make(
        _ layers: Int, _ width: Int, heads: Int, keys: Int, neurons: Int, vocabulary: Int,
        tied: Bool
    ) -> ModelConfiguration {
        ModelConfiguration(
            architecture: "llama", layerCount: layers, width: width, headCount: heads,
            keyValueHeadCount: keys, headDimension: width / heads, neuronCount: neurons,
            vocabularyCount: vocabulary, contextLength: 8192, normEpsilon: 1e-5,
            rotaryBase: 500_000, rotaryDimension: width / heads, tiedHead: tied)
    }
}
