extension DifferentialStory {
    /// All four readings side by side: what depends on length shows here.
    var readingTable: StudyTable {
        var table = StudyTable(
            "readings", title: "Ratios r = m⁺/m⁻ in each reading",
            columns: [
                .text("reading"), .number("median r", digits: 3), .number("peak", digits: 3),
                .number("median, matched lengths", digits: 3),
                .number("median, right/right", digits: 3),
                .number("median, wrong/wrong", digits: 3), .integer("without r"),
                .integer("beyond θ"), .integer("selected"),
                .integer("selected, matched lengths"), .number("Jaccard with main", digits: 3),
            ],
            note: "Readings: A mean |a|, B root mean square, C L2 norm over N, D L2 norm. C and D "
                + "depend on the length of a chain. right/right and wrong/wrong compare the two "
                + "halves of chains of one quality.")
        for reading in ActivationReading.allCases { table.add(readingRow(reading)) }
        return table
    }

    private func readingRow(_ reading: ActivationReading) -> StudyTable.Row {
        let rule = configuration.selection.rule
        let whole = contrast(reading)
        let matched = contrast(reading) { $0.isMatched }
        func median(_ contrast: ActivationContrast?) -> StudyTable.Cell {
            .init(contrast.map { Studies.median($0.definedRatios) })
        }
        func selected(_ contrast: ActivationContrast?) -> [Neuron] {
            contrast.map { CascadeSelection(from: $0.ratios, rule: rule).neurons } ?? []
        }
        let histogram = whole.map {
            RatioHistogram(of: $0.definedRatios, bins: configuration.analysis.histogram)
        }
        let beyond = whole.map {
            CascadeSelection(from: $0.ratios, rule: rule).beyondThreshold
        }
        let own = selected(whole)
        let main = selections?.cascade.neurons ?? []
        return .init(
            [
                .text("\(reading.letter) \(reading.rawValue)"), median(whole),
                .init(histogram?.peak), median(matched),
                median(sameQuality(correct: true, reading)),
                median(sameQuality(correct: false, reading)),
                .integer(whole?.skipped.count ?? 0), .integer(beyond ?? 0),
                .integer(own.count), .integer(selected(matched).count),
                .init(NeuronSets.jaccard(own, main)),
            ], sources: [activationSource()])
    }

    /// Each variant of the selection, at both ends, and which filter binds.
    func selectionTable(_ selections: DifferentialSelections) -> StudyTable {
        var table = StudyTable(
            "selection",
            title: "Selection by ratio, reading \(configuration.selection.reading.rawValue)",
            columns: [
                .text("scope"), .text("end"), .integer("candidates"), .integer("in fraction"),
                .integer("beyond θ"), .integer("selected"), .number("last in fraction", digits: 4),
                .text("binding filter"),
            ], note: selectionNote(selections))
        for scope in CascadeRule.Scope.allCases {
            for (end, name) in [(CascadeSelection.End.highest, "r > θ"), (.lowest, "r < 1/θ")] {
                var rule = configuration.selection.rule
                rule.scope = scope
                let found = CascadeSelection(
                    from: selections.contrast.ratios, rule: rule, end: end)
                table.add(
                    .init(
                        [
                            .text(scope.rawValue), .text(name), .integer(found.candidates),
                            .integer(found.inFraction), .integer(found.beyondThreshold),
                            .integer(found.neurons.count), .init(found.cutoff),
                            .text(found.binding.rawValue),
                        ], sources: [activationSource()]))
            }
        }
        return table
    }

    private func selectionNote(_ selections: DifferentialSelections) -> String {
        let rule = configuration.selection.rule
        let skipped = selections.contrast.skipped
        let names = skipped.prefix(12).map(\.description).joined(separator: " ")
        let more = skipped.count > 12 ? " …" : ""
        let silent =
            skipped.isEmpty
            ? "Every neuron has a ratio."
            : "\(skipped.count) neurons have no ratio, since m⁻ is next to 0: \(names)\(more)."
        let filled =
            selections.mathNeuro.map {
                " MathNeuro: depth \($0.depth), \($0.filled) neurons filled by difference."
            } ?? ""
        return
            "The study uses scope \(rule.scope.rawValue), the highest "
            + "\(percent(rule.fraction)), θ = \(rule.threshold). " + silent + filled
    }

    /// Selections from half of the chains, of differing and of equal quality, like for like.
    var noiseTable: StudyTable {
        var table = StudyTable(
            "noise", title: "What the same rule selects by chance",
            columns: [
                .text("compared"), .integer("chains"), .integer("against"),
                .number("median r", digits: 3), .integer("beyond θ"), .integer("selected"),
            ],
            note: "Each comparison is between halves with no problem in common. What chains of "
                + "equal quality select is noise.")
        let reading = configuration.selection.reading
        let rows: [(String, ActivationContrast?, [(Bool, Int)])] = [
            (
                "right, half 0 / wrong, half 1", acrossHalves(correctHalf: 0, reading),
                [(true, 0), (false, 1)]
            ),
            (
                "right, half 1 / wrong, half 0", acrossHalves(correctHalf: 1, reading),
                [(true, 1), (false, 0)]
            ),
            (
                "right, half 0 / right, half 1", sameQuality(correct: true, reading),
                [(true, 0), (true, 1)]
            ),
            (
                "wrong, half 0 / wrong, half 1", sameQuality(correct: false, reading),
                [(false, 0), (false, 1)]
            ),
        ]
        for (name, contrast, kinds) in rows {
            let found = contrast.map {
                CascadeSelection(from: $0.ratios, rule: configuration.selection.rule)
            }
            let counts = kinds.map { kind in
                chains.placed.count { $0.cell.isCorrect == kind.0 && $0.cell.half == kind.1 }
            }
            table.add(
                .init(
                    [
                        .text(name), .integer(counts[0]), .integer(counts[1]),
                        .init(contrast.map { median($0.definedRatios) }),
                        .integer(found?.beyondThreshold ?? 0),
                        .integer(found?.neurons.count ?? 0),
                    ],
                    sources: [
                        activationSource { cell in
                            kinds.contains { $0.0 == cell.isCorrect && $0.1 == cell.half }
                        }
                    ]))
        }
        return table
    }

    /// Half of the problems selects, the other half shows what remains.
    var crossFitTable: StudyTable {
        var table = StudyTable(
            "cross-fit", title: "What one half selects, seen in the other",
            columns: [.text("quantity"), .number("value", digits: 3)],
            note: "Halves have no problem in common. Noise gives a correlation of 0, as many "
                + "shared as chance, and half of the held-out ratios above the median.")
        guard let found = crossFit else { return table }
        let above = found.heldOutAbove
        let rows: [(String, Double?)] = [
            ("Spearman's correlation of ratios", found.correlation),
            ("selected by half 0", Double(found.selectedByFirst)),
            ("selected by half 1", Double(found.selectedBySecond)),
            ("selected by both", Double(found.shared)),
            ("selected by both, by chance", found.expectedShared),
            ("median ratio in the own half", found.ownMedian),
            ("median ratio in the other half", found.heldOutMedian),
            ("above the other half's median, %", above.count == 0 ? nil : above.value * 100),
        ]
        for (name, value) in rows {
            table.add(.init([.text(name), .init(value)], sources: [activationSource()]))
        }
        return table
    }
}
