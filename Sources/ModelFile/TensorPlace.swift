/// Where a file keeps the tensor of a role.
struct TensorPlace: Equatable {
    /// The stored tensor's name.
    var name: String

    /// How the role's rows are found among the stored ones.
    var order = RowOrder.asStored

    /// Rows of the stored tensor, if it holds those of other roles too.
    var storedRowCount: Int?

    /// Whether the file keeps (inputs, outputs) instead of (outputs, inputs).
    var isTransposed = false
}

/// How the rows of a role are kept in a file.
enum RowOrder: Sendable, Equatable {
    /// As they are asked for.
    case asStored

    /// Within each head, rotated rows lie in interleaved pairs (2i, 2i + 1), as GGUF's `llama`
    /// keeps them, where they are asked for as (i, i + rotaryDimension / 2).
    case interleavedPairs(headDimension: Int, rotaryDimension: Int)

    /// Behind as many rows of other roles.
    case after(Int)

    /// Each head's queries, keys and values lie together: 0, 1 and 2 of the head's three parts.
    case partOfHeads(Int, headDimension: Int)

    /// The row of the file that answers for `row`.
    func storedRow(for row: Int) -> Int {
        switch self {
        case .asStored:
            return row
        case .after(let count):
            return count + row
        case .partOfHeads(let part, let headDimension):
            return (3 * (row / headDimension) + part) * headDimension + row % headDimension
        case .interleavedPairs(let headDimension, let rotaryDimension):
            let inner = row % headDimension
            guard inner < rotaryDimension else { return row }
            let half = rotaryDimension / 2
            return row - inner + (inner < half ? 2 * inner : 2 * (inner - half) + 1)
        }
    }
}
