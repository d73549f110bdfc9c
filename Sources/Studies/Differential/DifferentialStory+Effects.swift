extension DifferentialStory {
    /// For each intervention, accuracy by method and subject: the shape of the paper's table 1.
    func accuracyTables(_ effects: Effects) -> [StudyTable] {
        // Without a selection there is the model by itself.
        let blocks: [Effects.Block?] = effects.blocks.isEmpty ? [nil] : effects.blocks
        return blocks.map { block in
            var table = StudyTable(
                "accuracy" + (block.map { "-\($0.intervention.word)" } ?? ""),
                title: "Accuracy in %"
                    + (block.map { ", neurons \($0.intervention.phrase)" } ?? ""),
                columns: [.text("method")] + testSubjects.map { .number($0, digits: 2) }
                    + [.number("Avg.", digits: 2)],
                note: "Avg. is over all problems. Random rows are means over "
                    + "\(configuration.baselines.draws) draws." + unfit(effects.unhooked))
            table.add(accuracyRow("Greedy", MeanOutcome([effects.unhooked])))
            for row in block?.rows ?? [] {
                table.add(accuracyRow(row.method.title, row.mean))
            }
            return table
        }
    }

    /// What of the test does not fit the model's context, whatever the plan.
    private func unfit(_ outcome: Outcome) -> String {
        guard outcome.unfitPrompts + outcome.unfitSolutions > 0 else { return "" }
        return " Of \(data.test.problems.count) problems, \(outcome.unfitPrompts) do not fit the "
            + "model's context and count as wrong; \(outcome.unfitSolutions) solutions do not fit "
            + "it and are left out of log p. Both alike under every plan."
    }

    /// Subjects that the test has, in order of first occurrence.
    var testSubjects: [String] {
        data.subjects.filter { data.test.subjects.contains($0) }
    }

    private func accuracyRow(_ name: String, _ mean: MeanOutcome) -> StudyTable.Row {
        .init(
            [.text(name)] + testSubjects.map { .init(percent: accuracy(mean.points, of: $0)) }
                + [.init(percent: mean.accuracy)], sources: mean.sources)
    }

    /// The mean over the problems of a subject.
    func accuracy(_ points: [Double], of subject: String) -> Double? {
        let own = zip(points, data.test.subjects).filter { $0.1 == subject }.map(\.0)
        return own.isEmpty ? nil : own.reduce(0, +) / Double(own.count)
    }

    func effect(from before: MeanOutcome, to after: MeanOutcome) -> Effect {
        Effect(
            from: before, to: after, evaluation: configuration.evaluation,
            seed: configuration.seed)
    }

    /// Every method against the unhooked model, then the selected neurons against every method.
    func effectTables(_ effects: Effects) -> [StudyTable] {
        [effectTable(effects)] + (effects.blocks.isEmpty ? [] : [comparisonTable(effects)])
    }

    private static let differenceColumns: [StudyTable.Column] = [
        .number("Δ points", digits: 2), .number("from", digits: 2), .number("to", digits: 2),
        .integer("gained"), .integer("lost"), .number("McNemar p", digits: 4),
        .number("Δ log p", digits: 4), .number("from ", digits: 4), .number("to ", digits: 4),
    ]

    private var intervals: String {
        let evaluation = configuration.evaluation
        return "Intervals (from, to) hold the true mean with \(percent(evaluation.confidence)) "
            + "confidence, each on its own: bootstrap over problems, "
            + "\(evaluation.resamples) resamples. Gained and lost count problems that "
            + "become right and wrong; McNemar's test is exact. Log p is of a token of the "
            + "problems' own solutions, in nats."
    }

    private func effectTable(_ effects: Effects) -> StudyTable {
        var table = StudyTable(
            "effects", title: "Against the unhooked model",
            columns: [
                .text("intervention"), .text("method"), .integer("draws"),
                .number("accuracy, %", digits: 2), .number("low", digits: 2),
                .number("high", digits: 2),
            ] + Self.differenceColumns,
            note: intervals + " Low and high: Wilson's interval of the accuracy.")
        let unhooked = MeanOutcome([effects.unhooked])
        table.add(
            .init(
                [.text("none"), .text("Greedy")] + accuracyCells(unhooked)
                    + [StudyTable.Cell](repeating: .none, count: Self.differenceColumns.count),
                sources: unhooked.sources))
        for block in effects.blocks {
            for row in block.rows {
                table.add(
                    .init(
                        [.text(block.intervention.phrase), .text(row.method.title)]
                            + accuracyCells(row.mean)
                            + differenceCells(from: unhooked, to: row.mean),
                        sources: row.mean.sources + unhooked.sources))
            }
        }
        return table
    }

    private func accuracyCells(_ mean: MeanOutcome) -> [StudyTable.Cell] {
        var interval: ClosedRange<Double>?
        if let outcome = mean.outcomes.first, mean.outcomes.count == 1 {
            interval = Accuracy(
                correct: outcome.isCorrect.count { $0 }, count: outcome.isCorrect.count
            ).interval(confidence: configuration.evaluation.confidence)
        }
        return [
            .integer(mean.outcomes.count), .init(percent: mean.accuracy),
            .init(percent: interval?.lowerBound), .init(percent: interval?.upperBound),
        ]
    }

    /// Cells of ``differenceColumns``; McNemar's only between single outcomes.
    private func differenceCells(
        from before: MeanOutcome, to after: MeanOutcome
    ) -> [StudyTable.Cell] {
        let effect = effect(from: before, to: after)
        var test: McNemar?
        if let first = before.outcomes.first, let second = after.outcomes.first,
            before.outcomes.count == 1, after.outcomes.count == 1
        {
            test = McNemar(before: first.isCorrect, after: second.isCorrect)
        }
        return [
            .init(percent: effect.accuracy.mean),
            .init(percent: effect.accuracy.interval.lowerBound),
            .init(percent: effect.accuracy.interval.upperBound),
            test.map { .integer($0.gained) } ?? .none, test.map { .integer($0.lost) } ?? .none,
            .init(test?.exact), .init(effect.solution?.mean),
            .init(effect.solution?.interval.lowerBound),
            .init(effect.solution?.interval.upperBound),
        ]
    }

    private func comparisonTable(_ effects: Effects) -> StudyTable {
        var table = StudyTable(
            "comparisons", title: "The selected neurons against other sets of the same size",
            columns: [.text("intervention"), .text("against")] + Self.differenceColumns,
            note: "Δ is the selected neurons' outcome minus the other's, problem by problem. "
                + intervals)
        for block in effects.blocks {
            guard let selected = block.selected else { continue }
            for row in block.rows where row.method != .differential {
                table.add(
                    .init(
                        [.text(block.intervention.phrase), .text(row.method.title)]
                            + differenceCells(from: row.mean, to: selected.mean),
                        sources: selected.mean.sources + row.mean.sources))
            }
        }
        return table
    }
}
