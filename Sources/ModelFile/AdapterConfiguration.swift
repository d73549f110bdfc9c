internal import StrictJSON

/// What `adapter_config.json` says of a LoRA adapter, in the words of the PEFT library.
///
/// An adapter is applied whole or not at all: a setting that would change the result and is not
/// served is refused by name, and so is one that this program does not know, unless it is empty.
struct AdapterConfiguration {
    /// The rank of modules that no pattern names.
    let rank: Int

    /// The numerator of the scale of modules that no pattern names.
    let alpha: Double

    /// Whether the scale is alpha/√rank instead of alpha/rank (Kalajdzievski, arXiv 2312.03732).
    let isRankStabilized: Bool

    /// Names of modules, or ends of them; nil where they are given by a pattern.
    let targetModules: [String]?

    private let rankPattern: ModulePattern
    private let alphaPattern: ModulePattern

    /// Reads the text of the file.
    ///
    /// - Throws: `malformed` for what is missing or wrong, `unsupported` for what is not served.
    init(_ text: String, file: String) throws(ModelFileError) {
        let settings = try AdapterSettings(text, file: file)
        try settings.refuseWhatIsNotServed()
        rank = try settings.rank(settings.required("r"), of: "r")
        alpha = try settings.number(settings.required("lora_alpha"), of: "lora_alpha")
        isRankStabilized = try settings.bool("use_rslora")
        targetModules = try settings.names("target_modules")
        rankPattern = try settings.pattern("rank_pattern")
        alphaPattern = try settings.pattern("alpha_pattern")
        for (key, value) in rankPattern.entries {
            _ = try settings.rank(value, of: "rank_pattern \(quoted(key))")
        }
        for (key, value) in alphaPattern.entries {
            _ = try settings.number(value, of: "alpha_pattern \(quoted(key))")
        }
    }

    /// The rank of a module's adapter.
    func rank(of module: String) -> Int {
        rankPattern.value(of: module)?.integerValue.map { Int($0) } ?? rank
    }

    /// The factor of B·A, which may be infinite in single precision.
    func scale(of module: String) -> Float {
        let alpha = alphaPattern.value(of: module)?.doubleValue ?? alpha
        let rank = Double(rank(of: module))
        return Float(alpha / (isRankStabilized ? rank.squareRoot() : rank))
    }

    /// Whether the adapter says that it changes a module.
    func targets(_ module: String) -> Bool {
        targetModules?.contains { ModulePattern.matches($0, module) } ?? true
    }
}

/// Values for modules by name; the first that matches counts.
struct ModulePattern {
    let entries: [(key: String, value: JSONValue)]

    func value(of module: String) -> JSONValue? {
        entries.first { Self.matches($0.key, module) }?.value
    }

    /// A name matches the module that it is and modules whose path ends with it; with `^` in front
    /// only the former.
    static func matches(_ name: String, _ module: String) -> Bool {
        if name.hasPrefix("^") { return name.dropFirst() == module }
        return name == module || module.hasSuffix("." + name)
    }

    /// Whether a name is one and no regular expression, which PEFT would take too.
    static func isName(_ key: String) -> Bool {
        let name = key.hasPrefix("^") ? key.dropFirst() : key[...]
        return !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
            }
    }
}
