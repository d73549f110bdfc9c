/// Mistral 7B and its relatives: Llama with attention to the nearest positions in some releases.
///
/// GGUF files of it say `llama`.
struct MistralFamily: ModelFamily {
    let architecture = "mistral"
    let huggingFaceType = "mistral"
    let huggingFaceClass = "MistralForCausalLM"
    let isInGGUF = false

    /// What a configuration without the key means.
    private static let defaultWindow = 4096

    func configuration(
        _ file: HuggingFaceConfiguration
    ) throws(ModelFileError) -> ModelConfiguration {
        try file.refuse(["attention_bias", "mlp_bias"])
        try file.refuseActivation()
        var shape = try file.decoder(architecture, .llama)
        let positions =
            file.states("sliding_window")
            ? try file.integer("sliding_window") : Self.defaultWindow
        let layers = try file.windowLayers(shape.layerCount)
        shape.window = positions.map { AttentionWindow(positions: $0, layers: layers) }
        return try shape.validated(in: file.file)
    }

    func configuration(_ file: GGUFContainer) throws(ModelFileError) -> ModelConfiguration {
        preconditionFailure("GGUF files have no such architecture")
    }
}
