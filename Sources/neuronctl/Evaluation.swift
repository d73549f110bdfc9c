/// What one case came to.
struct EvaluationOutcome: Sendable {
    let item: EvaluationCase
    /// 1 or 0 for a judged continuation, a probability for choices, nats for a likelihood.
    let value: Double
    /// The continuation that was judged.
    let text: String?

    var json: JSON {
        [
            "id": .string(item.id), "answer": .string(item.answer), "text": .string(text ?? ""),
        ]
    }
}

/// Cases that share tags, added up.
struct EvaluationGroup {
    let tags: [(key: String, value: String)]
    private(set) var count = 0
    private var sum = 0.0
    private(set) var isLikelihood = false

    init(tags: [(key: String, value: String)]) { self.tags = tags }

    mutating func add(_ outcome: EvaluationOutcome) {
        count += 1
        sum += outcome.value
        isLikelihood = outcome.item.score == .likelihood
    }

    /// Accuracy or mean probability (0 to 1), or mean log-probability in nats.
    var mean: Double { count == 0 ? 0 : sum / Double(count) }

    /// One row of the table.
    var line: String {
        let labels = tags.map { "\($0.key)=\($0.value)" }
        let name = tags.isEmpty ? "all" : labels.joined(separator: " ")
        let value =
            isLikelihood
            ? Self.rounded(mean, 4) + " nats" : Self.rounded(100 * mean, 1) + " %"
        let pad = String(repeating: " ", count: max(1, 44 - name.count))
        return "  \(name)\(pad)\(count)\t\(value)"
    }

    var json: JSON {
        [
            "tags": .object(tags.map { ($0.key, .string($0.value)) }),
            "cases": .integer(Int64(count)),
            isLikelihood ? "mean_log_probability" : "accuracy": .number(mean),
        ]
    }

    private static func rounded(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = Int64((value.magnitude * scale).rounded())
        let whole = "\(scaled / Int64(scale))"
        let fraction = "\(scaled % Int64(scale))"
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return (value < 0 && scaled > 0 ? "-" : "") + whole + "." + zeros + fraction
    }
}

/// Groups outcomes: by the named tags together, or by each tag on its own.
enum EvaluationTable {
    static func groups(_ outcomes: [EvaluationOutcome], by keys: [String]) -> [EvaluationGroup] {
        let selections =
            keys.isEmpty
            ? Set(outcomes.flatMap { $0.item.tags.keys }).sorted().map { [$0] } : [keys]
        return [group(outcomes, by: [])].flatMap { $0 }
            + selections.flatMap { group(outcomes, by: $0) }
    }

    /// One group for each combination of values, in order of first occurrence; cases without one
    /// of the tags are left out.
    private static func group(
        _ outcomes: [EvaluationOutcome], by keys: [String]
    ) -> [EvaluationGroup] {
        var places: [[String]: Int] = [:]
        var groups: [EvaluationGroup] = []
        for outcome in outcomes {
            let values = keys.compactMap { outcome.item.tags[$0] }
            guard values.count == keys.count else { continue }
            let place = places[values] ?? groups.count
            if place == groups.count {
                places[values] = place
                groups.append(EvaluationGroup(tags: Array(zip(keys, values)).map { ($0, $1) }))
            }
            groups[place].add(outcome)
        }
        return groups
    }
}
