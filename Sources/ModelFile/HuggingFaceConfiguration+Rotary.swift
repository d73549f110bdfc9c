internal import StrictJSON

extension HuggingFaceConfiguration {
    /// What each kind of rotary embedding is told besides its type and base.
    private static let settings: [String: [String]] = [
        "default": [], "linear": ["factor"],
        "llama3": [
            "factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings",
        ],
    ]

    /// The rotary base, under the family's key or within `rope_parameters`.
    ///
    /// - Throws: `malformed` where the two differ.
    func rotaryBase(_ key: String) throws(ModelFileError) -> Double {
        try setting(key, nested: "rope_theta") ?? 10_000
    }

    /// How many dimensions of a head are rotated, by their share under the family's key or within
    /// `rope_parameters`.
    func rotaryDimension(_ headDimension: Int, _ keys: Keys) throws(ModelFileError) -> Int {
        let factor =
            try setting(keys.partialRotary, nested: "partial_rotary_factor")
            ?? keys.defaultPartialRotary
        guard factor > 0, factor <= 1 else {
            throw malformed(keys.partialRotary, "it is \(factor)", accepted: "above 0, at most 1")
        }
        guard factor == 1 || keys.defaultPartialRotary != 1 else {
            throw unsupported(keys.partialRotary, "\(factor)", accepted: "1")
        }
        // Below 1 the product is below the largest integer as well.
        return factor == 1 ? headDimension : Int(Double(headDimension) * factor)
    }

    /// A number that newer files keep within `rope_parameters`.
    private func setting(_ key: String, nested name: String) throws(ModelFileError) -> Double? {
        let plain = try number(key)
        guard let nested = object["rope_parameters"]?[name], !nested.isNull else { return plain }
        guard let value = nested.doubleValue else {
            throw malformed(
                "rope_parameters", "its \(name) is \(nested.kind)", accepted: "a number")
        }
        guard plain == nil || plain == value else {
            throw malformed(
                key, "it contradicts rope_parameters.\(name)", accepted: "equal numbers")
        }
        return value
    }

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
        let known = ["rope_type", "type", "rope_theta", "partial_rotary_factor"] + names
        for member in members.members where !known.contains(member.key.string) {
            guard !member.value.isNull else { continue }
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
