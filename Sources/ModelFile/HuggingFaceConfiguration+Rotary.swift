internal import StrictJSON

extension HuggingFaceConfiguration {
    /// What each kind of rotary embedding is told besides its type and base.
    private static let settings: [String: [String]] = [
        "default": [], "linear": ["factor"],
        "llama3": [
            "factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings",
        ],
    ]

    /// How rotary frequencies are scaled, under either of the keys that describe it.
    ///
    /// - Throws: `unsupported` for other kinds and settings, `malformed` where the keys differ.
    func rotaryScaling() throws(ModelFileError) -> RotaryScaling {
        let old = try rotaryScaling(under: "rope_scaling")
        let new = try rotaryScaling(under: "rope_parameters")
        guard let old, let new, old != new else { return new ?? old ?? .none }
        throw malformed(
            "rope_scaling", "it contradicts rope_parameters", accepted: "equal settings")
    }

    private func rotaryScaling(under key: String) throws(ModelFileError) -> RotaryScaling? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let members = value.objectValue else {
            throw malformed(key, "it is \(value.kind)", accepted: "an object or null")
        }
        let kind = members["rope_type"] ?? members["type"]
        if kind == nil, key == "rope_scaling", members.count > 0 {
            throw unsupported(key, "a rotary scaling without a type", accepted: "null")
        }
        let type = kind.map { $0.stringValue?.string ?? $0.kind } ?? "default"
        guard let names = Self.settings[type] else {
            throw unsupported(
                key, "the rotary scaling \(quoted(type))",
                accepted: Self.settings.keys.sorted().map(quoted).joined(separator: ", "))
        }
        let known = ["rope_type", "type", "rope_theta"] + names
        for member in members.members where !known.contains(member.key.string) {
            let isNeutral = member.key == "partial_rotary_factor" && member.value.doubleValue == 1
            guard !isNeutral, !member.value.isNull else { continue }
            throw unsupported(
                key, "the setting \(quoted(member.key.string)) of \(quoted(type))",
                accepted: known.joined(separator: ", "))
        }
        var numbers: [Double] = []
        for name in names {
            guard let number = members[name]?.doubleValue else {
                throw malformed(key, "\(name) is missing or no number", accepted: "a number")
            }
            numbers.append(number)
        }
        switch type {
        case "linear":
            return .linear(factor: numbers[0])
        case "llama3":
            return .llama3(
                factor: numbers[0], lowFrequencyFactor: numbers[1],
                highFrequencyFactor: numbers[2], originalContext: Int(exactly: numbers[3]) ?? 0)
        default:
            return RotaryScaling.none
        }
    }
}
