import StrictJSON

extension HookPlan {
    /// The JSON spelling on one line.
    public var json: String { jsonValue.compact }

    var jsonValue: JSONValue {
        .object([
            "actions": .array(actions.map(\.jsonValue)),
            "captures": .array(captures.map(\.jsonValue)),
        ])
    }
}

extension HookAction {
    /// The JSON spelling on one line.
    public var json: String { jsonValue.compact }

    var jsonValue: JSONValue {
        var members = [JSONObject.Member("op", .text(operation.name))]
        members += operation.jsonMembers
        members.append(.init("target", target.jsonValue))
        if positions != .all { members.append(.init("at", positions.jsonValue)) }
        return .object(JSONObject(members))
    }
}

extension Capture {
    /// The JSON spelling on one line.
    public var json: String { jsonValue.compact }

    var jsonValue: JSONValue {
        var members = [JSONObject.Member("site", .text(selection.text))]
        if let reduction { members.append(.init("reduce", reduction.jsonValue)) }
        if format != .f32 { members.append(.init("format", .text(format.rawValue))) }
        if beforeActions { members.append(.init("pre", .bool(true))) }
        if positions != .all { members.append(.init("at", positions.jsonValue)) }
        return .object(JSONObject(members))
    }
}

extension Target {
    var jsonValue: JSONValue {
        .array(selections.map { .text($0.text) } + sets.map { .text($0.text) })
    }
}

extension Positions {
    var jsonValue: JSONValue { .array(clauses.map(\.jsonValue)) }
}

extension Positions.Clause {
    var jsonValue: JSONValue {
        switch self {
        case .all, .prompt, .generated, .last: .text(text)
        case .list(let list):
            .object(["list": .array(list.map { .integer($0) })])
        case .window(let from, let to):
            .object(["window": .array([.integer(from), to.map { .integer($0) } ?? .null])])
        case .tokens(let ids):
            .object(["tokens": .array(ids.map { .integer($0) })])
        }
    }
}

extension HookValue {
    var jsonValue: JSONValue {
        switch self {
        case .scalar(let value): .float(value)
        case .vector(let values): .array(values.map { .float($0) })
        case .object(let hash, let tensor):
            .object(["object": .text(hash.text), "tensor": .text(tensor)])
        }
    }
}

extension Operation {
    /// The members of the action's object that hold the operation's arguments.
    fileprivate var jsonMembers: [JSONObject.Member] {
        switch self {
        case .zero: []
        case .scale(let factor): [.init("factor", .float(factor))]
        case .set(let value), .add(let value): [.init("value", value.jsonValue)]
        case .clamp(let low, let high): [.init("low", .float(low)), .init("high", .float(high))]
        case .noise(let noise), .valueNoise(let noise):
            [
                .init("mean", .float(noise.mean)), .init("std", .float(noise.standardDeviation)),
                .init("seed", .integer(noise.seed)),
                .init("scale", .text(noise.scale.rawValue)),
            ]
        case .mean(let hash), .patch(let hash): [.init("object", .text(hash.text))]
        case .keepOnly(let layers): layers.map { [.init("in", .text($0.text))] } ?? []
        }
    }
}

extension Reduction {
    var jsonValue: JSONValue {
        switch self {
        case .mean, .meanAbs, .rms, .l2, .max, .sum, .norm, .entropy: .text(name)
        case .countAbove(let threshold): .object(["count_above": .float(threshold)])
        case .topK(let count, .value): .object(["top_k": .integer(count)])
        case .topK(let count, .magnitude):
            .object(["top_k": .integer(count), "absolute": .bool(true)])
        case .topK(let count, .valueNorm):
            .object(["top_k": .integer(count), "value_norm": .bool(true)])
        case .dot(let value), .klDivergence(let value):
            .object([JSONString(name): value.jsonValue])
        case .logProbability(let ids), .rank(let ids):
            .object([JSONString(name): .array(ids.map { .integer($0) })])
        }
    }
}
