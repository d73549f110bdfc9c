internal import StrictJSON

/// Settings that several families have.
extension HuggingFaceConfiguration {
    /// The activation functions that have a name here, as configurations spell them.
    private static let gelus: [String: BlockStyle.Activation] = [
        "gelu": .gelu, "gelu_new": .geluTanh, "gelu_fast": .geluTanh,
        "gelu_pytorch_tanh": .geluTanh,
    ]

    /// Whether the file has the key, even with null.
    func states(_ key: String) -> Bool { object[key] != nil }

    /// Refuses settings that are not null, false or absent.
    func refuse(_ settings: [String]) throws(ModelFileError) {
        for key in settings {
            guard let value = object[key], !value.isNull, value != .bool(false) else { continue }
            throw unsupported(key, "this setting (\(value.kind))", accepted: "null or no such key")
        }
    }

    /// Refuses a setting that is there and not true.
    func requireTrue(_ key: String) throws(ModelFileError) {
        guard try bool(key) == false else { return }
        throw unsupported(key, "false", accepted: "true or no such key")
    }

    /// Refuses activation functions that a gated MLP of the Llama family does not have.
    func refuseActivation() throws(ModelFileError) {
        guard let activation = object["hidden_act"], activation.stringValue != "silu" else {
            return
        }
        let shown = activation.stringValue?.string ?? activation.kind
        throw unsupported("hidden_act", quoted(shown), accepted: "\"silu\"")
    }

    /// The activation function of an MLP without a gate.
    func gelu(
        _ key: String, absent: BlockStyle.Activation
    ) throws(ModelFileError) -> BlockStyle.Activation {
        guard let value = object[key], !value.isNull else { return absent }
        let name = value.stringValue?.string ?? value.kind
        guard let activation = Self.gelus[name] else {
            throw unsupported(
                key, quoted(name),
                accepted: Self.gelus.keys.sorted().map(quoted).joined(separator: ", "))
        }
        return activation
    }

    /// Biases that a configuration of the Llama family may ask for.
    func optionalBiases() throws(ModelFileError) -> BlockStyle.Biases {
        var biases = BlockStyle.Biases()
        biases.queryKeyValue = try bool("attention_bias") ?? false
        biases.attentionOutput = biases.queryKeyValue
        biases.mlp = try bool("mlp_bias") ?? false
        return biases
    }

    /// The window of families that have it only if `use_sliding_window` says so.
    ///
    /// - Parameter layerCount: a number that was checked.
    func optionalWindow(_ layerCount: Int) throws(ModelFileError) -> AttentionWindow? {
        let layers = try windowLayers(layerCount)
        guard try bool("use_sliding_window") == true, let positions = try integer("sliding_window")
        else {
            guard layers == nil || layers == [] else {
                throw malformed(
                    "layer_types", "it has sliding_attention without a window",
                    accepted: "use_sliding_window and sliding_window beside it")
            }
            return nil
        }
        let first = layers == nil ? try requiredInteger("max_window_layers") : 0
        return AttentionWindow(
            positions: positions, layers: layers ?? Array(min(first, layerCount)..<layerCount))
    }

    /// The layers with a window that `layer_types` names; nil without that key.
    func windowLayers(_ layerCount: Int) throws(ModelFileError) -> [Int]? {
        guard let value = object["layer_types"], !value.isNull else { return nil }
        guard let types = value.arrayValue, types.count == layerCount else {
            throw malformed(
                "layer_types", "it does not have a type for each layer",
                accepted: "\(layerCount) strings")
        }
        var layers: [Int] = []
        for (layer, type) in types.enumerated() {
            switch type.stringValue?.string {
            case "full_attention": continue
            case "sliding_attention": layers.append(layer)
            default:
                throw unsupported(
                    "layer_types", "the type \(quoted(type.stringValue?.string ?? type.kind))",
                    accepted: "\"full_attention\", \"sliding_attention\"")
            }
        }
        return layers
    }
}
