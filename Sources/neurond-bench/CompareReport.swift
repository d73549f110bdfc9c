import Foundation

/// What `compare` found out.
struct CompareReport: Report {
    let machine: Machine
    let engine: EngineSettings
    let repetitions: Int
    let model: ModelFacts
    let works: [WorkReport]

    var tables: [TextTable] {
        let names = works.first?.contenders.map(\.name) ?? []
        let columns =
            ["work"] + names.map { "\($0), tok/s" } + names.dropFirst().map { "over \($0)" }
        var table = TextTable(
            "\(URL(fileURLWithPath: model.path).lastPathComponent), \(machine.kernels), "
                + "\(engine.threads) threads", columns)
        table.rows = works.map { work in
            [work.work] + work.contenders.map { $0.tokensPerSecond?.short ?? "–" }
                + work.contenders.dropFirst().map { $0.oursOver?.short ?? "–" }
        }
        return [table]
    }
}

/// One work in every program, this package's first.
struct WorkReport: Encodable {
    let work: String
    let contenders: [ContenderReport]
}

/// One program's rate of one work.
struct ContenderReport: Encodable {
    let name: String
    /// Median; nil if the program was not asked.
    let tokensPerSecond: Double?
    /// Median of the ratios of our rate to this one's in the same repetition.
    let oursOver: Double?
    let samples: Samples

    init(_ name: String, _ samples: Samples, ours: Samples) {
        self.name = name
        self.samples = samples
        tokensPerSecond = samples.values.isEmpty ? nil : samples.median
        oursOver = samples.values.isEmpty ? nil : ours.medianRatio(to: samples)
    }
}
