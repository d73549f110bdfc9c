import Hooks
import ModelFile

/// What a capture compares its rows with: looked up and checked once, before anything runs.
struct CaptureInput: Sendable {
    /// The vector of `dot`.
    let vector: [Float]
    /// The logits of `kl`.
    let reference: ReferenceLogits?

    /// - Throws: `EngineError` naming a stored tensor that is missing or misshapen.
    init(
        _ capture: ResolvedCapture, shape: ModelShape, objects: ObjectStore
    ) throws(EngineError) {
        var vector: [Float] = []
        var reference: ReferenceLogits?
        switch capture.reduction {
        case .dot(let value):
            vector = try StoredTensors.vector(value, objects: objects)
            let wanted = capture.units.count * (shape.elementsPerUnit(of: capture.site.kind) ?? 1)
            guard vector.count == wanted else {
                throw StoredTensors.lengthMismatch(
                    capture.site, got: vector.count, wanted: wanted)
            }
        case .klDivergence(let value):
            reference = try ReferenceLogits(
                value, vocabularyCount: shape.vocabularyCount, objects: objects)
        default: break
        }
        self.vector = vector
        self.reference = reference
    }
}
