import StrictJSON

extension HookParser {
    /// Action words, in the order of the page.
    static let actionNames = [
        "zero", "scale", "set", "add", "clamp", "noise", "value-noise", "mean", "patch",
        "keep-only",
    ]

    /// What other tools call the same action.
    static let actionAliases = [
        "zero-out": "zero", "replace-with": "set", "add-vector": "add",
    ]

    /// The canonical action word: `-` and `_` are the same, aliases are replaced.
    ///
    /// - Throws: `HookError.unknownName` with the nearest action.
    static func actionName(_ word: String) throws(HookError) -> String {
        let dashed = String(word.map { $0 == "_" ? "-" : $0 })
        let name = actionAliases[dashed] ?? dashed
        guard actionNames.contains(name) else {
            throw .unknownName(
                .action, name: word, suggestion: Suggestion.nearest(to: dashed, in: actionNames),
                accepted: actionNames.joined(separator: ", "))
        }
        return name
    }

    /// Reads `VERB ARGUMENTS TARGET [in LAYERS] [at POSITIONS]`.
    mutating func action(words list: [String]) throws(HookError) -> HookAction {
        var words = HookWordCursor(list)
        let verb = try words.require("an action such as zero or scale")
        let name = try canonicalVerb(verb)
        var operation = try operation(name, &words)
        let target = try target(&words, until: ["at", "in"])
        if words.take("in") {
            guard case .keepOnly = operation else {
                throw .syntax(
                    found: "in", expected: "no 'in LAYERS' with \(name); only keep-only has it")
            }
            operation = .keepOnly(layers: try layers(words.require("layers such as 0-7")))
        }
        let positions = try positions(&words)
        return HookAction(operation, target, positions: positions)
    }

    /// The action word, with a hint when the target came first.
    private func canonicalVerb(_ word: String) throws(HookError) -> String {
        do throws(HookError) {
            return try Self.actionName(word)
        } catch {
            var parser = HookParser(files: { _, _ throws(HookError) in ContentHash(hashing: []) })
            if (try? parser.targetPart(word)) != nil {
                throw .syntax(
                    found: word,
                    expected: "the action first, as in 'zero \(abbreviated(word))'; accepted: "
                        + Self.actionNames.joined(separator: ", "))
            }
            throw error
        }
    }

    /// `0-7` after `in`.
    func layers(_ text: String) throws(HookError) -> IndexRanges {
        guard text != "*" else {
            throw .badValue(
                what: "the layers after 'in'", value: text,
                expected: "layers such as 0-31: a plan does not know how many a model has")
        }
        return try IndexRanges(text: text, what: "layer", limit: HookLimits.largestLayer)
    }

    /// Reads the arguments of an action from its words.
    private func operation(
        _ name: String, _ words: inout HookWordCursor
    ) throws(HookError) -> Operation {
        switch name {
        case "zero": return .zero
        case "scale": return .scale(try number(&words, "a scale factor"))
        case "set": return .set(try value(words.require("a value for 'set'"), of: "set"))
        case "add": return .add(try value(words.require("a value for 'add'"), of: "add"))
        case "clamp":
            let low = try number(&words, "the lower bound of clamp")
            return .clamp(low: low, high: try number(&words, "the upper bound of clamp"))
        case "noise": return .noise(try noise(&words))
        case "value-noise": return .valueNoise(try noise(&words))
        case "mean":
            return .mean(try object(words.require("an object such as sha256:…"), .meanTable))
        case "patch":
            return .patch(try object(words.require("an object such as sha256:…"), .activation))
        default: return .keepOnly(layers: nil)
        }
    }

    private func number(
        _ words: inout HookWordCursor, _ what: String
    ) throws(HookError) -> Float {
        try HookNumbers.float(words.require("\(what), a number"), what: what)
    }

    /// `MEAN STD SEED [absolute|relative]`, each also as `mean=`, `std=`, `seed=`.
    private func noise(_ words: inout HookWordCursor) throws(HookError) -> NoiseShape {
        func argument(_ key: String) throws(HookError) -> String {
            let word = try words.require("\(key)=… of the noise")
            return word.hasPrefix("\(key)=") ? String(word.dropFirst(key.count + 1)) : word
        }
        let mean = try HookNumbers.float(argument("mean"), what: "the noise's mean")
        let deviation = try HookNumbers.float(
            argument("std"), what: "the noise's standard deviation")
        let seed = try HookNumbers.seed(argument("seed"))
        var scale = NoiseScale.absolute
        if let word = words.next, let named = NoiseScale(rawValue: word) {
            _ = words.take()
            scale = named
        }
        return NoiseShape(mean: mean, standardDeviation: deviation, seed: seed, scale: scale)
    }
}

extension HookParser {
    /// A number, `[1,2,3]`, `sha256:HEX:tensor` or `@file:tensor`.
    func value(_ word: String, of place: String) throws(HookError) -> HookValue {
        if word.hasPrefix("["), word.hasSuffix("]") {
            var values: [Float] = []
            for part in word.dropFirst().dropLast().split(
                separator: ",", omittingEmptySubsequences: false)
            {
                values.append(try HookNumbers.float(part, what: "a value of \(place)"))
            }
            return .vector(values)
        }
        guard word.hasPrefix("sha256:") || word.hasPrefix("@") else {
            return .scalar(try HookNumbers.float(word, what: "the value of \(place)"))
        }
        let (name, tensor) = try Self.splitTensor(word)
        return .object(try object(name, .tensor(tensor)), tensor: tensor)
    }

    /// `sha256:HEX`, or `@file` through the closure.
    func object(_ word: String, _ use: FileUse) throws(HookError) -> ContentHash {
        if word.hasPrefix("@") {
            return try store(try Self.unquote(String(word.dropFirst())), use)
        }
        return try Self.hash(word)
    }

    /// Reads `sha256:` and 64 hexadecimal digits.
    static func hash(_ word: String) throws(HookError) -> ContentHash {
        guard word.hasPrefix("sha256:"), let hash = ContentHash(hex: String(word.dropFirst(7)))
        else {
            throw .badValue(
                what: "an object", value: word,
                expected: "sha256: and 64 hexadecimal digits, or @file where files are read")
        }
        return hash
    }

    /// Splits `OBJECT:tensor`; the tensor's name may be quoted.
    private static func splitTensor(_ word: String) throws(HookError) -> (String, String) {
        let opening = word.hasSuffix("\"") ? word.dropLast().lastIndex(of: "\"") : nil
        let head = opening.map { word[..<$0] } ?? word[...]
        let minimum = word.hasPrefix("sha256:") ? 7 : 1
        guard let colon = head.lastIndex(of: ":"),
            word.distance(from: word.startIndex, to: colon) >= minimum
        else {
            throw .syntax(
                found: word, expected: "the object and its tensor, as in sha256:…:tensor.name")
        }
        let tensor = try unquote(String(word[word.index(after: colon)...]))
        guard !tensor.isEmpty else {
            throw .syntax(found: word, expected: "a tensor's name after the last colon")
        }
        return (String(word[..<colon]), tensor)
    }

    /// Removes quotes, whose inside is a JSON string.
    static func unquote(_ text: String) throws(HookError) -> String {
        guard text.hasPrefix("\"") else { return text }
        return try JSONValue(hook: text).stringValue?.string ?? text
    }

    /// A name as it stands, or quoted where the grammar would split it.
    static func quote(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return isPlain && !name.isEmpty ? name : JSONValue.text(name).compact
    }
}
