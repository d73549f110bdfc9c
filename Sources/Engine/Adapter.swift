public import Hooks
import Kernels
import ModelFile

/// A LoRA adapter ready to run on one model: low-rank changes of some of its matrices.
///
/// Where the model computes W x, a row that runs with the adapter gets W x + B (A x), in single
/// precision whatever the form of W. The scale is in B.
public final class Adapter: Sendable {
    /// The content hash of the object that it was read from.
    public let hash: ContentHash
    /// Bytes of its packed weights.
    public let byteCount: Int
    /// Multiply-adds for one row in all layers together.
    public let multiplyAddsPerRow: Int
    /// By layer and matrix; nil for a matrix that stays as it is.
    private let changes: [[LowRankChange?]]
    /// Holds the memory for as long as somebody uses the adapter.
    private let reservation: MemoryReservation?

    init(
        hash: ContentHash, file: AdapterFile, plan: AdapterPlan, reservation: MemoryReservation?
    ) throws {
        self.hash = hash
        self.reservation = reservation
        byteCount = plan.byteCount
        multiplyAddsPerRow = file.targets.reduce(0) { $0 + $1.rank * ($1.inputs + $1.outputs) }
        changes = try plan.pack(file)
    }

    /// What the adapter does to a matrix of a layer.
    func change(_ layer: Int, _ matrix: AdaptedMatrix) -> LowRankChange? {
        changes[layer][matrix.rawValue]
    }
}

/// The matrices of a layer as the engine keeps them: those that read the same input are stacked.
enum AdaptedMatrix: Int, CaseIterable {
    case queryKeyValue, attentionOutput, gateUp, down

    /// The matrix that a role's rows are in.
    init?(_ role: TensorRole) {
        switch role {
        case .query, .key, .value: self = .queryKeyValue
        case .attentionOutput: self = .attentionOutput
        case .gate, .up: self = .gateUp
        case .down: self = .down
        default: return nil
        }
    }
}

/// y += B (A x) for one stacked matrix: every part has columns of A x of its own.
struct LowRankChange {
    /// The rows of some outputs.
    struct Part {
        /// Where output 0 goes.
        let column: Int
        /// Which columns of A x it reads.
        let ranks: Range<Int>
        /// B times the scale: (outputs, rank).
        let up: PackedMatrix
    }

    /// The A of all parts stacked: (sum of ranks, inputs).
    let down: PackedMatrix
    let parts: [Part]
}
