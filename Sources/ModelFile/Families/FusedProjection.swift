/// Queries, keys and values in one stored tensor.
enum FusedProjection {
    /// The place of a role in a tensor that has all queries first, then keys, then values.
    static func stacked(
        _ role: TensorRole, in shape: ModelConfiguration, _ place: TensorPlace
    ) -> TensorPlace {
        let width = shape.headCount * shape.headDimension
        var place = place
        place.order = .after((role.projection ?? 0) * width)
        place.storedRowCount = 3 * width
        return place
    }

    /// Where GGUF files of families with this tensor keep a role.
    static func ggufPlace(of role: TensorRole, in shape: ModelConfiguration) -> TensorPlace {
        guard role.projection != nil, let layer = role.layer else {
            return TensorPlace(name: role.ungatedName)
        }
        let kind = role.isProductBias ? "bias" : "weight"
        return stacked(role, in: shape, TensorPlace(name: "blk.\(layer).attn_qkv.\(kind)"))
    }
}

extension TensorRole {
    /// Whether it makes queries (0), keys (1) or values (2); nil for everything else.
    var projection: Int? {
        switch self {
        case .query, .queryBias: 0
        case .key, .keyBias: 1
        case .value, .valueBias: 2
        default: nil
        }
    }

    /// The GGUF name in families whose MLP has no gate: its input projection is called `ffn_up`.
    var ungatedName: String {
        switch self {
        case .gate(let layer): TensorRole.up(layer).ggufName
        case .gateBias(let layer): TensorRole.upBias(layer).ggufName
        default: ggufName
        }
    }
}
