import Messages
import ModelFile
import NeurondClient
import Wire

/// Captured tensors as a safetensors file.
///
/// A tensor of several items is named `ITEM/NAME`. The positions of its rows stand beside it as
/// `NAME@positions`, by which a `patch` finds rows again. All labels and the provenance are in the
/// header's `__metadata__`, as JSON under the key `neurond`.
enum TensorFile {
    /// - Throws: `FileError` if the file cannot be written; it is then as it was.
    static func write(_ path: String, _ tensors: [Tensor], trailers: Trailers) throws {
        let metadata: JSON = [
            "provenance": .provenance(trailers.provenance),
            "tensors": .array(tensors.map { .tensor($0, withValues: false) }),
        ]
        var writer = SafetensorsWriter(metadata: ["neurond": metadata.text])
        let isSingle = Set(tensors.map(\.item)).count <= 1
        do {
            for tensor in tensors {
                let name = isSingle ? tensor.name : "\(tensor.item)/\(tensor.name)"
                try writer.add(
                    name, tensor.type.safetensors, shape: tensor.shape, bytes: tensor.bytes)
                let positions = tensor.info.positions.map { Int32($0) }
                if !positions.isEmpty {
                    try writer.add("\(name)@positions", shape: [positions.count], positions)
                }
            }
            try writer.write(to: path)
        } catch {
            throw FileError("\(error)")
        }
    }
}

extension ElementType {
    var safetensors: SafetensorsDataType {
        switch self {
        case .float32: .f32
        case .float16: .f16
        case .float64: .f64
        case .int32: .i32
        case .int64: .i64
        case .uint8: .u8
        }
    }
}
