import Foundation
import Hooks
import Testing

@testable import Studies

@Suite("Differential study") struct DifferentialStudyTests {
    static func neurons(_ results: StudyResults, _ name: String) throws -> Set<Neuron> {
        let set = try #require(results.neuronSets.first { $0.name == name }).set
        return Set(
            set.neurons.flatMap { layer, ranges in
                ranges.indices.map { Neuron(layer: layer, index: $0) }
            })
    }

    static func table(_ results: StudyResults, _ name: String) throws -> StudyTable {
        try #require(results.tables.first { $0.name == name })
    }

    static func verdict(_ results: StudyResults, _ claim: String) throws -> String {
        let rows = try table(results, "findings").rows
        let row = try #require(rows.first { $0.cells[0] == .text(claim) }, "\(claim)")
        return row.cells[1].exact
    }

    @Test(
        "each reading finds exactly the planted neurons",
        arguments: ActivationReading.allCases)
    func plantedNeuronsAreFound(reading: ActivationReading) async throws {
        let data = try PlantedData(test: 8) { $0.selection.reading = reading }
        let results = try await data.run(PlantedModel()).results
        #expect(try Self.neurons(results, "selected") == PlantedModel().planted)
    }

    @Test(
        "each layer's own fraction finds them too, and the threshold alone",
        arguments: [CascadeRule.Scope.perLayer, .thresholdOnly])
    func variants(scope: CascadeRule.Scope) async throws {
        let data = try PlantedData(test: 8) {
            $0.selection.rule.scope = scope
            $0.selection.rule.fraction = 0.2
        }
        let results = try await data.run(PlantedModel()).results
        #expect(try Self.neurons(results, "selected") == PlantedModel().planted)
    }

    @Test("identical classes select none, and the report says so")
    func identicalClasses() async throws {
        let data = try PlantedData(test: 8)
        var model = PlantedModel()
        model.gain = 1
        let results = try await data.run(model).results
        #expect(results.neuronSets.allSatisfy { $0.name != "selected" })
        #expect(try Self.verdict(results, "Neurons pass both filters") == "not measured")
        let layers = try Self.table(results, "layers")
        #expect(layers.columns.count == 2)
    }

