import Studies

/// What one case came to.
struct EvaluationOutcome: Sendable {
    let item: Problem
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

/// What the mean of a group's values is.
enum EvaluationMeasure: String, CaseIterable {
    /// Share of judged continuations that are right.
    case accuracy
    /// Mean probability of the answer among the choices.
    case probability
    /// Mean log-probability of the answer's tokens, in nats.
    case logProbability = "log_probability"

    init(_ rule: AnswerRule) {
        switch rule {
        case .choice: self = .probability
        case .likelihood: self = .logProbability
        default: self = .accuracy
        }
    }
}

/// Cases that share tags and measure, added up.
struct EvaluationGroup {
    let tags: [(key: String, value: String)]
    let measure: EvaluationMeasure
    private(set) var count = 0
    private var sum = 0.0

    init(tags: [(key: String, value: String)], measure: EvaluationMeasure) {
        self.tags = tags
        self.measure = measure
    }

    mutating func add(_ outcome: EvaluationOutcome) {
        count += 1
        sum += outcome.value
    }

    /// Accuracy or mean probability (0 to 1), or mean log-probability in nats.
    var mean: Double { count == 0 ? 0 : sum / Double(count) }

    /// One row of the table.
    var line: String {
        let labels = tags.map { "\($0.key)=\($0.value)" }
        let name = tags.isEmpty ? "all" : labels.joined(separator: " ")
        let value =
            switch measure {
            case .accuracy: Self.rounded(100 * mean, 1) + " % right"
            case .probability: Self.rounded(100 * mean, 1) + " % probability"
            case .logProbability: Self.rounded(mean, 4) + " nats"
            }
        let pad = String(repeating: " ", count: max(1, 44 - name.count))
        return "  \(name)\(pad)\(count)\t\(value)"
    }

    var json: JSON {
        [
            "tags": .object(tags.map { ($0.key, .string($0.value)) }),
            "cases": .integer(Int64(count)), "measure": .string(measure.rawValue),
            "mean": .number(mean),
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

    /// One group for each combination of values and measure, in order of first occurrence; cases
    /// without one of the tags are left out.
    private static func group(
        _ outcomes: [EvaluationOutcome], by keys: [String]
    ) -> [EvaluationGroup] {
        var places: [[String]: Int] = [:]
        var groups: [EvaluationGroup] = []
        for outcome in outcomes {
            let values = keys.compactMap { outcome.item.tags[$0] }
            guard values.count == keys.count else { continue }
            let measure = EvaluationMeasure(outcome.item.rule)
            let place = places[values + [measure.rawValue]] ?? groups.count
            if place == groups.count {
                places[values + [measure.rawValue]] = place
                let tags = Array(zip(keys, values)).map { ($0, $1) }
                groups.append(EvaluationGroup(tags: tags, measure: measure))
            }
            groups[place].add(outcome)
        }
        return groups
    }
}
