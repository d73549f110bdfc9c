extension DifferentialStory {
    /// What was sampled and what of it is contrasted, by subject.
    var chainTable: StudyTable {
        var table = StudyTable(
            "chains", title: "Chains",
            columns: [
                .text("subject"), .integer("problems"), .integer("chains"),
                .number("right, %", digits: 1), .integer("mixed problems"), .integer("pairs"),
                .integer("matched pairs"), .number("right, mean tokens", digits: 1),
                .number("wrong, mean tokens", digits: 1),
            ], note: chainNote)
        for (place, subject) in data.subjects.enumerated() {
            table.add(chainRow(subject) { $0 == place })
        }
        table.add(chainRow("all") { _ in true })
        return table
    }

    private func chainRow(_ name: String, where isWanted: (Int) -> Bool) -> StudyTable.Row {
        let subjects = data.contrast.subjects
        let problems = chains.samples.indices.filter { problem in
            data.subjects.firstIndex(of: subjects[problem]).map(isWanted) ?? false
        }
        let samples = problems.flatMap { chains.samples[$0] }
        let right = samples.count { $0.judgement.isCorrect }
        let mixed = problems.count { problem in
            let own = chains.samples[problem]
            return own.contains(where: \.judgement.isCorrect)
                && !own.allSatisfy(\.judgement.isCorrect)
        }
        let placed = chains.placed.filter { isWanted($0.cell.subject) && $0.cell.isCorrect }
        let rate = samples.isEmpty ? nil : Double(right) / Double(samples.count)
        let lengths = [true, false].map { isCorrect in
            chains.meanLength { isWanted($0.subject) && $0.isCorrect == isCorrect }
        }
        let counts = [placed.count, placed.count { $0.cell.isMatched }]
        let count = configuration.sampling.samples
        let places = problems.flatMap { $0 * count..<($0 + 1) * count }
        var cells: [StudyTable.Cell] = [.text(name), .integer(problems.count)]
        cells += [.integer(samples.count), .init(percent: rate), .integer(mixed)]
        cells += counts.map { .integer($0) } + lengths.map { .init($0) }
        return .init(
            cells, sources: [StudySource(DifferentialStudy.samplesLabel, items: places)])
    }

    private var chainNote: String {
        let counts = chains.set.counts
        let tolerance = configuration.activations.lengthTolerance
        return
            "\(counts.samples) chains: \(counts.truncated) truncated, "
            + "\(counts.withoutAnswer) without an answer, \(counts.minority) of a minority, "
            + "\(counts.rejected) rejected. Means are of the chains of the contrast. Pairs are "
            + "matched where the shorter chain lacks at most \(percent(tolerance)) of the longer."
    }

    func percent(_ fraction: Double) -> String { "\(rounded(fraction * 100, 1)) %" }
}

/// A number with a few decimal places, without a sign before a zero.
func rounded(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let number = (value * scale).rounded() / scale
    let text = "\(number == 0 ? 0 : number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
