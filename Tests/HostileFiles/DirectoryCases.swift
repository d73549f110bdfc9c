extension HostileCase {
    private static let group = "HF directory"

    /// config.json, the shard index and what its names lead to, weights.
    static let directories = settings + rotary + shards + weights + sound

    private static func directory(
        _ name: String, _ changes: [String: String?] = [:], _ parts: String...
    ) -> HostileCase {
        let text = Array(TinyDirectory.configurationText(changes).utf8)
        return HostileCase(
            group, name,
            [.file("config.json", text), .file("model.safetensors", TinyDirectory.weights())],
            opened: "", .refused(parts))
    }

    private static let settings: [HostileCase] =
        [
            "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
            "vocab_size", "max_position_embeddings",
        ].flatMap { key in
            [
                directory("\(key) missing", [key: nil], key, "missing"),
                directory("\(key) 0", [key: "0"], "config.json"),
                directory("\(key) negative", [key: "-8"], key, "-8"),
                directory("\(key) a float", [key: "8.5"], key, "a fractional number"),
                directory("\(key) huge", [key: "4611686018427387904"], "config.json"),
                directory("\(key) above 2^64", [key: "36893488147419103232"], key),
                directory("\(key) NaN", [key: "NaN"], "config.json", "JSON"),
            ]
        } + [
            directory("epsilon NaN", ["rms_norm_eps": "NaN"], "JSON"),
            directory("epsilon 0", ["rms_norm_eps": "0"], "norm epsilon"),
            directory("theta infinite", ["rope_theta": "Infinity"], "JSON"),
            directory("theta 0", ["rope_theta": "0.0"], "rotary base"),
            directory(
                "weights quantized elsewhere", ["quantization_config": "{\"quant_method\": \"x\"}"],
                "quantization_config"),
            directory("bias without tensors", ["attention_bias": "true"], "bias"),
            directory("untied without lm_head", ["tie_word_embeddings": "false"], "lm_head.weight"),
            directory("end of sequence above the rows", ["eos_token_id": "5"], "eos_token_id"),
            directory("end of sequence below 0", ["eos_token_id": "-1"], "eos_token_id"),
            directory(
                "unknown model", ["model_type": "\"made-up\"", "architectures": nil], "made-up"),
        ]

    private static let rotary: [HostileCase] = [
        directory(
            "unknown rope type", ["rope_scaling": "{\"rope_type\": \"spiral\"}"], "\"spiral\""),
        directory(
            "rope factor 0", ["rope_scaling": "{\"type\": \"linear\", \"factor\": 0}"], "factor"),
        directory(
            "llama3 with equal factors",
            ["rope_scaling": llama3(low: "4", high: "4")], "is not below"),
        directory(
            "llama3 with a factor NaN", ["rope_scaling": llama3(low: "NaN", high: "4")], "JSON"),
        directory(
            "llama3 without a factor", ["rope_scaling": "{\"rope_type\": \"llama3\"}"], "factor"),
    ]

    private static func llama3(low: String, high: String) -> String {
        "{\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": \(low), "
            + "\"high_freq_factor\": \(high), \"original_max_position_embeddings\": 64}"
    }

    /// A directory whose index leads the final norm to some other place.
    private static func index(
        _ name: String, leadsTo shard: String, also entries: [Entry] = [], _ parts: String...
    ) -> HostileCase {
        let norm = "model.norm.weight"
        let lines = TinyDirectory.shapes.map { tensor in
            "\"\(tensor.name)\": \"\(tensor.name == norm ? shard : "a.safetensors")\""
        }
        let text = "{\"weight_map\": {\(lines.joined(separator: ", "))}}"
        return HostileCase(
            group, name,
            [
                .file("config.json", Array(TinyDirectory.configurationText().utf8)),
                .file("model.safetensors.index.json", Array(text.utf8)),
                .file("a.safetensors", TinyDirectory.weights { $0 != norm }),
            ] + entries, opened: "", .refused(parts))
    }

    private static let shards: [HostileCase] = [
        index("shard above the directory", leadsTo: "../b.safetensors", "no plain file name"),
        index("shard by absolute path", leadsTo: "/b.safetensors", "no plain file name"),
        index("shard that is a device", leadsTo: "/dev/zero.safetensors", "no plain file name"),
        index("shard that is the device itself", leadsTo: "/dev/zero", "no safetensors file"),
        index(
            "link to a device", leadsTo: "b.safetensors",
            also: [.link("b.safetensors", to: "/dev/zero")], "leads out of the directory"),
        index(
            "link out of the directory", leadsTo: "b.safetensors",
            also: [.link("b.safetensors", to: "/etc/passwd")], "leads out of the directory"),
        index(
            "link to itself", leadsTo: "b.safetensors",
            also: [.link("b.safetensors", to: "b.safetensors")], "symbolic links"),
        index(
            "pipe", leadsTo: "b.safetensors", also: [.pipe("b.safetensors")],
            "not a regular file"),
        index(
            "folder", leadsTo: "b.safetensors", also: [.folder("b.safetensors")],
            "not a regular file"),
        index("pickle shard", leadsTo: "pytorch_model.bin", "no safetensors file"),
        index("ghost shard", leadsTo: "b.safetensors", "b.safetensors", "No such file"),
        index("ghost tensor", leadsTo: "a.safetensors", "\"model.norm.weight\" is not in"),
        index("empty shard name", leadsTo: "", "no safetensors file"),
    ]

    private static let weights: [HostileCase] =
        ([.nan, .infinity] as [Float]).flatMap { value in
            [false, true].map { asHalves in
                let name = "model.layers.0.mlp.down_proj.weight"
                let bytes = TinyDirectory.weights(
                    spoiled: (name, 13, value), asHalves: asHalves)
                return HostileCase(
                    group, "\(asHalves ? "F16" : "F32") weight \(value)",
                    [
                        .file("config.json", Array(TinyDirectory.configurationText().utf8)),
                        .file("model.safetensors", bytes),
                    ], opened: "",
                    .refused([name, "row 2, column 1", "NaN or infinite", "model.safetensors"]))
            }
        } + [
            HostileCase(
                group, "pickle checkpoint",
                [
                    .file("config.json", Array(TinyDirectory.configurationText().utf8)),
                    .file("pytorch_model.bin", [0x80, 2]),
                ], opened: "", .refused(["pickle"])),
            HostileCase(group, "empty directory", [], opened: "", .refused(["config.json"])),
        ]

    private static let sound: [HostileCase] = [
        HostileCase(
            group, "auto_map, which is never executed",
            [
                .file(
                    "config.json",
                    Array(
                        TinyDirectory.configurationText([
                            "auto_map": "{\"AutoModel\": \"code.Model\"}"
                        ]).utf8)),
                .file("code.py", Array("raise SystemExit\n".utf8)),
                .file("model.safetensors", TinyDirectory.weights()),
            ], opened: "", .read)
    ]
}
