import Messages
import NeurondClient

/// Captured tensors for people: a heading each, then what fits on a screen.
///
/// `--json` and `--output` have every value.
enum TensorText {
    /// Values of one row, and rows of one tensor, that are shown.
    private static let shownValues = 8
    private static let shownRows = 16

    /// Lines of all tensors of an answer.
    static func lines(_ tensors: [Tensor]) -> [String] {
        let byName = Dictionary(
            tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return tensors.flatMap { tensor -> [String] in
            // Indices and scores are shown beside the values that they belong to.
            for suffix in [".indices", ".scores"] where tensor.name.hasSuffix(suffix) {
                if byName[String(tensor.name.dropLast(suffix.count))] != nil { return [] }
            }
            let shape = tensor.shape.map { "\($0)" }.joined(separator: " × ")
            let body =
                if let indices = byName["\(tensor.name).indices"] {
                    pairs(tensor, indices, scores: byName["\(tensor.name).scores"])
                } else if tensor.info.positions.isEmpty {
                    largest(tensor)
                } else {
                    rows(tensor)
                }
            return ["\(tensor.name)  (\(shape))"] + body
        }
    }

    /// One line a position.
    private static func rows(_ tensor: Tensor) -> [String] {
        labelled(tensor) { row in
            let values = tensor[row: row].prefix(shownValues).map { "\($0)" }
            return values.joined(separator: " ") + (tensor.rowWidth > shownValues ? " …" : "")
        }
    }

    /// Indices with their values, and scores where there are any, one line a position.
    private static func pairs(
        _ tensor: Tensor, _ indices: Tensor, scores: Tensor?
    ) -> [String] {
        labelled(tensor) { row in
            let scores = scores.map { $0[row: row].map { " (score \($0))" } }
            return zip(indices[row: row], tensor[row: row]).enumerated()
                .map { "\(Int($1.0)): \($1.1)\(scores?[$0] ?? "")" }.joined(separator: ", ")
        }
    }

    private static func labelled(_ tensor: Tensor, _ text: (Int) -> String) -> [String] {
        let lines = tensor.labels.prefix(shownRows).enumerated().map { row, label in
            let place = label.position.map { "position \($0)" } ?? "row \(row)"
            return "  \(place)  \(text(row))"
        }
        let rest = tensor.labels.count - shownRows
        return rest > 0 ? lines + ["  … \(rest) more positions"] : lines
    }

    /// The largest magnitudes of a reduction over positions, with their units.
    private static func largest(_ tensor: Tensor) -> [String] {
        let values = tensor.values
        let order = values.indices.sorted { abs(values[$0]) > abs(values[$1]) }
        let shown = order.prefix(shownValues).map { "\(unit($0, of: tensor)): \(values[$0])" }
        let heading = values.count > shownValues ? "  largest  " : "  "
        return [heading + shown.joined(separator: ", ")]
            + (tensor.info.reducedRows > 0 ? ["  over \(tensor.info.reducedRows) positions"] : [])
    }

    /// The unit that an element belongs to; with its place where a unit has several elements.
    private static func unit(_ index: Int, of tensor: Tensor) -> String {
        let ranges = tensor.info.unitRanges
        let units = stride(from: 0, to: ranges.count - 1, by: 2).flatMap { place in
            ranges[place]..<(ranges[place] + ranges[place + 1])
        }
        guard !units.isEmpty, tensor.rowCount % units.count == 0 else { return "\(index)" }
        let elements = tensor.rowCount / units.count
        let unit = "\(units[index / elements])"
        return elements == 1 ? unit : "\(unit).\(index % elements)"
    }
}
