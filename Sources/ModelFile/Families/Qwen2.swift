/// Qwen 2 and 2.5: Llama with biases on queries, keys and values.
struct Qwen2Family: ModelFamily {
    let architecture = "qwen2"
    let huggingFaceType = "qwen2"
    let huggingFaceClass = "Qwen2ForCausalLM"

    func configuration(
        _ file: HuggingFaceConfiguration
    ) throws(ModelFileError) -> ModelConfiguration {
        try file.refuse(["attention_bias", "mlp_bias"])
        try file.refuseActivation()
        var shape = try file.decoder(architecture, .llama).validated(in: file.file)
        shape.block.biases.queryKeyValue = true
        shape.window = try file.optionalWindow(shape.layerCount)
        return try shape.validated(in: file.file)
    }

    func configuration(_ file: GGUFContainer) throws(ModelFileError) -> ModelConfiguration {
        try file.refuseWindow()
        var block = BlockStyle()
        block.biases.queryKeyValue = true
        return try file.decoder(block).validated(in: file.bytes.path)
    }
}
