/// A text in Prometheus' exposition format, put together family by family.
public struct Exposition: Sendable {
    /// One series of a family.
    public struct Sample: Sendable {
        /// Names and values of its labels.
        public let labels: [(name: String, value: String)]
        /// Its number.
        public let value: Double

        /// A series with labels in the order in which they are written.
        public init(_ value: Double, _ labels: (name: String, value: String)...) {
            self.init(value, labels)
        }

        /// A series with a list of labels.
        public init(_ value: Double, _ labels: [(name: String, value: String)]) {
            self.labels = labels
            self.value = value
        }
    }

    /// The text so far.
    public private(set) var text = ""

    /// An empty text.
    public init() {}

    /// Adds numbers that only grow; their name ends in `_total`.
    public mutating func counter(_ name: String, _ help: String, _ samples: [Sample]) {
        precondition(name.hasSuffix("_total"), "\(name) counts and does not say so")
        family(name, "counter", help)
        for sample in samples { line(name, sample.labels, sample.value) }
    }

    /// Adds numbers that go up and down.
    public mutating func gauge(_ name: String, _ help: String, _ samples: [Sample]) {
        family(name, "gauge", help)
        for sample in samples { line(name, sample.labels, sample.value) }
    }

    /// Adds a histogram, its buckets cumulated as the format wants them.
    public mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram) {
        family(name, "histogram", help)
        var below: UInt64 = 0
        for (index, count) in histogram.counts.enumerated() {
            below += count
            let bound =
                index < histogram.bounds.count ? Self.number(histogram.bounds[index]) : "+Inf"
            line(name + "_bucket", [("le", bound)], Double(below))
        }
        line(name + "_sum", [], histogram.sum)
        line(name + "_count", [], Double(below))
    }

    private mutating func family(_ name: String, _ type: String, _ help: String) {
        let name = Metrics.prefix + name
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(type)\n"
    }

    private mutating func line(
        _ name: String, _ labels: [(name: String, value: String)], _ value: Double
    ) {
        let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
        let list = pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
        text += "\(Metrics.prefix)\(name)\(list) \(Self.number(value))\n"
    }

    /// Whole numbers without a point, as people write them.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.append(character)
            }
        }
    }
}
