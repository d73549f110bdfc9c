/// Llama 1 to 3.3, and what was released in its shape.
struct LlamaFamily: ModelFamily {
    let architecture = "llama"
    let huggingFaceType = "llama"
    let huggingFaceClass = "LlamaForCausalLM"

    func configuration(
        _ file: HuggingFaceConfiguration
    ) throws(ModelFileError) -> ModelConfiguration {
        try file.refuse(["sliding_window", "layer_types"])
        try file.refuseActivation()
        var shape = try file.decoder(architecture, .llama)
        shape.block.biases = try file.optionalBiases()
        return try shape.validated(in: file.file)
    }

    /// Files of this architecture hold Mistral models too, some with the width of their window.
    func configuration(_ file: GGUFContainer) throws(ModelFileError) -> ModelConfiguration {
        var shape = try file.decoder(BlockStyle())
        if let positions = try file.integer(file.key("attention.sliding_window")), positions > 0 {
            shape.window = AttentionWindow(positions: positions, layers: nil)
        }
        shape.block.biases = file.biases
        return try shape.validated(in: file.bytes.path)
    }

    /// GGUF files of this architecture keep rotated rows in pairs.
    func ggufPlace(of role: TensorRole, in shape: ModelConfiguration) -> TensorPlace {
        let pairs = RowOrder.interleavedPairs(
            headDimension: shape.headDimension, rotaryDimension: shape.rotaryDimension)
        return TensorPlace(name: role.ggufName, order: role.isRotated ? pairs : .asStored)
    }
}
