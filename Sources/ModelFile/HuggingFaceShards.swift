internal import StrictJSON

/// The safetensors files of a model directory and the tensors they hold.
struct HuggingFaceShards {
    /// The files in name order.
    let files: [SafetensorsFile]

    /// Every tensor by name.
    let tensors: [String: StoredTensor]

    private static let singleName = "model.safetensors"
    private static let indexName = "model.safetensors.index.json"

    /// Names of weights that would have to be unpickled, which is running code.
    private static let pickleNames = ["pytorch_model.bin", "pytorch_model.bin.index.json"]

    /// Opens the one file, or all shards that the index names.
    init(in directory: ModelDirectory) throws(ModelFileError) {
        if directory.contains(Self.singleName) {
            let file = try SafetensorsFile(try directory.open(Self.singleName))
            files = [file]
            tensors = Self.stored(file.tensors, in: file)
        } else if directory.contains(Self.indexName) {
            (files, tensors) = try Self.sharded(in: directory)
        } else if let name = Self.pickleNames.first(where: directory.contains) {
            throw .unsupported(
                .init(
                    file: directory.path, field: name, reason: "a pickle checkpoint",
                    accepted: "\(Self.singleName) or \(Self.indexName)"))
        } else {
            throw directory.fault(
                Self.singleName, "there are no weights", "\(Self.singleName) or \(Self.indexName)")
        }
    }

    private static func sharded(
        in directory: ModelDirectory
    ) throws(ModelFileError) -> ([SafetensorsFile], [String: StoredTensor]) {
        let names = try weightMap(in: directory)
        let shards = Set(names.map(\.shard)).sorted()
        guard shards.count <= Limits.shardCount else {
            throw directory.fault(
                indexName, "it names \(shards.count) shards", "at most \(Limits.shardCount)")
        }
        var files: [String: SafetensorsFile] = [:]
        for name in shards {
            files[name] = try SafetensorsFile(try directory.open(name))
        }
        var tensors: [String: StoredTensor] = [:]
        for (name, shard) in names {
            guard let file = files[shard], let tensor = file.tensor(named: name) else {
                throw directory.fault(
                    indexName, "\(quoted(name)) is not in \(quoted(shard))",
                    "a shard that holds the tensor")
            }
            tensors.merge(stored([tensor], in: file)) { first, _ in first }
        }
        let opened = shards.compactMap { files[$0] }
        for file in opened {
            for tensor in file.tensors where tensors[tensor.name] == nil {
                throw file.bytes.malformed(
                    "tensor \(quoted(tensor.name))", "the index does not name it",
                    accepted: "a tensor of \(indexName)")
            }
        }
        return (opened, tensors)
    }

    /// The pairs of tensor and shard names that the index lists.
    private static func weightMap(
        in directory: ModelDirectory
    ) throws(ModelFileError) -> [(name: String, shard: String)] {
        let index = try directory.object(indexName, limit: Limits.indexByteCount)
        guard let members = index["weight_map"]?.objectValue?.members, !members.isEmpty else {
            throw directory.fault(indexName, "weight_map is missing or empty", "an object")
        }
        guard members.count <= Limits.tensorCount else {
            throw directory.fault(
                indexName, "weight_map names \(members.count) tensors",
                "at most \(Limits.tensorCount)")
        }
        var result: [(name: String, shard: String)] = []
        for member in members {
            guard let shard = member.value.stringValue?.string else {
                throw directory.fault(
                    indexName, "the shard of \(quoted(member.key.string)) is no string",
                    "a file name")
            }
            guard shard.utf8.suffix(12).elementsEqual(".safetensors".utf8) else {
                throw directory.fault(
                    indexName, "the shard \(quoted(shard)) is no safetensors file",
                    "names that end in .safetensors")
            }
            result.append((member.key.string, shard))
        }
        return result
    }

    private static func stored(
        _ tensors: [SafetensorsFile.Tensor], in file: SafetensorsFile
    ) -> [String: StoredTensor] {
        var result: [String: StoredTensor] = [:]
        for tensor in tensors {
            result[tensor.name] = StoredTensor(
                name: tensor.name, shape: tensor.shape, typeName: tensor.dataType.rawValue,
                bytes: file.bytes, start: tensor.byteRange.lowerBound)
        }
        return result
    }
}
