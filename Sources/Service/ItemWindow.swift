/// How many items of one request are in the engine, or wait to be answered, at once.
///
/// Items begin and are answered in order, so one that takes long holds the answers of those behind
/// it. The first few begin whatever they take; further ones only as far as bytes allow.
struct ItemWindow {
    /// Items that run at once.
    let running: Int
    /// Items that have begun and are not answered.
    let unanswered: Int
    /// Attention state of the running items, where they are more than a few.
    let keyValueBytes: Int
    /// Captured values of the unanswered items, where they are more than a few.
    let captureBytes: Int

    private static let few = ServiceLimits.itemsInFlight

    /// For passes, which fill steps with a few at once.
    static let passes = ItemWindow(
        running: few, unanswered: few, keyValueBytes: .max, captureBytes: .max)

    /// For generations, each of which brings one row to a step.
    static func generations(keyValueCapacity: Int) -> ItemWindow {
        ItemWindow(
            running: ServiceLimits.generationsInFlight,
            unanswered: ServiceLimits.generationsUnanswered,
            keyValueBytes: keyValueCapacity / ServiceLimits.generationsShare,
            captureBytes: ServiceLimits.generationsCaptureBytes)
    }

    /// What an item takes.
    struct Cost {
        let keyValueBytes: Int
        let captureBytes: Int
    }

    /// Whether the next item may begin beside those that run and those that wait for an answer.
    func admits(_ next: Cost, running others: [Cost], unanswered open: [Cost]) -> Bool {
        func fits(_ bytes: KeyPath<Cost, Int>, _ costs: [Cost], _ limit: Int) -> Bool {
            let sum = costs.reduce(next[keyPath: bytes]) { $0 + $1[keyPath: bytes] }
            return costs.count < Self.few || sum <= limit
        }
        return others.count < running && open.count < unanswered
            && fits(\.keyValueBytes, others, keyValueBytes)
            && fits(\.captureBytes, open, captureBytes)
    }

    /// The most that these items, in order, have of attention state at once.
    func largestKeyValueBytes(of counts: [Int]) -> Int {
        if running == unanswered { return Self.largest(counts, inARow: running) }
        // Any of those that have begun may be the ones that still run.
        let descending = counts.sorted(by: >)
        let many = descending.prefix(running).reduce(0, +)
        return min(many, max(descending.prefix(Self.few).reduce(0, +), keyValueBytes))
    }

    /// The most that these items, in order, have of captured values at once.
    func largestCaptureBytes(of counts: [Int]) -> Int {
        let many = Self.largest(counts, inARow: unanswered)
        return min(many, max(Self.largest(counts, inARow: Self.few), captureBytes))
    }

    /// The largest sum of so many that follow each other.
    private static func largest(_ counts: [Int], inARow length: Int) -> Int {
        var (sum, largest) = (0, 0)
        for (index, count) in counts.enumerated() {
            sum += count
            if index >= length { sum -= counts[index - length] }
            largest = max(largest, sum)
        }
        return largest
    }
}
