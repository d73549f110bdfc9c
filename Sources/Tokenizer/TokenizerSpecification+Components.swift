internal import StrictJSON

// Normalizer, pre-tokenizer, post-processor and decoder of a `tokenizer.json`.

extension TokenizerSpecification {
    /// Reads all components; a null or absent one does nothing.
    mutating func readComponents(_ root: FieldReader) throws(TokenizerError) {
        for part in try Self.flatten(root, "normalizer", list: "normalizers") {
            normalizer.append(try Self.normalizerStep(part))
        }
        for part in try Self.flatten(root, "pre_tokenizer", list: "pretokenizers") {
            if case .byteLevel? = preTokenizer.last {
                throw .unsupported(
                    component: part.path, name: try part.string("type"),
                    supported: "nothing after ByteLevel, which respells the text")
            }
            preTokenizer.append(try Self.preTokenizerStep(part))
        }
        for part in try Self.flatten(root, "post_processor", list: "processors") {
            try readPostProcessor(part)
        }
        try readDecoder(root)
    }

    /// A component as a list of steps, with sequences (also nested ones) laid out.
    private static func flatten(
        _ root: FieldReader, _ field: String, list: String
    ) throws(TokenizerError) -> [FieldReader] {
        guard let component = try root.optionalObject(field) else { return [] }
        var steps: [FieldReader] = []
        var pending = [component]
        while let next = pending.popLast() {
            guard try next.string("type") == "Sequence" else {
                steps.append(next)
                continue
            }
            pending.append(contentsOf: try next.objects(list).reversed())
            try check(
                steps.count + pending.count, "the number of steps of \(field)",
                TokenizerLimits.componentCount)
        }
        return steps
    }

    private static func normalizerStep(
        _ part: FieldReader
    ) throws(TokenizerError) -> NormalizerStep {
        let type = try part.string("type")
        switch type {
        case "Prepend": return .prepend(try part.literal("prepend"))
        case "Replace":
            let (pattern, content) = try replacement(part)
            return .replace(pattern: pattern, content: content)
        case "NFC": return .normalize(.nfc)
        case "NFD": return .normalize(.nfd)
        case "NFKC": return .normalize(.nfkc)
        case "NFKD": return .normalize(.nfkd)
        default:
            throw .unsupported(
                component: part.path, name: type,
                supported: "Prepend, Replace, NFC, NFD, NFKC, NFKD, Sequence, null")
        }
    }

    private static func replacement(
        _ part: FieldReader
    ) throws(TokenizerError) -> (pattern: [UInt8], content: [UInt8]) {
        let pattern = try part.object("pattern")
        if let regex = try pattern.optionalString("Regex") {
            throw .unsupported(
                component: pattern.path("Regex"), name: regex, supported: "{\"String\": …}")
        }
        let literal = try pattern.literal("String")
        guard !literal.isEmpty else {
            throw .badValue(field: pattern.path("String"), reason: "the pattern is empty")
        }
        return (literal, try part.literal("content"))
    }

    private static func preTokenizerStep(
        _ part: FieldReader
    ) throws(TokenizerError) -> PreTokenizerStep {
        let type = try part.string("type")
        switch type {
        case "ByteLevel":
            return .byteLevel(
                addsPrefixSpace: try part.optionalBool("add_prefix_space") ?? true,
                splits: try part.optionalBool("use_regex") ?? true)
        case "Digits":
            return .digits(individually: try part.optionalBool("individual_digits") ?? false)
        case "Split":
            return .split(try splitPattern(part))
        case "Metaspace":
            let scheme = try prependScheme(part)
            return .metaspace(
                replacement: try part.literal("replacement"), scheme: scheme,
                splits: try part.optionalBool("split") ?? true)
        default:
            throw .unsupported(
                component: part.path, name: type,
                supported: "ByteLevel, Digits, Metaspace, Split, Sequence, null")
        }
    }

    private static func splitPattern(_ part: FieldReader) throws(TokenizerError) -> SplitPattern {
        let pattern = try part.object("pattern")
        if let literal = try pattern.optionalString("String") {
            throw .unsupported(
                component: pattern.path("String"), name: literal, supported: "{\"Regex\": …}")
        }
        let regex = try pattern.string("Regex")
        guard let known = SplitPattern(regularExpression: regex) else {
            throw .unsupported(
                component: pattern.path("Regex"), name: regex,
                supported: "exactly the expressions of "
                    + GGUFPreTokenizer.names.joined(separator: ", "))
        }
        let behavior = try part.string("behavior")
        let inverts = try part.optionalBool("invert") ?? false
        guard behavior == "Isolated" || behavior == "Removed" && inverts && known.coversEveryText
        else {
            throw .unsupported(
                component: part.path("behavior"), name: behavior,
                supported: "Isolated, or Removed with invert where the matches cover every text")
        }
        return known
    }

