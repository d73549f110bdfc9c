internal import StrictJSON

/// The members of an adapter's configuration, and how they are read.
struct AdapterSettings {
    private let file: String
    private let object: JSONObject

    /// Settings that say nothing about the result.
    ///
    /// They tell where the adapter came from and how it was trained. Which layers and modules are
    /// changed is told by the tensors.
    private static let harmless: Set<String> = [
        "auto_mapping", "base_model_name_or_path", "corda_config", "eva_config",
        "exclude_modules", "inference_mode", "layers_pattern", "layers_to_transform",
        "loftq_config", "lora_dropout", "megatron_core", "peft_version", "qalora_group_size",
        "revision", "runtime_config", "task_type",
    ]

    /// Settings that are read.
    private static let served: Set<String> = [
        "alpha_pattern", "bias", "init_lora_weights", "lora_alpha", "peft_type", "r",
        "rank_pattern", "target_modules", "use_rslora",
    ]

    /// Ways to begin training that leave the model's own weights as they are.
    private static let initializations: Set<String> = ["gaussian", "eva", "orthogonal"]

    init(_ text: String, file: String) throws(ModelFileError) {
        self.file = file
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: Array(text.utf8), limits: Limits.adapterConfiguration)
        } catch {
            throw Self.fault(file, "", "\(error)", "a JSON object")
        }
        guard let object = value.objectValue else {
            throw Self.fault(file, "", "it is \(value.kind)", "a JSON object")
        }
        self.object = object
    }

    func refuseWhatIsNotServed() throws(ModelFileError) {
        try requireText("peft_type", "LORA")
        try requireText("bias", "none")
        if let value = object["init_lora_weights"], value.boolValue == nil, !value.isNull {
            let name = value.stringValue?.string ?? value.kind
            guard Self.initializations.contains(name) else {
                throw unsupported(
                    "init_lora_weights", "\(quoted(name)), which changes the model's own weights",
                    "true, false, \"gaussian\", \"eva\", \"orthogonal\"")
            }
        }
        for member in object.members {
            let key = member.key.string
            guard !Self.served.contains(key), !Self.harmless.contains(key), !member.value.isEmpty
            else { continue }
            throw unsupported(
                quoted(key), "a setting other than null, false or empty", "LoRA without it")
        }
    }

    private func requireText(_ key: String, _ accepted: String) throws(ModelFileError) {
        let value = object[key] ?? .null
        // An older file has no `bias`, which meant none.
        guard value != .text(accepted), !(value.isNull && key == "bias") else { return }
        let shown = value.stringValue.map { quoted($0.string) } ?? value.kind
        throw unsupported(key, shown, "\"\(accepted)\"")
    }

    func required(_ key: String) throws(ModelFileError) -> JSONValue {
        guard let value = object[key], !value.isNull else {
            throw Self.fault(file, key, "it is missing", "a number")
        }
        return value
    }

    func rank(_ value: JSONValue, of field: String) throws(ModelFileError) -> Int {
        guard let rank = value.integerValue, (1...Int64(Limits.adapterRank)).contains(rank) else {
            throw Self.fault(
                file, field, "the rank is \(value.shown)", "1 to \(Limits.adapterRank)")
        }
        return Int(rank)
    }

    func number(_ value: JSONValue, of field: String) throws(ModelFileError) -> Double {
        guard let number = value.doubleValue, Float(number).isFinite else {
            throw Self.fault(file, field, "it is \(value.shown)", "a number of single precision")
        }
        return number
    }

    func bool(_ key: String) throws(ModelFileError) -> Bool {
        guard let value = object[key], !value.isNull else { return false }
        guard let bool = value.boolValue else {
            throw Self.fault(file, key, "it is \(value.kind)", "true or false")
        }
        return bool
    }

    /// - Returns: nil for a single text, which is a pattern, and where there is nothing.
    func names(_ key: String) throws(ModelFileError) -> [String]? {
        guard let value = object[key], !value.isNull, value.stringValue == nil else { return nil }
        let names = value.arrayValue?.compactMap { $0.stringValue?.string }
        guard let names, names.count == value.arrayValue?.count else {
            throw Self.fault(file, key, "it is \(value.kind)", "a list of module names, or a text")
        }
        return names
    }

    func pattern(_ key: String) throws(ModelFileError) -> ModulePattern {
        guard let value = object[key], !value.isNull else { return ModulePattern(entries: []) }
        guard let object = value.objectValue else {
            throw Self.fault(file, key, "it is \(value.kind)", "an object")
        }
        for member in object.members where !ModulePattern.isName(member.key.string) {
            throw unsupported(
                "\(key) \(quoted(member.key.string))", "a regular expression",
                "names of modules, or ends of them")
        }
        return ModulePattern(entries: object.members.map { ($0.key.string, $0.value) })
    }

    private func unsupported(
        _ field: String, _ reason: String, _ accepted: String
    ) -> ModelFileError {
        .unsupported(
            .init(
                file: file, field: "adapter_config.\(field)", reason: reason, accepted: accepted))
    }

    private static func fault(
        _ file: String, _ field: String, _ reason: String, _ accepted: String
    ) -> ModelFileError {
        let name = field.isEmpty ? "adapter_config" : "adapter_config.\(field)"
        return .malformed(.init(file: file, field: name, reason: reason, accepted: accepted))
    }
}

extension JSONValue {
    /// Whether a setting with this value asks for nothing.
    fileprivate var isEmpty: Bool {
        switch self {
        case .null, .bool(false): true
        case .string(let text): text.bytes.isEmpty
        case .array(let values): values.isEmpty
        case .object(let object): object.count == 0
        default: false
        }
    }

    /// A number as it is read, or what there is instead.
    fileprivate var shown: String {
        integerValue.map { "\($0)" } ?? doubleValue.map { "\($0)" } ?? kind
    }
}
