import Messages
import ModelFile
import NeurondClient
import Wire

/// The sums of groups for people: a heading each, and the elements with the largest means.
struct StatisticsText {
    /// What was asked for.
    let sums: [String]
    let site: String
    /// Empty for all.
    let layers: [UInt32]
    /// How many elements are shown.
    let top: Int

    /// Lines of one group.
    func lines(_ group: Answer<Neurond_V1_StatisticsReply>) -> [String] {
        let reply = group.reply.group
        let label = JSON.string(reply.label).text
        let heading = "group \(label): \(reply.items) items, \(reply.tokens) counted tokens"
        let shown = sums.contains("mean_abs") ? "mean_abs" : sums.first ?? ""
        guard let tensor = group.tensors.first(where: { $0.name.hasSuffix(":\(shown)") })
        else { return [heading] }
        // The largest of all is no sum.
        let divisor = shown == "max_abs" ? 1 : max(1, Double(reply.items))
        let rows = tensor.doubleRows
        let width = rows.first?.count ?? 0
        let values = rows.joined().map { $0 / divisor }
        let order = values.indices.sorted {
            (-abs(values[$0]), $0) < (-abs(values[$1]), $1)
        }
        return [heading + (top == 0 ? "" : ", by \(shown):")]
            + order.prefix(top).map { index in
                "  \(name(index / width, index % width))\t\(values[index])"
            }
    }

    private func name(_ place: Int, _ element: Int) -> String {
        let layer = layers.isEmpty ? place : Int(layers[place])
        return site == "mlp.act" ? "L\(layer)N\(element)" : "\(site).\(layer)[\(element)]"
    }
}

extension Tensor {
    /// Rows of numbers in double precision; pairs of words are numbers in units of 2⁻⁶⁴.
    var doubleRows: [[Double]] {
        let width = shape.count > 1 ? shape[1] : 1
        let values: [Double] =
            switch type {
            case .float64: doubles ?? []
            case .int64 where shape.count > 2: (fixedPoint ?? []).map { Double($0) * 0x1p-64 }
            case .int64: (fixedPoint ?? []).map { Double($0) }
            default: self.values.map { Double($0) }
            }
        return stride(from: 0, to: values.count, by: max(1, width)).map { start in
            Array(values[start..<min(values.count, start + width)])
        }
    }
}

/// Sums of groups as a safetensors file.
///
/// A tensor is named `LABEL/SITE:SUM`. The groups with their items and tokens, and the provenance,
/// are in the header's `__metadata__`, as JSON under the key `neurond`.
enum StatisticsFile {
    /// - Throws: `FileError` if the file cannot be written; it is then as it was.
    static func write(
        _ path: String, _ groups: [Answer<Neurond_V1_StatisticsReply>], trailers: Trailers
    ) throws {
        let labels = groups.map { answer -> JSON in
            let group = answer.reply.group
            return [
                "label": .string(group.label), "items": .count(group.items),
                "tokens": .count(group.tokens),
            ]
        }
        let metadata: JSON = [
            "provenance": .provenance(trailers.provenance), "groups": .array(labels),
        ]
        var writer = SafetensorsWriter(metadata: ["neurond": metadata.text])
        do {
            for group in groups {
                for tensor in group.tensors {
                    try writer.add(
                        "\(group.reply.group.label)/\(tensor.name)", tensor.type.safetensors,
                        shape: tensor.shape, bytes: tensor.bytes)
                }
            }
            try writer.write(to: path)
        } catch {
            throw FileError("\(error)")
        }
    }
}