    private static func prependScheme(_ part: FieldReader) throws(TokenizerError) -> PrependScheme {
        guard let name = try part.optionalString("prepend_scheme") else {
            return try part.optionalBool("add_prefix_space") ?? true ? .always : .never
        }
        switch name {
        case "always": return .always
        case "first": return .first
        case "never": return .never
        default:
            throw .unsupported(
                component: part.path("prepend_scheme"), name: name,
                supported: "always, first, never")
        }
    }

    private mutating func readPostProcessor(_ part: FieldReader) throws(TokenizerError) {
        let type = try part.string("type")
        switch type {
        case "ByteLevel":
            break  // Changes offsets only, which we do not report.
        case "TemplateProcessing":
            try readTemplate(part)
        default:
            throw .unsupported(
                component: part.path, name: type,
                supported: "TemplateProcessing, ByteLevel, Sequence, null")
        }
    }

    private mutating func readTemplate(_ part: FieldReader) throws(TokenizerError) {
        var before: [Int32] = []
        var after: [Int32] = []
        var hasText = false
        for item in try part.objects("single") {
            if let sequence = try item.optionalObject("Sequence") {
                guard try sequence.string("id") == "A", !hasText else {
                    throw .badValue(
                        field: part.path("single"), reason: "expected the sequence A exactly once")
                }
                hasText = true
            } else {
                let name = try item.object("SpecialToken").string("id")
                let ids = try Self.templateIDs(part.object("special_tokens").object(name))
                if hasText { after += ids } else { before += ids }
            }
            try Self.check(
                before.count + after.count, "the number of tokens in \(part.path)",
                TokenizerLimits.templateTokenCount)
        }
        guard hasText else {
            throw .badValue(field: part.path("single"), reason: "the sequence A is missing")
        }
        prefix = before + prefix
        suffix += after
    }

    private static func templateIDs(_ token: FieldReader) throws(TokenizerError) -> [Int32] {
        var ids: [Int32] = []
        for value in try token.array("ids") {
            guard let id = value.integerValue.flatMap(Int32.init(exactly:)) else {
                throw .wrongType(
                    field: token.path("ids"), found: value.kind, expected: "ids of tokens")
            }
            ids.append(id)
        }
        return ids
    }

    private mutating func readDecoder(_ root: FieldReader) throws(TokenizerError) {
        let parts = try Self.flatten(root, "decoder", list: "decoders")
        if parts.isEmpty, root.value("decoder") == nil {
            decoder = [.join(separator: [UInt8(ascii: " ")])]
        }
        var isFused = false
        for part in parts {
            let type = try part.string("type")
            if type == "Fuse" {
                isFused = true
            } else if isFused, type != "Strip" {
                throw .unsupported(
                    component: part.path, name: type,
                    supported: "only Strip after Fuse or ByteLevel")
            } else {
                decoder.append(try Self.decoderStep(part, type: type, isFused: isFused))
                isFused = isFused || type == "ByteLevel"
            }
        }
    }

    private static func decoderStep(
        _ part: FieldReader, type: String, isFused: Bool
    ) throws(TokenizerError) -> DecoderStep {
        switch type {
        case "ByteLevel": return .byteLevel
        case "ByteFallback": return .byteFallback
        case "Replace":
            let (pattern, content) = try replacement(part)
            return .replace(pattern: pattern, content: content)
        case "Metaspace":
            let drops = try prependScheme(part) != .never
            return .metaspace(replacement: try part.literal("replacement"), dropsInFirst: drops)
        case "Strip":
            let content = try part.literal("content")
            guard !content.isEmpty else {
                throw .badValue(field: part.path("content"), reason: "there is nothing to strip")
            }
            let start = try stripCount(part, "start")
            let stop = try stripCount(part, "stop")
            return isFused
                ? .stripText(content: content, start: start, stop: stop)
                : .stripToken(content: content, start: start, stop: stop)
        default:
            throw .unsupported(
                component: part.path, name: type,
                supported:
                    "ByteLevel, Replace, ByteFallback, Fuse, Strip, Metaspace, Sequence, null")
        }
    }

    private static func stripCount(
        _ part: FieldReader, _ field: String
    ) throws(TokenizerError) -> Int {
        let count = try part.integer(field)
        guard (0...Int64(TokenizerLimits.literalByteCount)).contains(count) else {
            throw .badValue(
                field: part.path(field),
                reason: "\(count) is not between 0 and \(TokenizerLimits.literalByteCount)")
        }
        return Int(count)
    }
}
