import Hooks
import ModelFile

/// How many bytes the values of a plan's actions take once they are looked up: known from shapes,
/// before any is.
struct PlanSize {
    let shape: ModelShape
    /// Of the residual stream.
    let width: Int
    let objects: ObjectStore

    func byteCount(of plan: ResolvedPlan) -> Int {
        plan.actions.reduce(0) { sum, action in
            action.entries.reduce(sum) { sum, entry in
                sum + elementCount(action.operation, entry) * MemoryLayout<Float>.size
            }
        }
    }

    /// Refuses more than one request's actions may carry.
    static func check(_ byteCount: Int) throws(EngineError) {
        guard byteCount <= EngineLimits.planBytes else {
            throw EngineError(
                .outOfRange, "PLAN_TOO_LARGE",
                "the values of the actions take \(byteCount) bytes, at most "
                    + "\(EngineLimits.planBytes) in one request; select fewer units or layers",
                asked: byteCount, limit: EngineLimits.planBytes)
        }
    }

    private func elementCount(
        _ operation: Hooks.Operation, _ entry: ResolvedAction.Entry
    ) -> Int {
        let selected = entry.units.count * (shape.elementsPerUnit(of: entry.site.kind) ?? 0)
        switch operation {
        case .set(.scalar), .add(.scalar): return 0
        case .set, .add, .mean: return selected
        case .patch(let hash): return storedRows(hash, entry.site) * selected
        case .valueNoise: return entry.units.count * width
        case .zero, .scale, .clamp, .noise, .keepOnly: return 0
        }
    }

    /// Rows of a site that an object stores; what is wrong with it is said when it is read.
    private func storedRows(_ hash: ContentHash, _ site: Site) -> Int {
        guard case .tensors(let file) = objects.object(hash) else { return 0 }
        return file.tensors.first { $0.name == site.description }?.shape.first ?? 0
    }
}