    @Test("without chains of both kinds there is nothing to contrast, and the report says so")
    func oneKindOnly() async throws {
        let data = try PlantedData(contrast: 1, test: 4) { $0.sampling.samples = 1 }
        let results = try await data.run(PlantedModel()).results
        #expect(
            try Self.verdict(results, "Chains of both kinds were sampled") == "not measured")
        #expect(results.neuronSets.isEmpty)
        let accuracy = try Self.table(results, "accuracy")
        #expect(accuracy.rows.map { $0.cells[0] } == [.text("Greedy")])
        #expect(accuracy.rows[0].cells.last != StudyTable.Cell.none)
    }

    @Test("a judge's verdicts are stored, and right chains that it does not call sound left out")
    func judge() async throws {
        for (verdict, isMeasured) in [("sound", true), ("unsound", false)] {
            let server = try ReplyingServer(
                reply: ChainJudgeTests.reply("VERDICT: \(verdict)").body)
            defer { server.stop() }
            let data = try PlantedData(test: 4) {
                $0.judge.endpoint = "http://127.0.0.1:\(server.port)/v1"
                $0.judge.model = "m"
            }
            let results = try await data.run(PlantedModel()).results
            let claims = try Self.table(results, "findings").rows.map { $0.cells[0] }
            #expect(claims.contains(.text("Chains of both kinds were sampled")) != isMeasured)
            #expect(!server.requests.isEmpty)
        }
    }

    @Test(
        "verdicts follow from intervals: silencing what carries answers hurts, and more than else")
    func verdicts() async throws {
        let data = try PlantedData()
        let results = try await data.run(PlantedModel()).results
        for claim in [
            "Selected neurons zeroed: lowers accuracy",
            "Selected neurons zeroed: lowers log p of solutions",
            "Selected neurons zeroed: lowers accuracy more than Random",
            "Selected neurons zeroed: lowers accuracy more than Random, layer-matched",
            "Selected neurons zeroed: lowers accuracy more than Lowest ratio",
            "Neurons that half of the problems selects have higher ratios in the other half too",
        ] { #expect(try Self.verdict(results, claim) == "held", "\(claim)") }
        // Nothing in the made-up model depends on a factor above 0.
        for claim in [
            "Selected neurons × 1.1: raises accuracy",
            "Selected neurons × 1.1: raises log p of solutions",
        ] { #expect(try Self.verdict(results, claim) == "not shown", "\(claim)") }
        #expect(results.report.contains("Selected neurons zeroed: lowers accuracy"))
    }

    @Test("the accuracy of a table is that of the answers behind it")
    func numbersAreTraceable() async throws {
        let data = try PlantedData(test: 30)
        let (results, store, id) = try await data.run(PlantedModel())
        let problems = try ProblemSet.read(data.configuration.data.test).problems
        let table = try Self.table(results, "accuracy-zero")
        #expect(table.columns.map(\.name) == ["method", "even", "odd", "Avg."])
        for row in table.rows.prefix(4) {
            let source = try #require(row.sources.first { $0.label.hasPrefix("answers/") })
            let items = try store.items(of: id, label: source.label)
            #expect(items.count == problems.count)
            let right = try zip(problems, items).count { problem, item in
                let text = try JSONDecoder().decode(Generation.self, from: item.value).text
                return text == "The answer is \(problem.answer)."
            }
            #expect(row.cells[3] == .number(Double(right) / Double(problems.count) * 100))
        }
    }

    @Test("what does not fit the context is counted, and ends nothing")
    func tooLong() async throws {
        let data = try PlantedData(test: 30)
        let (results, _, _) = try await data.run(PlantedModel(tooLongFrom: 5027))
        let note = try Self.table(results, "accuracy-zero").note
        #expect(note.contains("Of 30 problems, 3 do not fit the model's context"))
        #expect(note.contains("3 solutions do not fit it"))
        let (whole, _, _) = try await data.run(PlantedModel(), name: "whole.sqlite")
        #expect(try !Self.table(whole, "accuracy-zero").note.contains("fit"))
    }

    @Test("every source is a label of the run with as many items")
    func sourcesExist() async throws {
        let data = try PlantedData(test: 12) {
            $0.unrelated.files = [$0.data.test]
            $0.interventions.scopes = [.all, .generated]
        }
        let (results, store, id) = try await data.run(PlantedModel())
        let counts = Dictionary(grouping: try store.items(of: id), by: \.label).mapValues(\.count)
        var seen = 0
        for table in results.tables {
            for row in table.rows {
                #expect(!row.sources.isEmpty, "\(table.name): \(row.cells[0])")
                for source in row.sources {
                    let count = try #require(counts[source.label], "\(table.name): \(source)")
                    let last = source.items?.ranges.last?.upperBound ?? count
                    #expect(last <= count, "\(table.name): \(source)")
                    seen += 1
                }
            }
        }
        #expect(seen > 100)
        for name in [
            "findings", "chains", "readings", "selection", "noise", "cross-fit", "layers",
            "overlap", "jaccard", "projections-raw", "projections-normed", "accuracy-scale-1.1",
            "accuracy-zero", "accuracy-generated-zero", "effects", "comparisons", "thresholds",
            "scales", "domains", "domain-effects", "domain-controls", "unrelated",
        ] { #expect(try Self.table(results, name).rows.isEmpty == false, "\(name)") }
        #expect(results.figures.map(\.name) == ["ratios", "layers"])
        // Numbers are never broken; with few of them every table fits.
        for table in results.tables where table.columns.count <= 8 {
            let widest = table.text.split(separator: "\n").map(\.count).max() ?? 0
            #expect(widest <= 100, "\(table.name):\n\(table.text)")
        }
    }

    @Test("a neuron that serves one subject is that subject's own")
    func domainSpecificNeurons() async throws {
        let data = try PlantedData(contrast: 120)
        let results = try await data.run(PlantedModel()).results
        let table = try Self.table(results, "domains")
        #expect(table.rows.map { $0.cells[0] } == [.text("even"), .text("odd")])
        #expect(table.rows.map { $0.cells[4] } == [.integer(0), .integer(1)])
        #expect(try Self.neurons(results, "domain-1") == [PlantedModel.oddOnly])
        // Silencing it costs odd problems a fifth of their right answers, and even ones none.
        let lost = try Self.table(results, "domain-effects").rows[0].cells
        #expect(lost[1] == .number(0))
        guard case .number(let odd) = lost[2] else { preconditionFailure("a number") }
        #expect(odd > 5)
    }

    @Test("all methods select the same number, and no scale changes what it is not applied to")
    func equalSizes() async throws {
        let data = try PlantedData(test: 12)
        let results = try await data.run(PlantedModel()).results
        let sets = results.neuronSets.filter { !$0.name.hasPrefix("domain-") }
        #expect(sets.count == 5 + 2 * data.configuration.baselines.draws)
        #expect(Set(sets.map(\.set.unitCount)) == [PlantedModel().planted.count])
        let scales = try Self.table(results, "scales")
        #expect(scales.rows[1].cells[2] == .number(0))
    }
}

@Suite("Differential study's configuration") struct DifferentialConfigurationTests {
    @Test("the documented file has the defaults")
    func templateHasDefaults() throws {
        let text = DifferentialConfiguration.template(of: DifferentialStudy.self)
        let read = try DifferentialConfiguration(toml: text, from: "template")
        #expect(read == DifferentialConfiguration())
        #expect(Set(DifferentialConfiguration.settings.map(\.path)).count > 40)
    }

    @Test("the register's alternatives can be chosen")
    func alternatives() throws {
        let read = try DifferentialConfiguration(
            toml: """
                [selection]
                reading = "l2_over_n"
                scope = "threshold_only"
                [activations]
                tokens = "all"
                [baselines]
                mathneuro = "positive_rate"
                [interventions]
                scopes = ["generated"]
                [projection]
                first_index = 1
                """, from: "test")
        #expect(read.selection.reading == .l2OverN)
        #expect(read.selection.rule.scope == .thresholdOnly)
        #expect(read.activations.tokens == .all)
        #expect(read.baselines.mathNeuro == .positiveRate)
        #expect(read.interventions.scopes == [.generated])
        #expect(read.projection.firstIndex == 1)
    }

    @Test("values that do not go together are refused")
    func contradictions() {
        var bins = DifferentialConfiguration()
        bins.analysis.histogram.low = 3
        #expect(throws: StudyError.self) { try DifferentialStudy(bins) }
        var factors = DifferentialConfiguration()
        factors.interventions.factors = [0, 0]
        #expect(throws: StudyError.self) { try DifferentialStudy(factors) }
    }
}
