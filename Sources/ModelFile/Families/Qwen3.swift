/// Qwen 3: Llama with a norm on each head's query and key.
struct Qwen3Family: ModelFamily {
    let architecture = "qwen3"
    let huggingFaceType = "qwen3"
    let huggingFaceClass = "Qwen3ForCausalLM"

    func configuration(
        _ file: HuggingFaceConfiguration
    ) throws(ModelFileError) -> ModelConfiguration {
        try file.refuse(["mlp_bias"])
        var keys = HuggingFaceConfiguration.Keys.llama
        keys.defaultHeadDimension = 128
        try file.refuseActivation()
        var shape = try file.decoder(architecture, keys).validated(in: file.file)
        shape.block.normalizesHeads = true
        shape.block.biases = try file.optionalBiases()
        shape.window = try file.optionalWindow(shape.layerCount)
        return try shape.validated(in: file.file)
    }

    func configuration(_ file: GGUFContainer) throws(ModelFileError) -> ModelConfiguration {
        try file.refuseWindow()
        var block = BlockStyle()
        block.normalizesHeads = true
        return try file.decoder(block).validated(in: file.bytes.path)
    }
}
