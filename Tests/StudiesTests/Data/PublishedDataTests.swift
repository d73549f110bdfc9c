import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("Published data sets") struct PublishedDataTests {
    static let sets: [(path: String, format: ProblemFormat, count: Int)] = [
        ("gsm8k/train.jsonl", .gsm8k, 7473), ("gsm8k/test.jsonl", .gsm8k, 1319),
        ("svamp/SVAMP.json", .svamp, 1000), ("others/AddSub/AddSub.json", .wordProblems, 395),
        ("others/MultiArith/MultiArith.json", .wordProblems, 600),
        ("others/SingleEq/questions.json", .wordProblems, 508),
        ("others/StrategyQA/task.json", .strategyQA, 2290),
    ]

    @Test("each is recognised and read whole", Material.isPresent, arguments: sets)
    func readWhole(path: String, format: ProblemFormat, count: Int) throws {
        let set = try ProblemSet.read(Material.path("datasets/\(path)"))
        #expect(set.format == format)
        #expect(set.problems.count == count)
        #expect(set.problems.allSatisfy { !$0.question.isEmpty })
        if format != .strategyQA {
            #expect(set.problems.allSatisfy { Rational(decimal: $0.answer) != nil })
        }
    }

    @Test("GSM8K's two negative answers are kept", Material.isPresent)
    func negative() throws {
        let set = try ProblemSet.read(Material.path("datasets/gsm8k/test.jsonl"))
        #expect(set.problems.map(\.answer).filter { $0.hasPrefix("-") } == ["-10", "-3"])
        #expect(set.problems[0].answer == "18")
    }

    @Test(
        "the bundled model's files are of the own shape",
        arguments: [
            ("problems-train", 320), ("problems-test", 320), ("few-shot", 1440),
            ("arithmetic", 1800), ("bias", 136), ("text", 100),
        ])
    func bundled(name: String, count: Int) throws {
        let file = TestData.packageRoot.appending(path: "Models/abacus/data/\(name).jsonl")
        let set = try ProblemSet.read(file.path)
        #expect(set.format == .problems)
        #expect(set.problems.count == count)
        if name.hasPrefix("problems") {
            #expect(set.problems.allSatisfy { $0.rule == .final && $0.tags["domain"] != nil })
            #expect(set.problems.allSatisfy { $0.solution != nil })
        }
    }
}
