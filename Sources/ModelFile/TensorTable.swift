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

    /// Where the file keeps a role's tensor.
    let place: (TensorRole) -> TensorPlace

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
            let place = place(role)
            guard let tensor = stored[place.name] else {
                throw fault(
                    path, "tensor \(quoted(place.name))", "it is missing", "a complete model")
            }
            readers[role] = try reader(for: tensor, role, place)
            names.insert(place.name)
        }
        for name in stored.keys.sorted() where !names.contains(name) && !isIgnorable(name) {
            throw refusal(of: name, in: stored[name]?.bytes.path ?? path)
        }
        return readers
    }

    private func reader(
        for tensor: StoredTensor, _ role: TensorRole, _ place: TensorPlace
    ) throws(ModelFileError) -> TensorReader {
        let field = "tensor \(quoted(tensor.name))"
        let file = tensor.bytes.path
        let shape = role.shape(in: configuration)
        let expected = storedShape(shape, place)
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
            name: tensor.name, rows: shape.count == 2 || role.isProductBias ? shape[0] : 1,
            columns: role.isProductBias ? 1 : shape.last ?? 0, sourceType: encoding,
            order: place.order, bytes: tensor.bytes, start: tensor.start,
            storedRowCount: place.storedRowCount, isTransposed: place.isTransposed)
        guard let reader else {
            throw fault(file, field, "its bytes do not lie within the file", "a complete file")
        }
        return reader
    }

    /// The shape in the file of a tensor that holds a role of this shape.
    private func storedShape(_ shape: [Int], _ place: TensorPlace) -> [Int] {
        var shape = shape
        if let count = place.storedRowCount { shape[0] = count }
        return place.isTransposed ? shape.reversed() : shape
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
                accepted: "the tensors of \(configuration.layerCount) "
                    + "\(configuration.architecture) layers, embedding, final norm and head"))
    }

    private func fault(
        _ file: String, _ field: String, _ reason: String, _ accepted: String
    ) -> ModelFileError {
        .malformed(.init(file: file, field: field, reason: reason, accepted: accepted))
    }
}
