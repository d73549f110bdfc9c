import StrictJSON

// The file format: one JSON object,
//   {"format": "neurond-neurons-1", "model": "<digest>", "origin": "…",
//    "units": ["L3N1,5,10-20", "L17H22"]}
// `model` and `origin` may be absent. `units` are spelled as in hooks, with explicit layers and
// units: a set means the same whatever model it is read for.

extension NeuronSet {
    /// The value of `format`.
    public static let fileFormat = "neurond-neurons-1"

    /// Reads a file's text.
    ///
    /// - Throws: `HookError` for anything that is not such a file, an empty set included.
    public init(json: String) throws(HookError) {
        do throws(HookError) {
            try self.init(value: JSONValue(hook: json))
        } catch { throw .within("neuron set", error) }
    }

    /// Reads a file's bytes.
    public init(bytes: [UInt8]) throws(HookError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .within("neuron set", .encoding(what: "the file", reason: "it is not UTF-8"))
        }
        try self.init(json: text)
    }

    private init(value: JSONValue) throws(HookError) {
        var fields = try JSONFields(
            value, place: "a neuron set", expected: "an object with 'format' and 'units'")
        let format = try fields.require("format").string(what: "'format'")
        guard format == Self.fileFormat else {
            throw .badValue(what: "'format'", value: format, expected: Self.fileFormat)
        }
        self.init(
            modelDigest: try fields.take("model")?.string(what: "'model'"),
            origin: try fields.take("origin")?.string(what: "'origin'"))
        let units = try fields.require("units").list(
            what: "'units'", expected: #"an array such as ["L3N1,5", "L17H22"]"#)
        try fields.finish()
        for unit in units { try add(unit.string(what: "a unit")) }
        guard unitCount > 0 else {
            throw .selectsNothing(what: "'units'", remedy: "a set holds at least one unit")
        }
    }

    /// Adds units spelled `L3N1,5` or `L17H22`.
    private mutating func add(_ word: String) throws(HookError) {
        guard let selection = try HookParser.unitForm(word) else {
            throw .syntax(
                found: word, expected: "a neuron L3N7 or a head L17H22, or ranges of them")
        }
        guard case .ranges(let layers) = selection.layers,
            case .ranges(let units) = selection.units
        else {
            throw .badValue(
                what: "a unit of a set", value: word,
                expected: "explicit layers and units: * depends on the model")
        }
        for layer in layers.indices {
            if selection.site == .mlpAct {
                neurons[layer] = neurons[layer]?.union(units) ?? units
            } else {
                heads[layer] = heads[layer]?.union(units) ?? units
            }
        }
    }
}

extension NeuronSet {
    /// Neurons and heads in the set.
    public var unitCount: Int {
        neurons.values.reduce(0) { $0 + $1.count } + heads.values.reduce(0) { $0 + $1.count }
    }

    /// The file's text, the same for equal sets: members in the order above, neurons by layer,
    /// then heads by layer, one line, ended by a line feed.
    public var json: String {
        var members = [JSONObject.Member("format", .text(Self.fileFormat))]
        if let modelDigest { members.append(.init("model", .text(modelDigest))) }
        if let origin { members.append(.init("origin", .text(origin))) }
        var units: [JSONValue] = []
        for (letter, layers) in [("N", neurons), ("H", heads)] {
            for (layer, ranges) in layers.sorted(by: { $0.key < $1.key }) where !ranges.isEmpty {
                units.append(.text("L\(layer)\(letter)\(ranges.text)"))
            }
        }
        members.append(.init("units", .array(units)))
        return JSONValue.object(JSONObject(members)).compact + "\n"
    }

    /// SHA-256 of the file's bytes as `json` writes them: the name under which the daemon keeps
    /// the set.
    public var contentHash: ContentHash { ContentHash(hashing: Array(json.utf8)) }
}
