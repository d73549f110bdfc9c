extension GGUFContainer {
    /// The tensor of what each pair's frequency is divided by.
    static let rotaryDivisors = "rope_freqs.weight"

    /// How rotary frequencies are scaled: by a factor among the keys, or by a tensor.
    ///
    /// - Throws: `unsupported` for other kinds of scaling and for both at once.
    func rotaryScaling() throws(ModelFileError) -> RotaryScaling {
        let byFactor = try factorScaling()
        guard let divisors = try rotaryDivisors() else { return byFactor }
        guard byFactor == .none else {
            throw bytes.unsupported(
                Self.rotaryDivisors, "rotary scaling by a factor and by a tensor",
                accepted: "one of them")
        }
        return .divisors(divisors)
    }

    private func factorScaling() throws(ModelFileError) -> RotaryScaling {
        let keys = [key("rope.scaling.factor"), key("rope.scale_linear")]
        let typeKey = key("rope.scaling.type")
        let type = try string(typeKey)
        var factor: Double?
        for key in keys where factor == nil {
            factor = try float(key)
            // Older writers spell "none" with a factor that says nothing.
            if type == "none", let factor, factor != 1 {
                throw bytes.unsupported(
                    key, "the value \(factor) beside the scaling \"none\"", accepted: "1.0")
            }
        }
        guard ["none", "linear", nil].contains(type) else {
            throw bytes.unsupported(
                typeKey, "the rotary scaling \(quoted(type ?? ""))",
                accepted: "\"none\", \"linear\"")
        }
        guard let factor, factor != 1 else { return .none }
        return .linear(factor: factor)
    }

    private func rotaryDivisors() throws(ModelFileError) -> [Float]? {
        guard let tensor = tensors.first(where: { $0.name == Self.rotaryDivisors }) else {
            return nil
        }
        let field = "tensor \(quoted(tensor.name))"
        guard tensor.type.encoding == .f32, tensor.dimensions.count == 1 else {
            throw bytes.malformed(
                field, "it is of type \(tensor.type.name) with shape \(tensor.dimensions)",
                accepted: "F32, one number for each rotated pair")
        }
        try requireData()
        let (bytes, start) = place(of: tensor)
        let reader = TensorReader(
            name: tensor.name, rows: 1, columns: tensor.dimensions[0], sourceType: .f32,
            order: .asStored, bytes: bytes, start: start)
        guard let reader else {
            throw bytes.malformed(
                field, "its bytes do not lie within the file", accepted: "a complete file")
        }
        var divisors: [Float] = []
        try reader.readRow(0, into: &divisors)
        return divisors
    }
}
