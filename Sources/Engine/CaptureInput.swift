import Hooks
import Kernels
import ModelFile

/// What a capture reads and compares its rows with: worked out once, before anything runs.
struct CaptureInput: Sendable {
    /// Selected elements, counted from the site's first; whole heads of `attn.pattern` have none.
    let columns: ColumnRuns
    /// Selected units, for `top_k`.
    let units: [Int]
    /// The vector of `dot`; norms of the selected neurons' value vectors, for `top_k` by them.
    let vector: [Float]
    /// The logits of `kl`.
    let reference: ReferenceLogits?

    /// - Throws: `EngineError` naming a stored tensor that is missing or misshapen.
    init(
        _ capture: ResolvedCapture, model: Model, objects: ObjectStore
    ) throws(EngineError) {
        let shape = model.shape
        let perUnit = shape.elementsPerUnit(of: capture.site.kind) ?? 1
        columns = ColumnRuns(capture.units, elementsPerUnit: perUnit)
        var units: [Int] = []
        var vector: [Float] = []
        var reference: ReferenceLogits?
        switch capture.reduction {
        case .dot(let value):
            vector = try StoredTensors.vector(value, objects: objects)
            guard vector.count == columns.count else {
                throw StoredTensors.lengthMismatch(
                    capture.site, got: vector.count, wanted: columns.count)
            }
        case .topK(_, let order):
            units = capture.units.indices
            guard order == .valueNorm else { break }
            let norms = model.valueNorms(ofLayer: capture.site.layer)
            vector = units.map { norms[$0] }
        case .klDivergence(let value):
            reference = try ReferenceLogits(
                value, vocabularyCount: shape.vocabularyCount, objects: objects)
        default: break
        }
        self.units = units
        self.vector = vector
        self.reference = reference
    }
}
