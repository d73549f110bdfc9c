import Foundation
import Studies
import TestSupport
import Testing

@testable import neuronctl

@Suite struct EvaluationTests {
    private func item(
        _ rule: AnswerRule, _ answer: String, _ tags: [String: String] = [:]
    ) -> Problem {
        Problem(id: "x", tags: tags, question: "p", answer: answer, kind: rule.kind, rule: rule)
    }

    @Test func groupsAddUpByTagOrByCombination() {
        let outcomes = [
            EvaluationOutcome(item: item(.number, "1", ["a": "x", "b": "u"]), value: 1, text: ""),
            EvaluationOutcome(item: item(.number, "1", ["a": "x", "b": "v"]), value: 0, text: ""),
            EvaluationOutcome(item: item(.number, "1", ["a": "y", "b": "u"]), value: 1, text: ""),
        ]
        let single = EvaluationTable.groups(outcomes, by: [])
        #expect(single.map(\.count) == [3, 2, 1, 2, 1])
        #expect(single.map(\.mean) == [2.0 / 3, 0.5, 1, 1, 0])
        let both = EvaluationTable.groups(outcomes, by: ["a", "b"])
        #expect(both.map(\.count) == [3, 1, 1, 1])
        #expect(both[1].line.hasPrefix("  a=x b=u"))
        #expect(both[1].line.hasSuffix("100.0 % right"))
    }

    @Test func differentMeasuresAreNeverMixed() {
        let outcomes = [
            EvaluationOutcome(item: item(.next, "a", ["kind": "k"]), value: 1, text: "a"),
            EvaluationOutcome(item: item(.choice, "a", ["kind": "k"]), value: 0.25, text: nil),
            EvaluationOutcome(item: item(.likelihood, "a", ["kind": "k"]), value: -2, text: nil),
        ]
        let groups = EvaluationTable.groups(outcomes, by: ["kind"])
        #expect(groups.map(\.count) == [1, 1, 1, 1, 1, 1])
        #expect(groups.map(\.mean) == [1, 0.25, -2, 1, 0.25, -2])
        #expect(groups[2].line.hasSuffix("-2.0000 nats"))
        #expect(groups[1].line.hasSuffix("25.0 % probability"))
    }

    @Test func aLineThatIsNoCaseIsNamed() throws {
        let directory = try TemporaryDirectory()
        let good = #"{"id":"1","prompt":"a","answer":"b","score":"next","tags":{}}"#
        let bad = good.replacing(#""next""#, with: #""nxt""#)
        let file = try directory.write("cases.jsonl", "\(good)\n\n\(bad)\n")
        let error = try #require(throws: FileError.self) {
            _ = try Problem.cases(of: file)
        }
        #expect(error.message.contains("line 3"))
        #expect(error.message.contains("number, final, next, choice, likelihood"))
    }

    @Test func aRuleThatNeedsATemplateIsRefused() throws {
        let directory = try TemporaryDirectory()
        let text = #"{"id":"1","question":"a","answer":"2","kind":"math"}"#
        let file = try directory.write("cases.jsonl", text)
        let error = try #require(throws: FileError.self) {
            _ = try Problem.cases(of: file)
        }
        #expect(error.message.contains("item 1 is judged by boxed"))
    }
}
