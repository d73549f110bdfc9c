/// A tensor as a container describes it, before it has a role.
struct StoredTensor {
    /// The name in the file.
    let name: String

    /// The shape with rows first.
    let shape: [Int]

    /// The stored type's name.
    let typeName: String

    /// The file.
    let bytes: FileBytes

    /// Where the data starts in the file.
    let start: Int
}

/// Assigns stored tensors to the roles of a decoder, or refuses them.
///
/// A tensor that has no role would be left out of the computation silently, so it is refused.
struct TensorTable {
    /// The model's file or directory, for errors about what is missing.
    let path: String

    /// The shape that the tensors must have.
    let configuration: ModelConfiguration

    /// The file's name for a role.
    let name: (TensorRole) -> String

    /// The order of query and key rows in the file.
    let rotatedOrder: RowOrder

    /// Whether a tensor without a role may be passed over.
    let isIgnorable: (String) -> Bool

    /// A reader for every role.
    ///
    /// - Throws: `malformed` for missing tensors and wrong shapes, `unsupported` for types and
    ///   tensors that are not served.
    func readers(
        for stored: [String: StoredTensor]
    ) throws(ModelFileError) -> [TensorRole: TensorReader] {
        var readers: [TensorRole: TensorReader] = [:]
        var names: Set<String> = []
        for role in TensorRole.all(in: configuration) {
            let name = name(role)
            guard let tensor = stored[name] else {
                throw fault(path, "tensor \(quoted(name))", "it is missing", "a complete model")
            }
            readers[role] = try reader(for: tensor, role)
            names.insert(name)
        }
        for name in stored.keys.sorted() where !names.contains(name) && !isIgnorable(name) {
            throw refusal(of: name, in: stored[name]?.bytes.path ?? path)
        }
        return readers
    }

    private func reader(
        for tensor: StoredTensor, _ role: TensorRole
    ) throws(ModelFileError) -> TensorReader {
        let field = "tensor \(quoted(tensor.name))"
        let file = tensor.bytes.path
        let expected = role.shape(in: configuration)
        guard tensor.shape == expected else {
            throw fault(
                file, field, "its shape is \(tensor.shape) (rows first)",
                "\(expected), as the configuration says")
        }
        guard let encoding = TensorEncoding(rawValue: tensor.typeName) else {
            throw .unsupported(
                .init(
                    file: file, field: field, reason: "the type \(tensor.typeName)",
                    accepted: TensorEncoding.served))
        }
        let reader = TensorReader(
            name: tensor.name, rows: expected.count == 2 ? expected[0] : 1,
            columns: expected.last ?? 0, sourceType: encoding,
            order: role.isRotated ? rotatedOrder : .asStored, bytes: tensor.bytes,
            start: tensor.start)
        guard let reader else {
            throw fault(file, field, "its bytes do not lie within the file", "a complete file")
        }
        return reader
    }

    private func refusal(of name: String, in file: String) -> ModelFileError {
        let reason: String
        if name.contains("bias") {
            reason = "a bias tensor (\(quoted(name)))"
        } else if name.contains("exp") {
            reason = "an expert tensor (\(quoted(name)))"
        } else {
            reason = "the tensor \(quoted(name))"
        }
        return .unsupported(
            .init(
                file: file, field: "tensor table", reason: reason,
                accepted: "the weights of \(configuration.layerCount) llama layers, "
                    + "embedding, final norm and head"))
    }

    private func fault(
        _ file: String, _ field: String, _ reason: String, _ accepted: String
    ) -> ModelFileError {
        .malformed(.init(file: file, field: field, reason: reason, accepted: accepted))
    }
}
