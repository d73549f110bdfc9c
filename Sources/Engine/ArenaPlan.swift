import Kernels
import ModelFile

/// One tensor of an arena, and whose weights it is made of.
struct ArenaTensor {
    let name: String
    /// What is stacked in it, one after another.
    let roles: [TensorRole]
    /// Nil for a vector, which is f32.
    let form: WeightForm?

    /// The tensors of a model; those of one layer follow each other.
    static func all(in model: ModelConfiguration, form: WeightForm) -> [ArenaTensor] {
        let has = Set(TensorRole.all(in: model))
        var tensors = [ArenaTensor(name: ArenaName.embedding, roles: [.embedding], form: form)]
        // Few numbers, of which each is added once: they stay as they are.
        tensors.append(
            ArenaTensor(
                name: ArenaName.positionEmbedding, roles: [.positionEmbedding], form: .f32))
        for layer in 0..<model.layerCount { tensors += all(inLayer: layer, form) }
        tensors.append(ArenaTensor(name: ArenaName.finalNorm, roles: [.finalNorm], form: nil))
        tensors.append(
            ArenaTensor(name: ArenaName.finalNormBias, roles: [.finalNormBias], form: nil))
        tensors.append(ArenaTensor(name: ArenaName.head, roles: [.head], form: form))
        tensors.append(ArenaTensor(name: ArenaName.headBias, roles: [.headBias], form: nil))
        return tensors.compactMap { tensor in
            let roles = tensor.roles.filter { has.contains($0) }
            return roles.isEmpty
                ? nil : ArenaTensor(name: tensor.name, roles: roles, form: tensor.form)
        }
    }

    /// Everything that a layer of some family has.
    private static func all(inLayer layer: Int, _ form: WeightForm) -> [ArenaTensor] {
        let vectors: [(String, [TensorRole])] = [
            (ArenaName.attentionNorm(layer), [.attentionNorm(layer)]),
            (ArenaName.attentionNormBias(layer), [.attentionNormBias(layer)]),
            (
                ArenaName.queryKeyValueBias(layer),
                [.queryBias(layer), .keyBias(layer), .valueBias(layer)]
            ),
            (ArenaName.queryNorm(layer), [.queryNorm(layer)]),
            (ArenaName.keyNorm(layer), [.keyNorm(layer)]),
            (ArenaName.attentionOutputBias(layer), [.attentionOutputBias(layer)]),
            (ArenaName.mlpNorm(layer), [.mlpNorm(layer)]),
            (ArenaName.mlpNormBias(layer), [.mlpNormBias(layer)]),
            (ArenaName.gateUpBias(layer), [.gateBias(layer), .upBias(layer)]),
            (ArenaName.downBias(layer), [.downBias(layer)]),
        ]
        let matrices: [(String, [TensorRole])] = [
            (ArenaName.queryKeyValue(layer), [.query(layer), .key(layer), .value(layer)]),
            (ArenaName.attentionOutput(layer), [.attentionOutput(layer)]),
            (ArenaName.gateUp(layer), [.gate(layer), .up(layer)]),
            (ArenaName.down(layer), [.down(layer)]),
        ]
        return vectors.map { ArenaTensor(name: $0, roles: $1, form: nil) }
            + matrices.map { ArenaTensor(name: $0, roles: $1, form: form) }
    }
}

/// Names of the arena's tensors.
///
/// Products that read the same input are one matrix: their rows are
/// stacked, so that each is one pass.
enum ArenaName {
    static let embedding = "embedding"
    static let positionEmbedding = "position_embedding"
    static let head = "head"
    static let headBias = "head_bias"
    static let finalNorm = "final_norm"
    static let finalNormBias = "final_norm_bias"
    static func attentionNorm(_ layer: Int) -> String { "attention_norm.\(layer)" }
    static func attentionNormBias(_ layer: Int) -> String { "attention_norm_bias.\(layer)" }
    /// Query, key and value rows stacked.
    static func queryKeyValue(_ layer: Int) -> String { "qkv.\(layer)" }
    static func queryKeyValueBias(_ layer: Int) -> String { "qkv_bias.\(layer)" }
    static func queryNorm(_ layer: Int) -> String { "q_norm.\(layer)" }
    static func keyNorm(_ layer: Int) -> String { "k_norm.\(layer)" }
    static func attentionOutput(_ layer: Int) -> String { "o.\(layer)" }
    static func attentionOutputBias(_ layer: Int) -> String { "o_bias.\(layer)" }
    static func mlpNorm(_ layer: Int) -> String { "mlp_norm.\(layer)" }
    static func mlpNormBias(_ layer: Int) -> String { "mlp_norm_bias.\(layer)" }
    /// Gate and up rows stacked; without a gate, the rows of the input projection.
    static func gateUp(_ layer: Int) -> String { "gate_up.\(layer)" }
    static func gateUpBias(_ layer: Int) -> String { "gate_up_bias.\(layer)" }
    static func down(_ layer: Int) -> String { "down.\(layer)" }
    static func downBias(_ layer: Int) -> String { "down_bias.\(layer)" }
}

/// Lays tensors out one after another on 64-byte boundaries.
struct ArenaPlan {
    let tensors: [ArenaTensor]
    private(set) var matrices: [String: ArenaManifest.Matrix] = [:]
    private(set) var vectors: [String: ArenaManifest.Block] = [:]
    private(set) var byteCount = WeightArena.headerByteCount

    init(_ model: ModelConfiguration, form: WeightForm) {
        tensors = ArenaTensor.all(in: model, form: form)
        for tensor in tensors {
            let shapes = tensor.roles.map { $0.shape(in: model) }
            let rows = shapes.reduce(0) { $0 + $1[0] }
            if let form = tensor.form {
                addMatrix(tensor.name, form, rows, shapes[0][1])
            } else {
                addVector(tensor.name, rows)
            }
        }
    }

    /// Reserves `count` bytes and answers where they begin.
    mutating func reserve(_ count: Int) -> Int {
        defer { byteCount = (byteCount + count + 63) / 64 * 64 }
        return byteCount
    }

    private mutating func addMatrix(
        _ name: String, _ form: WeightForm, _ outputs: Int, _ inputs: Int
    ) {
        let layout = MatrixLayout(form: form, outputs: outputs, inputs: inputs)
        let offset = reserve(layout.byteCount)
        matrices[name] = ArenaManifest.Matrix(layout: layout, byteOffset: offset)
    }

    private mutating func addVector(_ name: String, _ count: Int) {
        let offset = reserve(count * MemoryLayout<Float>.size)
        vectors[name] = ArenaManifest.Block(byteOffset: offset, count: count)
    }
}
