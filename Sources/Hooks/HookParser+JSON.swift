import StrictJSON

extension HookParser {
    /// Reads the JSON spelling of a plan: `{"actions": […], "captures": […]}`.
    ///
    /// - Throws: `HookError`, with the action or capture by index.
    public mutating func plan(json: String) throws(HookError) -> HookPlan {
        try plan(value: JSONValue(hook: json))
    }

    mutating func plan(value: JSONValue) throws(HookError) -> HookPlan {
        var fields = try JSONFields(
            value, place: "a plan", expected: #"an object {"actions": […], "captures": […]}"#)
        let actions = fields.take("actions") ?? .array([])
        let captures = fields.take("captures") ?? .array([])
        try fields.finish()
        var plan = HookPlan()
        for (index, value) in try actions.list(
            what: "'actions'", expected: "an array of actions"
        ).enumerated() {
            do throws(HookError) {
                plan.actions.append(try action(value: value))
            } catch { throw .within("action \(index)", error) }
        }
        for (index, value) in try captures.list(
            what: "'captures'", expected: "an array of captures"
        ).enumerated() {
            do throws(HookError) {
                plan.captures.append(try capture(value: value))
            } catch { throw .within("capture \(index)", error) }
        }
        try plan.validate()
        return plan
    }

    mutating func action(value: JSONValue) throws(HookError) -> HookAction {
        var fields = try JSONFields(
            value, place: "an action",
            expected: #"an object such as {"op": "zero", "target": …}"#)
        let name = try Self.actionName(fields.require("op").string(what: "'op'"))
        let operation = try operation(name, &fields)
        let target = try target(value: fields.require("target"))
        let positions = try positions(value: fields.take("at"))
        try fields.finish()
        return HookAction(operation, target, positions: positions)
    }

    private func operation(
        _ name: String, _ fields: inout JSONFields
    ) throws(HookError) -> Operation {
        switch name {
        case "zero": return .zero
        case "scale": return .scale(try fields.require("factor").number(what: "'factor'"))
        case "set": return .set(try self.value(fields.require("value"), of: "set"))
        case "add": return .add(try self.value(fields.require("value"), of: "add"))
        case "clamp":
            let low = try fields.require("low").number(what: "'low'")
            return .clamp(low: low, high: try fields.require("high").number(what: "'high'"))
        case "noise": return .noise(try noise(&fields))
        case "value-noise": return .valueNoise(try noise(&fields))
        case "mean":
            let name = try fields.require("object").string(what: "'object'")
            return .mean(try object(name, .meanTable))
        case "patch":
            let name = try fields.require("object").string(what: "'object'")
            return .patch(try object(name, .activation))
        default:
            guard let layers = fields.take("in") else { return .keepOnly(layers: nil) }
            return .keepOnly(layers: try self.layers(try Self.indexText(layers, "layer")))
        }
    }

    private func noise(_ fields: inout JSONFields) throws(HookError) -> NoiseShape {
        let mean = try fields.require("mean").number(what: "'mean'")
        let deviation = try fields.require("std").number(what: "'std'")
        let seed = try HookNumbers.seed(fields.require("seed").integer(what: "'seed'"))
        var scale = NoiseScale.absolute
        if let value = fields.take("scale") {
            let word = try value.string(what: "'scale'")
            guard let named = NoiseScale(rawValue: word) else {
                throw .badValue(what: "'scale'", value: word, expected: "absolute or relative")
            }
            scale = named
        }
        return NoiseShape(mean: mean, standardDeviation: deviation, seed: seed, scale: scale)
    }

    /// A number, an array, `{"object": …, "tensor": …}`, or a string as in the text spelling.
    func value(_ value: JSONValue, of place: String) throws(HookError) -> HookValue {
        switch value {
        case .number: return .scalar(try value.number(what: "the value of \(place)"))
        case .array(let values):
            var vector: [Float] = []
            for value in values { vector.append(try value.number(what: "a value of \(place)")) }
            return .vector(vector)
        case .string(let text): return try self.value(text.string, of: place)
        default:
            var fields = try JSONFields(
                value, place: "the value of \(place)",
                expected: "a number, an array of numbers, or an object with 'object' and 'tensor'")
            let name = try fields.require("object").string(what: "'object'")
            let tensor = try fields.require("tensor").string(what: "'tensor'")
            try fields.finish()
            return .object(try object(name, .tensor(tensor)), tensor: tensor)
        }
    }
}

extension HookParser {
    /// A string of words, or an array of strings and `{"site": …}` objects.
    mutating func target(value: JSONValue) throws(HookError) -> Target {
        if case .string(let text) = value {
            var words = HookWordCursor(try HookWords.split(text.string).flatMap(\.words))
            return try target(&words, until: [])
        }
        var target = Target(selections: [])
        for part in try value.list(
            what: "'target'", expected: #"a string or an array such as ["L21N7027", "L17H22"]"#)
        {
            guard case .string(let text) = part else {
                target.selections.append(try selection(value: part))
                continue
            }
            var words = HookWordCursor(try HookWords.split(text.string).flatMap(\.words))
            let word = try words.require("a selection or a set")
            try add(Self.joiningSide(word, &words), to: &target)
            if let rest = words.next {
                throw .syntax(found: rest, expected: "one selection or set for each string")
            }
        }
        return target
    }

    /// `"L3N*"` or `{"site": "mlp.act", "layers": …, "units": …}`.
    mutating func selection(value: JSONValue) throws(HookError) -> Selection {
        if case .string(let text) = value {
            var words = HookWordCursor(try HookWords.split(text.string).flatMap(\.words))
            let word = try words.require("a site such as resid_post.5")
            let selection = try selection(Self.joiningSide(word, &words))
            if let rest = words.next {
                throw .syntax(found: rest, expected: "one selection in this string")
            }
            return selection
        }
        var fields = try JSONFields(
            value, place: "a selection",
            expected: #"a string such as "L3N*" or an object with 'site', 'layers', 'units'"#)
        let site = try fields.require("site").string(what: "'site'")
        let layers = fields.take("layers")
        let units = fields.take("units")
        try fields.finish()
        var selection = try selection(site)
        if let layers {
            guard selection.site.isLayered, selection.layers == .all else {
                throw .syntax(
                    found: layers.compact, expected: "no 'layers' beside \(quoted(site))")
            }
            selection.layers = try IndexSelector(
                text: Self.indexText(layers, "layer"), what: "layer",
                limit: HookLimits.largestLayer)
        }
        if let units {
            guard selection.units == .all else {
                throw .syntax(found: units.compact, expected: "no 'units' beside \(quoted(site))")
            }
            let unit = selection.site.unit.rawValue
            selection.units = try IndexSelector(text: Self.indexText(units, unit), what: unit)
        }
        return selection
    }

    /// Indices as text: a number, a string of ranges, or an array of both.
    private static func indexText(_ value: JSONValue, _ what: String) throws(HookError) -> String {
        switch value {
        case .number(let number): return number.spelling
        case .string(let text): return text.string
        case .array(let values):
            var parts: [String] = []
            for value in values { parts.append(try indexText(value, what)) }
            guard !parts.isEmpty else {
                throw .selectsNothing(
                    what: "an empty array of \(what)s", remedy: "name at least one \(what)")
            }
            return parts.joined(separator: ",")
        default:
            throw .badValue(
                what: "\(what)s", value: value.compact,
                expected: #"an integer, a string such as "1,5,10-20", or an array of these"#)
        }
    }
}
