import Hooks
import Kernels
import ModelFile

/// Static algebra on the served weights: what a neuron's vectors are and what they promote.
public struct WeightAlgebra: Sendable {
    private let model: Model

    /// Works on the model's packed weights in place; nothing is copied until a vector is asked for.
    public init(_ model: Model) { self.model = model }

    /// How a vector is read as tokens.
    public enum Convention: Sendable {
        /// E·v.
        case raw
        /// E·(gain ⊙ v), with the final norm's gain and without its scalar, which does not change
        /// ranks.
        ///
        /// A norm that subtracts the mean does so here. Its bias, and the head's, are left out:
        /// what they add to a token's score does not depend on v.
        case normed
    }

    /// Which of a neuron's three weight vectors, (width) each, is meant.
    public enum VectorKind: String, Sendable {
        /// Column of the down projection.
        case value
        /// Row of the gate projection; of the only input projection where there is no gate.
        case gate
        /// Row of the up projection, which only a gated MLP has.
        case up
    }

    /// Checks that both 0-based indices name a neuron of the model.
    ///
    /// - Throws: `EngineError` naming a layer or neuron that is not there.
    public func check(layer: Int, neuron: Int) throws(EngineError) {
        let shape = model.configuration
        guard (0..<shape.layerCount).contains(layer) else {
            throw EngineError(
                .outOfRange, "UNKNOWN_LAYER",
                "L\(layer)N\(neuron): layer \(layer) does not exist "
                    + "(0…\(shape.layerCount - 1))",
                asked: layer, limit: shape.layerCount - 1)
        }
        guard (0..<shape.neuronCount).contains(neuron) else {
            throw EngineError(
                .outOfRange, "UNKNOWN_UNIT",
                "L\(layer)N\(neuron): neuron \(neuron) does not exist "
                    + "(0…\(shape.neuronCount - 1))",
                asked: neuron, limit: shape.neuronCount - 1)
        }
    }

    /// A neuron's vector as the served (dequantized) weights have it.
    ///
    /// Shape: (width).
    public func vector(
        _ kind: VectorKind, layer: Int, neuron: Int
    ) throws(EngineError) -> [Float] {
        try check(layer: layer, neuron: neuron)
        guard kind != .up || model.configuration.block.isGated else {
            throw EngineError(
                .invalidArgument, "NOT_GATED",
                "the MLP of this \(model.configuration.architecture) model has no gate and so no "
                    + "up vectors (accepted: value, gate)")
        }
        var values: [Float] = []
        switch kind {
        case .value: values = model.layers[layer].down.unpackColumn(neuron)
        case .gate: model.layers[layer].gateUp.unpackRow(neuron, into: &values)
        case .up:
            let row = model.configuration.neuronCount + neuron
            model.layers[layer].gateUp.unpackRow(row, into: &values)
        }
        return values
    }

    /// Norms of the vectors of every neuron of a layer.
    ///
    /// Shape: (neurons). The same bits as ``norm(_:)`` of each vector.
    public func norms(_ kind: VectorKind, layer: Int) throws(EngineError) -> [Float] {
        try check(layer: layer, neuron: 0)
        if kind == .value { return model.valueNorms(ofLayer: layer) }
        var norms: [Float] = []
        for neuron in 0..<model.configuration.neuronCount {
            norms.append(Self.norm(try vector(kind, layer: layer, neuron: neuron)))
        }
        return norms
    }

    /// Euclidean norm √Σx², summed in double precision; 0 for an empty vector.
    public static func norm(_ vector: [Float]) -> Float {
        Float(vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
    }

    /// A vector as the final norm passes it on, but for the norm's scalar and bias.
    private func normed(_ vector: [Float]) -> [Float] {
        let norm = model.finalNorm
        guard norm.bias != nil else { return zip(vector, norm.gain).map { $0 * $1 } }
        let mean = vector.reduce(0.0) { $0 + Double($1) } / Double(vector.count)
        return zip(vector, norm.gain).map { Float((Double($0) - mean) * Double($1)) }
    }

    /// Scores every token of the vocabulary for each vector.
    ///
    /// On dequantized weights and in double precision; vectors share one pass over the head.
    ///
    /// - Returns: the `count` largest and smallest for each vector; log-probabilities are those
    ///   of the scores' softmax.
    public func project(
        _ vectors: [[Float]], convention: Convention, count: Int
    ) -> [(promoted: [ScoredToken], demoted: [ScoredToken])] {
        let inputs = vectors.map { vector in
            convention == .raw ? vector : normed(vector)
        }
        let vocabulary = model.configuration.vocabularyCount
        var scores = inputs.map { _ in [Float](repeating: 0, count: vocabulary) }
        var row: [Float] = []
        for token in 0..<vocabulary {
            model.head.unpackRow(token, into: &row)
            for (index, input) in inputs.enumerated() {
                var sum = 0.0
                for dimension in input.indices {
                    sum += Double(input[dimension]) * Double(row[dimension])
                }
                scores[index][token] = Float(sum)
            }
        }
        return scores.map { scores in
            let normalizer = LogitMath.logSumExp(scores)
            func scored(_ ids: [Int]) -> [ScoredToken] {
                ids.map { id in
                    ScoredToken(
                        id: Int32(id), logit: scores[id],
                        logProbability: Double(scores[id]) - normalizer)
                }
            }
            return (
                scored(LogitMath.top(count, of: scores)),
                scored(LogitMath.top(count, of: scores.map { -$0 }))
            )
        }
    }
}
