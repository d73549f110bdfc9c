import StrictJSON

extension HookParser {
    mutating func capture(value: JSONValue) throws(HookError) -> Capture {
        var fields = try JSONFields(
            value, place: "a capture", expected: #"an object such as {"site": "L3N*"}"#)
        // `layers` and `units` may stand beside `site`, as in a selection of a target.
        let site = try fields.require("site")
        let parts = ["layers", "units"].compactMap { key in
            fields.take(key).map { JSONObject.Member(JSONString(key), $0) }
        }
        let whole = JSONValue.object(JSONObject([.init("site", site)] + parts))
        var capture = Capture(try selection(value: parts.isEmpty ? site : whole))
        capture.reduction = try fields.take("reduce").map { value throws(HookError) in
            try reduction(value: value)
        }
        if let value = fields.take("format") {
            let word = try value.string(what: "'format'")
            guard let format = CaptureFormat(rawValue: word) else {
                throw .badValue(what: "'format'", value: word, expected: "f32 or f16")
            }
            capture.format = format
        }
        capture.beforeActions = try fields.take("pre")?.flag(what: "'pre'") ?? false
        capture.positions = try positions(value: fields.take("at"))
        try fields.finish()
        return capture
    }

    /// A string as in the text spelling, or an object with one reduction.
    private func reduction(value: JSONValue) throws(HookError) -> Reduction {
        if case .string(let text) = value { return try reduction(text.string) }
        var fields = try JSONFields(
            value, place: "'reduce'",
            expected: #"a string such as "mean_abs" or an object such as {"top_k": 20}"#)
        let reduction = try reduction(&fields)
        try fields.finish()
        return reduction
    }

    private func reduction(_ fields: inout JSONFields) throws(HookError) -> Reduction {
        if let value = fields.take("count_above") {
            return .countAbove(try value.number(what: "'count_above'"))
        }
        if let value = fields.take("top_k") {
            let count = try HookNumbers.index(
                value.integer(what: "'top_k'"), what: "k of top_k")
            return .topK(count, by: try order(&fields))
        }
        if let value = fields.take("dot") { return .dot(try self.value(value, of: "dot")) }
        if let value = fields.take("logprob") {
            return .logProbability(try value.tokens(what: "'logprob'"))
        }
        if let value = fields.take("rank") { return .rank(try value.tokens(what: "'rank'")) }
        if let value = fields.take("kl") { return .klDivergence(try self.value(value, of: "kl")) }
        throw Self.unknownReduction(fields.keys.first ?? "{}")
    }

    /// `absolute` or `value_norm` beside `top_k`.
    private func order(_ fields: inout JSONFields) throws(HookError) -> TopOrder {
        let absolute = try fields.take("absolute")?.flag(what: "'absolute'") ?? false
        let valueNorm = try fields.take("value_norm")?.flag(what: "'value_norm'") ?? false
        return try TopOrder(absolute: absolute, valueNorm: valueNorm)
    }

    /// A string as in the text spelling, an integer, or an array of clauses.
    func positions(value: JSONValue?) throws(HookError) -> Positions {
        switch value {
        case nil: return .all
        case .number: return try positions(value: value.map { .array([$0]) })
        case .string(let text):
            var words = HookWordCursor(["at"] + (try HookWords.split(text.string).flatMap(\.words)))
            return try positions(&words)
        case let value?:
            let values = try value.list(
                what: "'at'", expected: #"a string such as "last", or an array of clauses"#)
            guard !values.isEmpty else {
                throw .selectsNothing(
                    what: "an empty array of positions", remedy: "leave 'at' out for all of them")
            }
            return Positions(try clauses(values))
        }
    }

    /// Reads an array of integers as one list, anything else clause by clause.
    private func clauses(_ values: [JSONValue]) throws(HookError) -> [Positions.Clause] {
        if case .number? = values.first { return [.list(try numbers(values))] }
        var clauses: [Positions.Clause] = []
        for value in values {
            switch value {
            case .string(let text): clauses.append(try Self.clause(text.string))
            default: clauses.append(try clause(value))
            }
        }
        return clauses
    }

    private func clause(_ value: JSONValue) throws(HookError) -> Positions.Clause {
        var fields = try JSONFields(
            value, place: "a clause of 'at'",
            expected: #"a string, or an object with 'list', 'window' or 'tokens'"#)
        let list = fields.take("list")
        let window = fields.take("window")
        let tokens = fields.take("tokens")
        try fields.finish()
        guard [list, window, tokens].count(where: { $0 != nil }) == 1 else {
            throw .syntax(
                found: value.compact, expected: "one of 'list', 'window' and 'tokens' in a clause")
        }
        if let tokens { return .tokens(try tokens.tokens(what: "'tokens'")) }
        if let list {
            return .list(
                try numbers(list.list(what: "'list'", expected: "an array of positions")))
        }
        return try self.window(window ?? .null)
    }

    private func window(_ value: JSONValue) throws(HookError) -> Positions.Clause {
        let ends = try value.list(what: "'window'", expected: "an array [from, to]")
        guard ends.count == 2 else {
            throw .badValue(
                what: "'window'", value: value.compact,
                expected: "[from, to], half-open; null as 'to' leaves the end open")
        }
        let to: Int? = ends[1].isNull ? nil : try numbers([ends[1]])[0]
        return .window(from: try numbers([ends[0]])[0], to: to)
    }

    private func numbers(_ values: [JSONValue]) throws(HookError) -> [Int] {
        var numbers: [Int] = []
        for value in values {
            numbers.append(try HookNumbers.position(value.integer(what: "a position")))
        }
        return numbers
    }
}
