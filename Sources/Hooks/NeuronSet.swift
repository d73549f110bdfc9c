/// A named set of neurons and heads: what `@file` in a hook reads and `PutObject` stores.
public struct NeuronSet: Sendable, Hashable {
    /// Digest of the model that the set was found on; nil when unknown.
    public var modelDigest: String?
    /// Units of `mlp.act` by layer.
    public var neurons: [Int: IndexRanges]
    /// Units of `attn.z` (query heads) by layer.
    public var heads: [Int: IndexRanges]
    /// How the set came about, for people.
    public var origin: String?

    /// Takes units by 0-based layer; whether they exist is checked when a plan is resolved.
    public init(
        modelDigest: String? = nil, neurons: [Int: IndexRanges] = [:],
        heads: [Int: IndexRanges] = [:], origin: String? = nil
    ) {
        self.modelDigest = modelDigest
        self.neurons = neurons
        self.heads = heads
        self.origin = origin
    }
}
