/// Everything that a run of the differential study found, on the way to tables and words.
struct DifferentialStory: Sendable {
    let model: ModelIdentity
    let configuration: DifferentialConfiguration
    let data: DifferentialData
    let chains: ContrastiveChains
    let partition: ChainPartition
    var selections: DifferentialSelections?
    var projections: [ProjectionConvention: [Projection]] = [:]
    var effects: Effects?
    var sweeps: Sweeps?
    var domains: DomainSets?
    var unrelated: UnrelatedTasks?

    var results: StudyResults {
        var results = StudyResults()
        results.tables = tables
        results.figures = figures
        results.neuronSets = neuronSets
        results.tensors = tensors
        results.report = report
        return results
    }

    /// In the order of the report.
    var tables: [StudyTable] {
        var tables = [chainTable]
        if let selections {
            tables += [
                readingTable, selectionTable(selections), noiseTable, crossFitTable,
                layerTable(selections), overlapTable(selections), jaccardTable(selections),
            ]
            tables += projectionTables(selections)
        }
        if let effects { tables += accuracyTables(effects) + effectTables(effects) }
        if let sweeps, let effects { tables += sweepTables(sweeps, effects) }
        if let domains, let effects { tables += domainTables(domains, effects) }
        if let unrelated, !unrelated.tasks.isEmpty { tables.append(unrelatedTable(unrelated)) }
        return [findingTable] + tables
    }

    private var neuronSets: [StudyNeuronSet] {
        guard let selections else { return [] }
        let methods = selections.sets.map {
            StudyNeuronSet(
                $0.method.word, neurons: $0.neurons, of: model,
                origin: "differential study: \($0.origin)")
        }
        let own = (domains?.domains ?? []).enumerated().filter { !$0.element.specific.isEmpty }
        return methods
            + own.map { place, domain in
                StudyNeuronSet(
                    "domain-\(place)", neurons: domain.specific, of: model,
                    origin: "differential study: selected for \(domain.subject) and no other")
            }
    }

    private var tensors: [StudyTensor] {
        guard let contrast = selections?.contrast else { return [] }
        return [
            StudyTensor("right", contrast.positive), StudyTensor("wrong", contrast.negative),
            StudyTensor("ratio", contrast.ratios.mapped { $0 ?? .nan }),
        ]
    }
}

extension DifferentialStory {
    /// Contrasts of one reading, all guarded alike.
    func contrast(
        _ reading: ActivationReading, where isWanted: (ChainCell) -> Bool = { _ in true }
    ) -> ActivationContrast? {
        partition.contrast(
            reading, guardFraction: configuration.selection.guardFraction, where: isWanted)
    }

    func sameQuality(correct: Bool, _ reading: ActivationReading) -> ActivationContrast? {
        partition.sameQuality(
            correct: correct, reading, guardFraction: configuration.selection.guardFraction)
    }

    func acrossHalves(correctHalf: Int, _ reading: ActivationReading) -> ActivationContrast? {
        partition.acrossHalves(
            correctHalf: correctHalf, reading,
            guardFraction: configuration.selection.guardFraction)
    }

    /// The sums of all kinds of chains that are wanted, by their places in the call.
    func activationSource(where isWanted: (ChainCell) -> Bool = { _ in true }) -> StudySource {
        let labels = Set(chains.placed.map(\.cell.label)).sorted()
        let wanted = Set(chains.placed.map(\.cell).filter(isWanted).map(\.label))
        return StudySource(
            DifferentialStudy.activationsLabel,
            items: labels.indices.filter { wanted.contains(labels[$0]) })
    }

    /// How well neurons that one half of the problems selects do in the other.
    var crossFit: CrossFit? {
        let reading = configuration.selection.reading
        guard let first = contrast(reading, where: { $0.half == 0 }),
            let second = contrast(reading, where: { $0.half == 1 })
        else { return nil }
        return CrossFit(first.ratios, second.ratios, rule: configuration.selection.rule)
    }
}

extension StudyTable.Cell {
    init(_ value: Double?) { self = value.map { .number($0) } ?? .none }

    /// A fraction in percent.
    init(percent value: Double?) { self.init(value.map { $0 * 100 }) }
}
