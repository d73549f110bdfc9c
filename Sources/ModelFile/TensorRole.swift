/// What a weight tensor is for; the associated number is the layer, from 0.
public enum TensorRole: Hashable, Sendable {
    case embedding
    /// Of learned positions: one row for each.
    case positionEmbedding
    case finalNorm
    case finalNormBias
    case head
    case headBias
    case attentionNorm(Int)
    case attentionNormBias(Int)
    case query(Int)
    case key(Int)
    case value(Int)
    case queryBias(Int)
    case keyBias(Int)
    case valueBias(Int)
    /// Gain of the norm of each head's query.
    case queryNorm(Int)
    case keyNorm(Int)
    case attentionOutput(Int)
    case attentionOutputBias(Int)
    case mlpNorm(Int)
    case mlpNormBias(Int)
    /// The projection that the activation function reads, in MLPs without a gate as well.
    case gate(Int)
    case gateBias(Int)
    /// The linear branch of a gated MLP.
    case up(Int)
    case upBias(Int)
    case down(Int)
    case downBias(Int)
}

extension TensorRole {
    /// Every role that a decoder of this shape has; the head only if it has its own weights.
    package static func all(in configuration: ModelConfiguration) -> [TensorRole] {
        let block = configuration.block
        var roles: [TensorRole] = [.embedding]
        if block.positions == .learned { roles.append(.positionEmbedding) }
        for layer in 0..<configuration.layerCount { roles += all(in: block, layer) }
        roles.append(.finalNorm)
        if block.norm == .layer { roles.append(.finalNormBias) }
        if !configuration.tiedHead { roles.append(.head) }
        if block.biases.head { roles.append(.headBias) }
        return roles
    }

    private static func all(in block: BlockStyle, _ layer: Int) -> [TensorRole] {
        let hasBias = block.norm == .layer
        let biases = block.biases
        var roles: [TensorRole] = [.attentionNorm(layer)]
        if hasBias { roles.append(.attentionNormBias(layer)) }
        roles += [.query(layer), .key(layer), .value(layer)]
        if biases.queryKeyValue {
            roles += [.queryBias(layer), .keyBias(layer), .valueBias(layer)]
        }
        if block.normalizesHeads { roles += [.queryNorm(layer), .keyNorm(layer)] }
        roles.append(.attentionOutput(layer))
        if biases.attentionOutput { roles.append(.attentionOutputBias(layer)) }
        if block.residual != .parallelSharedNorm {
            roles.append(.mlpNorm(layer))
            if hasBias { roles.append(.mlpNormBias(layer)) }
        }
        roles.append(.gate(layer))
        if biases.mlp { roles.append(.gateBias(layer)) }
        if block.isGated {
            roles.append(.up(layer))
            if biases.mlp { roles.append(.upBias(layer)) }
        }
        roles.append(.down(layer))
        if biases.mlp { roles.append(.downBias(layer)) }
        return roles
    }

    /// The shape as (rows, columns); a vector has one dimension.
    package func shape(in configuration: ModelConfiguration) -> [Int] {
        let width = configuration.width
        let queryWidth = configuration.headCount * configuration.headDimension
        let keyWidth = configuration.keyValueHeadCount * configuration.headDimension
        return switch self {
        case .embedding, .head: [configuration.vocabularyCount, width]
        case .positionEmbedding: [configuration.contextLength, width]
        case .headBias: [configuration.vocabularyCount]
        case .finalNorm, .finalNormBias, .attentionNorm, .attentionNormBias, .mlpNorm,
            .mlpNormBias, .attentionOutputBias, .downBias:
            [width]
        case .query: [queryWidth, width]
        case .key, .value: [keyWidth, width]
        case .queryBias: [queryWidth]
        case .keyBias, .valueBias: [keyWidth]
        case .queryNorm, .keyNorm: [configuration.headDimension]
        case .attentionOutput: [width, queryWidth]
        case .gate, .up: [configuration.neuronCount, width]
        case .gateBias, .upBias: [configuration.neuronCount]
        case .down: [width, configuration.neuronCount]
        }
    }

    /// Whether rows of this tensor belong to rotated heads.
    var isRotated: Bool {
        switch self {
        case .query, .key, .queryBias, .keyBias: true
        default: false
        }
    }

    /// Whether it is added to a product.
    ///
    /// It is read like a matrix of one column, so that its rows are found where the matrix's are.
    var isProductBias: Bool {
        switch self {
        case .queryBias, .keyBias, .valueBias, .attentionOutputBias, .gateBias, .upBias,
            .downBias, .headBias:
            true
        default: false
        }
    }
}
