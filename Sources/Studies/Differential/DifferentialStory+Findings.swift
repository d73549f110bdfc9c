extension DifferentialStory {
    /// What held and what did not, each verdict a function of an interval.
    var findings: [Finding] {
        guard let selections else {
            return [
                Finding(
                    claim: "Chains of both kinds were sampled", verdict: .unmeasured,
                    evidence: "no problem has a right and a wrong chain that pass the filters",
                    sources: [StudySource(DifferentialStudy.samplesLabel)])
            ]
        }
        guard !selections.cascade.neurons.isEmpty else {
            return [
                Finding(
                    claim: "Neurons pass both filters", verdict: .unmeasured,
                    evidence: "of \(selections.cascade.candidates) none is selected, "
                        + "\(selections.cascade.beyondThreshold) are beyond θ",
                    sources: [activationSource()])
            ] + noiseFindings
        }
        var found = effects.map(effectFindings) ?? []
        found += noiseFindings + lengthFindings(selections)
        return found + layerFindings(selections) + domainFindings + unrelatedFindings
    }

    var findingTable: StudyTable {
        var table = StudyTable(
            "findings", title: "What held",
            columns: [.text("claim"), .text("verdict"), .text("evidence")],
            note: "A claim held, or its opposite did, where the "
                + "\(percent(configuration.evaluation.confidence)) interval excludes 0; a count "
                + "without an interval is compared as it stands. Each interval stands on its "
                + "own: of many, a few exclude it by chance.")
        for finding in findings {
            table.add(
                .init(
                    [
                        .text(finding.claim), .text(finding.verdict.rawValue),
                        .text(finding.evidence),
                    ], sources: finding.sources))
        }
        return table
    }

    // MARK: Effects

    private func effectFindings(_ effects: Effects) -> [Finding] {
        effects.blocks.flatMap { block -> [Finding] in
            guard let selected = block.selected else { return [] }
            let silences = block.intervention.factor < 1
            let what = block.intervention.phrase
            let unhooked = MeanOutcome([effects.unhooked])
            let verb = silences ? "lowers" : "raises"
            var found = outcomeFindings(
                "Selected neurons \(what): \(verb) %@", from: unhooked, to: selected.mean,
                isBelow: silences)
            for row in block.rows where row.method != .differential {
                let than = silences ? "lowers %@ more than" : "raises %@ more than"
                found += outcomeFindings(
                    "Selected neurons \(what): \(than) \(row.method.title)", from: row.mean,
                    to: selected.mean, isBelow: silences)
            }
            if let random = block.row(SelectedSet.Method.random(0).title) {
                found += outcomeFindings(
                    "Random neurons \(what): \(verb) %@", from: unhooked, to: random.mean,
                    isBelow: silences)
            }
            return found
        }
    }

    /// A claim about accuracy, and the same about the solutions' log-probability.
    ///
    /// - Parameter claim: `%@` stands for what is measured.
    private func outcomeFindings(
        _ claim: String, from before: MeanOutcome, to after: MeanOutcome, isBelow: Bool
    ) -> [Finding] {
        let effect = effect(from: before, to: after)
        var sources: [StudySource] = []
        for source in after.sources + before.sources where !sources.contains(source) {
            sources.append(source)
        }
        let values =
            "\(rounded(after.accuracy * 100, 1)) % against \(rounded(before.accuracy * 100, 1)) %"
        var found = [
            Finding(
                claim: claim.replacing("%@", with: "accuracy"),
                verdict: .init(effect.accuracy.interval, claimsBelow: isBelow),
                evidence: "\(values): \(interval(effect.accuracy, scale: 100, digits: 1)) points",
                sources: sources)
        ]
        if let solution = effect.solution {
            found.append(
                Finding(
                    claim: claim.replacing("%@", with: "log p of solutions"),
                    verdict: .init(solution.interval, claimsBelow: isBelow),
                    evidence: "\(interval(solution, scale: 1, digits: 5)) nats a token",
                    sources: sources))
        }
        return found
    }

    private func interval(
        _ difference: PairedDifference, scale: Double, digits: Int
    ) -> String {
        func signed(_ value: Double) -> String {
            let text = rounded(value * scale, digits)
            return value * scale > 0 && text != "0" ? "+" + text : text
        }
        return "\(signed(difference.mean)) [\(signed(difference.interval.lowerBound)), "
            + "\(signed(difference.interval.upperBound))]"
    }

    // MARK: Selection

    private var noiseFindings: [Finding] {
        guard let found = crossFit else { return [] }
        let above = found.heldOutAbove
        guard above.count > 0 else { return [] }
        let interval = above.interval(confidence: configuration.evaluation.confidence)
        let held = (interval.lowerBound - 0.5)...(interval.upperBound - 0.5)
        let shared = rounded(found.expectedShared, 1)
        return [
            Finding(
                claim: "Neurons that half of the problems selects have higher ratios in the "
                    + "other half too",
                verdict: .init(held, claimsBelow: false),
                evidence: "\(rounded(above.value * 100, 1)) % "
                    + "[\(rounded(interval.lowerBound * 100, 1)), "
                    + "\(rounded(interval.upperBound * 100, 1))] above the median, by chance 50; "
                    + "both halves select \(found.shared), by chance \(shared)",
                sources: [activationSource()])
        ]
    }

    /// Whether what is selected is more than a difference of lengths.
    private func lengthFindings(_ selections: DifferentialSelections) -> [Finding] {
        let reading = configuration.selection.reading
        guard let matched = contrast(reading, where: \.isMatched) else { return [] }
        let set = selections.cascade.neurons
        let threshold = configuration.selection.rule.threshold
        let passing = Accuracy(
            correct: set.count { matched.ratios[$0].map { $0 > threshold } ?? false },
            count: set.count)
        let interval = passing.interval(confidence: configuration.evaluation.confidence)
        let most = (interval.lowerBound - 0.5)...(interval.upperBound - 0.5)
        let pairs = chains.placed.count { $0.cell.isMatched && $0.cell.isCorrect }
        return [
            Finding(
                claim: "Most selected neurons are beyond θ in pairs of matched length too",
                verdict: .init(most, claimsBelow: false),
                evidence: "\(passing.correct) of \(passing.count) in \(pairs) matched pairs",
                sources: [activationSource(where: \.isMatched)])
        ]
    }

    private func layerFindings(_ selections: DifferentialSelections) -> [Finding] {
        let counts = NeuronSets.layerCounts(selections.cascade.neurons, layers: model.layers)
        guard let most = counts.max(), let last = counts.last else { return [] }
        let layers = counts.indices.filter { counts[$0] == most }.map { "\($0)" }
        return [
            Finding(
                claim: "The last layer has the most selected neurons",
                verdict: last == most && layers.count == 1 ? .held : .opposite,
                evidence: "layer \(layers.joined(separator: ", ")) has \(most), the last \(last) "
                    + "of \(selections.cascade.neurons.count)",
                sources: [activationSource()])
        ]
    }

    // MARK: Domains and other tasks

    private var domainFindings: [Finding] {
        guard let domains else { return [] }
        let kinds: [(String, (DomainSets.Domain) -> [Outcome])] = [
            ("A subject's own neurons, silenced", { $0.outcome.map { [$0] } ?? [] }),
            ("As many random neurons, silenced", \.controls),
        ]
        return kinds.compactMap { name, outcomes in
            guard let pairs = ownAgainstOther(domains, outcomes: outcomes) else { return nil }
            let difference = PairedDifference(
                before: pairs.other, after: pairs.own,
                confidence: configuration.evaluation.confidence,
                resamples: configuration.evaluation.resamples, seed: configuration.seed)
            return Finding(
                claim: "\(name): harm the subject more than other subjects' do",
                verdict: .init(difference.interval, claimsBelow: true),
                evidence: "\(interval(difference, scale: 100, digits: 1)) points",
                sources: domains.domains.flatMap(outcomes).map { StudySource($0.answers) })
        }
    }

    private var unrelatedFindings: [Finding] {
        (unrelated?.tasks ?? []).flatMap { task in
            task.rows.filter { $0.title == SelectedSet.Method.differential.title }.map { row in
                let difference = difference(task, row)
                let isLikelihood = task.rule == .likelihood
                return Finding(
                    claim: "Selected neurons \(row.intervention.phrase): harm \(task.name)",
                    verdict: .init(difference.interval, claimsBelow: true),
                    evidence: interval(
                        difference, scale: isLikelihood ? 1 : 100, digits: isLikelihood ? 5 : 1)
                        + (isLikelihood ? " nats a token" : " points"),
                    sources: row.scores.map { StudySource($0.label) }
                        + [StudySource(task.unhooked.label)])
            }
        }
    }
}
