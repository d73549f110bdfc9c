extension DifferentialStory {
    /// Sets of the methods, without further draws.
    private func comparedSets(_ selections: DifferentialSelections) -> [SelectedSet] {
        selections.sets.filter { set in
            switch set.method {
            case .random(let draw), .layerMatched(let draw): draw == 0
            default: true
            }
        }
    }

    /// How many neurons of each set a layer has.
    func layerTable(_ selections: DifferentialSelections) -> StudyTable {
        let sets = comparedSets(selections)
        let subjects = (domains?.domains ?? []).map(\.selection.neurons)
        var table = StudyTable(
            "layers", title: "Neurons in each layer",
            columns: [.integer("layer")] + sets.map { .integer($0.method.title) }
                + [.number("mean of the subjects' sets", digits: 1)])
        let counts = sets.map { NeuronSets.layerCounts($0.neurons, layers: model.layers) }
        let own = subjects.map { NeuronSets.layerCounts($0, layers: model.layers) }
        for layer in 0..<model.layers {
            let mean = Double(own.reduce(0) { $0 + $1[layer] }) / Double(max(1, own.count))
            table.add(
                .init(
                    [.integer(layer)] + counts.map { .integer($0[layer]) }
                        + [own.isEmpty ? .none : .number(mean)],
                    sources: [activationSource()]))
        }
        return table
    }

    /// The part of a layer's selected neurons that is among its most strongly firing ones.
    func overlapTable(_ selections: DifferentialSelections) -> StudyTable {
        let fractions = configuration.analysis.topFractions
        var table = StudyTable(
            "overlap", title: "Selected neurons among the most strongly firing, %",
            columns: [.integer("layer"), .integer("selected")]
                + fractions.map { .number("top \(percent($0))", digits: 1) },
            note: "|N ∩ Top(m⁺)| / |N| in each layer. A random set of neurons has the column's own "
                + "percentage.")
        let set = selections.cascade.neurons
        let counts = NeuronSets.layerCounts(set, layers: model.layers)
        let overlaps = fractions.map {
            NeuronSets.overlapWithTop($0, of: selections.contrast.positive, set: set)
        }
        for layer in 0..<model.layers {
            table.add(
                .init(
                    [.integer(layer), .integer(counts[layer])]
                        + overlaps.map { .init(percent: $0[layer]) },
                    sources: [activationSource()]))
        }
        return table
    }

    /// How much the methods' sets have in common.
    func jaccardTable(_ selections: DifferentialSelections) -> StudyTable {
        let sets = comparedSets(selections)
        var table = StudyTable(
            "jaccard", title: "Neurons in common, |A ∩ B| / |A ∪ B|",
            columns: [.text("method")] + sets.map { .number($0.method.title, digits: 3) })
        for set in sets {
            table.add(
                .init(
                    [.text(set.method.title)]
                        + sets.map { .init(NeuronSets.jaccard(set.neurons, $0.neurons)) },
                    sources: [activationSource()]))
        }
        return table
    }

    /// What the selected neurons with the highest ratios promote and demote.
    func projectionTables(_ selections: DifferentialSelections) -> [StudyTable] {
        projections.sorted { $0.key.rawValue < $1.key.rawValue }.map { convention, found in
            let formula = convention == .raw ? "E·v" : "E·(gain ⊙ v)"
            var table = StudyTable(
                "projections-\(convention.rawValue)",
                title: "Tokens of the selected neurons, \(formula)",
                columns: [
                    .text("neuron"), .number("r", digits: 3), .text("promoted"), .text("demoted"),
                    .number("‖v‖", digits: 3),
                ],
                note: "The first \(DifferentialLimits.shownTokens) tokens; the stored answers have "
                    + "\(configuration.projection.tokens). A neuron with a negative coefficient "
                    + "promotes what stands under demoted.")
            for (place, projection) in found.enumerated() {
                table.add(
                    .init(
                        [
                            .text(name(of: projection.neuron)),
                            .init(selections.contrast.ratios[projection.neuron]),
                            .text(words(projection.promoted)), .text(words(projection.demoted)),
                            .number(Double(projection.norm)),
                        ],
                        sources: [
                            StudySource("projections/\(convention.rawValue)", items: [place])
                        ]))
            }
            return table
        }
    }

    private func name(of neuron: Neuron) -> String {
        let first = configuration.projection.firstIndex
        return "L\(neuron.layer + first)N\(neuron.index + first)"
    }

    private func words(_ tokens: [Projection.Token]) -> String {
        tokens.prefix(DifferentialLimits.shownTokens).map {
            "\"" + $0.text.replacing("\n", with: "\\n") + "\""
        }.joined(separator: " ")
    }
}

extension DifferentialStory {
    /// The histogram of ratios, and the layers of the selected neurons.
    var figures: [StudyFigure] {
        guard let selections else { return [] }
        var figures: [StudyFigure] = []
        let bins = configuration.analysis.histogram
        if let same = sameQuality(correct: true, configuration.selection.reading) {
            figures.append(
                StudyFigure(
                    "ratios",
                    title: "Ratios of right against wrong, and of right against right chains",
                    text: TextFigures.histograms(
                        RatioHistogram(of: selections.contrast.definedRatios, bins: bins),
                        RatioHistogram(of: same.definedRatios, bins: bins),
                        titles: ("right/wrong", "right/right")),
                    sources: [activationSource()]))
        }
        if !selections.cascade.neurons.isEmpty {
            let counts = NeuronSets.layerCounts(selections.cascade.neurons, layers: model.layers)
            figures.append(
                StudyFigure(
                    "layers", title: "Selected neurons in each layer",
                    text: TextFigures.layers(counts), sources: [activationSource()]))
        }
        return figures
    }
}
