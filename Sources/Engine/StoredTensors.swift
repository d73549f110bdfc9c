import Hooks
import ModelFile

/// Reads hook values from stored safetensors objects, with errors that name tensor and shape.
enum StoredTensors {
    /// An inline vector, or a tensor of a stored object, flattened.
    static func vector(
        _ value: HookValue, objects: ObjectStore
    ) throws(EngineError) -> [Float] {
        switch value {
        case .scalar(let scalar): return [scalar]
        case .vector(let values): return values
        case .object(let hash, let tensor):
            return try floats(tensor, in: objects.tensors(hash), hash: hash).values
        }
    }

    static func floats(
        _ name: String, in file: SafetensorsFile, hash: ContentHash
    ) throws(EngineError) -> (values: [Float], shape: [Int]) {
        guard let info = file.tensors.first(where: { $0.name == name }) else {
            let names = file.tensors.prefix(8).map(\.name).joined(separator: ", ")
            throw EngineError(
                .notFound, "UNKNOWN_TENSOR",
                "object sha256:\(hash.hex) has no tensor '\(name)' (it has: \(names))")
        }
        do {
            return (try file.floats(named: name), info.shape)
        } catch {
            throw EngineError(.invalidArgument, "TENSOR_UNREADABLE", "\(error)")
        }
    }

    /// A table written from a capture names the tensor `mlp.act.3:mean`; one made by hand may
    /// name it by the site alone.
    static func meanName(_ site: Site, in file: SafetensorsFile) -> String {
        let reduced = "\(site):mean"
        return file.tensors.contains { $0.name == reduced } ? reduced : site.description
    }

    /// Absolute positions of a captured tensor's rows: the tensor `NAME@positions` beside it, or
    /// 0, 1, 2 … where there is none.
    static func positions(
        of name: String, rows: Int, in file: SafetensorsFile
    ) throws(EngineError) -> [Int] {
        let label = "\(name)@positions"
        guard file.tensors.contains(where: { $0.name == label }) else { return Array(0..<rows) }
        do {
            let positions = try file.integers(named: label).map { Int($0) }
            guard positions.count == rows else {
                throw EngineError(
                    .invalidArgument, "TENSOR_SHAPE",
                    "tensor '\(label)' has \(positions.count) values, '\(name)' \(rows) rows")
            }
            guard positions.allSatisfy({ $0 >= 0 }), Set(positions).count == rows else {
                throw EngineError(
                    .invalidArgument, "TENSOR_SHAPE",
                    "tensor '\(label)' has negative or repeated positions; each row needs its own")
            }
            return positions
        } catch let error as EngineError {
            throw error
        } catch {
            throw EngineError(.invalidArgument, "TENSOR_UNREADABLE", "\(error)")
        }
    }

    static func rankMismatch(_ name: String, _ shape: [Int], _ wanted: String) -> EngineError {
        EngineError(
            .invalidArgument, "TENSOR_SHAPE",
            "tensor '\(name)' has shape \(shape); accepted here: \(wanted)")
    }

    static func lengthMismatch(_ site: Site, got: Int, wanted: Int) -> EngineError {
        EngineError(
            .invalidArgument, "VALUE_LENGTH",
            "\(site): the value has \(got) elements, the selection has \(wanted)",
            asked: got, limit: wanted)
    }
}
