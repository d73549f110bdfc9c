/// A kind of place in the forward pass that hooks can read and change.
///
/// The raw value is the canonical spelling without the layer: `resid_post`, `mlp.act`. A site of
/// a layer is written `resid_post.5`.
public enum SiteKind: String, Sendable, Hashable, CaseIterable, Codable {
    /// Token embedding, before the first block. Shape per row: (width).
    case embed
    /// Residual stream into a block. Shape per row: (width).
    case residPre = "resid_pre"
    /// Query rows after the projection, before rotation. Shape per row: (head, head dimension).
    case attnQ = "attn.q"
    /// Key rows after the projection, before rotation. Shape per row: (key-value head, head
    /// dimension).
    case attnK = "attn.k"
    /// Value rows after the projection. Shape per row: (key-value head, head dimension).
    case attnV = "attn.v"
    /// Attention probabilities after the softmax. Shape per row: (head, source position).
    case attnPattern = "attn.pattern"
    /// Per-head outputs before the output projection. Shape per row: (head, head dimension).
    case attnZ = "attn.z"
    /// Attention's contribution, as it is added to the residual stream. Shape per row: (width).
    case attnOut = "attn.out"
    /// Residual stream between attention and MLP. Shape per row: (width).
    case residMid = "resid_mid"
    /// Gate pre-activations, before the activation function. Shape per row: (neuron).
    case mlpGate = "mlp.gate"
    /// Linear branch of the gated MLP. Shape per row: (neuron).
    case mlpUp = "mlp.up"
    /// Neuron coefficients m = act(gate) · up, the input of the down projection. Shape per row:
    /// (neuron).
    case mlpAct = "mlp.act"
    /// MLP's contribution, as it is added to the residual stream. Shape per row: (width).
    case mlpOut = "mlp.out"
    /// Residual stream out of a block. Shape per row: (width).
    case residPost = "resid_post"
    /// Input of the output head: the final norm with its gain applied. Shape per row: (width).
    case finalNorm = "final_norm"
    /// Output head. Shape per row: (vocabulary).
    case logits
}

extension SiteKind {
    /// Whether the site exists once per layer; `embed`, `final_norm` and `logits` exist once.
    public var isLayered: Bool {
        switch self {
        case .embed, .finalNorm, .logits: false
        default: true
        }
    }

    /// What one unit of the site is.
    public var unit: SiteUnit {
        switch self {
        case .attnQ, .attnPattern, .attnZ: .head
        case .attnK, .attnV: .keyValueHead
        case .mlpGate, .mlpUp, .mlpAct: .neuron
        case .logits: .token
        case .embed, .residPre, .residMid, .residPost, .attnOut, .mlpOut, .finalNorm: .dimension
        }
    }
}

/// What an index into a site counts.
public enum SiteUnit: String, Sendable, Hashable {
    /// An element of a row of the residual stream's width; a query head.
    case dimension, head
    /// A key-value head, which several query heads may share.
    case keyValueHead = "key-value head"
    /// A gated neuron of the MLP; a token id.
    case neuron, token
}

/// One concrete site: a kind and, where the kind is layered, a 0-based layer.
public struct Site: Sendable, Hashable, CustomStringConvertible {
    /// Which place in the forward pass it is.
    public let kind: SiteKind
    /// 0 for sites that exist once.
    public let layer: Int

    /// Names a site; the layer of a kind that exists once is taken as 0.
    public init(_ kind: SiteKind, layer: Int = 0) {
        self.kind = kind
        self.layer = kind.isLayered ? layer : 0
    }

    /// Canonical spelling, for example `mlp.act.21`.
    public var description: String {
        kind.isLayered ? "\(kind.rawValue).\(layer)" : kind.rawValue
    }
}
