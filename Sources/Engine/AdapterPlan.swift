import Kernels
import ModelFile

/// Where the matrices of an adapter lie in its memory, known before any weight is read.
struct AdapterPlan {
    /// One stacked matrix that changes.
    private struct Change {
        let layer: Int
        let matrix: AdaptedMatrix
        /// In order of their columns.
        var targets: [AdapterFile.Target]
        var downOffset = 0
        var upOffsets: [Int] = []

        var rankSum: Int { targets.reduce(0) { $0 + $1.rank } }

        var downLayout: MatrixLayout {
            MatrixLayout(form: .f32, outputs: rankSum, inputs: targets[0].inputs)
        }

        /// Takes the place of each matrix, one after another.
        mutating func place(at end: inout Int) {
            downOffset = end
            end += downLayout.byteCount
            for target in targets {
                upOffsets.append(end)
                end += AdapterPlan.upLayout(target).byteCount
            }
        }
    }

    private let model: ModelConfiguration
    private var changes: [Change] = []
    /// Bytes of all of it.
    private(set) var byteCount = 0

    init(_ file: AdapterFile, for model: ModelConfiguration) {
        self.model = model
        for target in file.targets {
            guard let matrix = AdaptedMatrix(target.role) else {
                preconditionFailure("adapters change no \(target.role)")
            }
            if let last = changes.last, last.layer == target.layer, last.matrix == matrix {
                changes[changes.count - 1].targets.append(target)
            } else {
                changes.append(Change(layer: target.layer, matrix: matrix, targets: [target]))
            }
        }
        for index in changes.indices { changes[index].place(at: &byteCount) }
    }

    private static func upLayout(_ target: AdapterFile.Target) -> MatrixLayout {
        MatrixLayout(form: .f32, outputs: target.outputs, inputs: target.rank)
    }

    /// Reads all weights.
    ///
    /// - Returns: the changes by layer and matrix.
    /// - Throws: `KernelError` without memory, `ModelFileError` for weights that cannot be used.
    func pack(_ file: AdapterFile) throws -> [[LowRankChange?]] {
        let memory = try WeightMemory(byteCount: byteCount, name: "neurond-adapter")
        let none = [LowRankChange?](repeating: nil, count: AdaptedMatrix.allCases.count)
        var table = Array(repeating: none, count: model.layerCount)
        for change in changes {
            table[change.layer][change.matrix.rawValue] = try pack(change, of: file, memory)
        }
        try memory.seal()
        return table
    }

    private func pack(
        _ change: Change, of file: AdapterFile, _ memory: WeightMemory
    ) throws -> LowRankChange {
        let down = Packing(change.downLayout, memory, change.downOffset)
        var parts: [LowRankChange.Part] = []
        var rank = 0
        for (target, offset) in zip(change.targets, change.upOffsets) {
            down.pack(try file.down(of: target), from: rank)
            let up = Packing(Self.upLayout(target), memory, offset)
            up.pack(try file.up(of: target), from: 0)
            parts.append(
                LowRankChange.Part(
                    column: column(of: target.role), ranks: rank..<(rank + target.rank),
                    up: up.matrix))
            rank += target.rank
        }
        return LowRankChange(down: down.matrix, parts: parts)
    }

    /// Where a role's outputs begin in the stacked matrix.
    private func column(of role: TensorRole) -> Int {
        let headWidth = model.headCount * model.headDimension
        let keyWidth = model.keyValueHeadCount * model.headDimension
        return switch role {
        case .key: headWidth
        case .value: headWidth + keyWidth
        case .up: model.neuronCount
        default: 0
        }
    }
}

/// A matrix that is being packed, row after row.
private struct Packing {
    let matrix: PackedMatrix
    private let packer: MatrixPacker

    init(_ layout: MatrixLayout, _ memory: WeightMemory, _ offset: Int) {
        matrix = PackedMatrix(layout: layout, memory: memory, byteOffset: offset)
        packer = MatrixPacker(layout: layout, memory: memory, byteOffset: offset)
    }

    /// Packs rows that lie one after another in `values`.
    func pack(_ values: [Float], from first: Int) {
        let width = matrix.layout.inputs
        for row in 0..<(values.count / width) {
            packer.pack(
                row: first + row, values: Array(values[(row * width)..<((row + 1) * width)]))
        }
    }
}
