import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("Problem sets") struct ProblemSetTests {
    static func read(_ text: String, format: ProblemFormat? = nil) throws -> ProblemSet {
        try ProblemSet.read(Array(text.utf8), source: "data/test.jsonl", format: format)
    }

    static func error(_ text: String, format: ProblemFormat? = nil) -> String {
        do {
            _ = try read(text, format: format)
            return "nothing was thrown"
        } catch {
            return "\(error)"
        }
    }

    @Test("the own shape is read field by field")
    func ownShape() throws {
        let set = try Self.read(
            #"""
            {"id":"a","split":"test","question":"1+1?","answer":"2","kind":"number",
            """#.replacing("\n", with: "")
                + #""tags":{"subject":"sums"},"solution":"1+1=2"}"# + "\n\n"
                + #"{"id":"b","prompt":"2+2 = ","answer":"4","score":"number"}"# + "\r\n")
        #expect(set.format == .problems && set.name == "test")
        #expect(
            set.problems == [
                Problem(
                    id: "a", split: "test", tags: ["subject": "sums"], question: "1+1?",
                    answer: "2", kind: .number, rule: .fixed, solution: "1+1=2"),
                Problem(id: "b", question: "2+2 = ", answer: "4", kind: .number, rule: .number),
            ])
    }

    @Test("the digest is of the bytes")
    func digest() throws {
        // The bytes' SHA-256 as `sha256sum` prints it.
        let set = try Self.read(#####"{"question":"q","answer":"#### 1"}"#####)
        #expect(
            set.digest == "d2bb670cf0293e19475b9a8ec7280ac6d16c0d5d92d5044b35c777749efdfaa8")
    }

    @Test("GSM8K: the number after ####, and a solution without annotations")
    func gsm8k() throws {
        let set = try Self.read(
            #"{"question":" Q? ","answer":"9 * 2 = $<<9*2=18>>18.\n#### 1,080"}"# + "\n"
                + #####"{"question":"R?","answer":"#### -3"}"#####)
        #expect(set.format == .gsm8k)
        #expect(set.problems.map(\.id) == ["test/0", "test/1"])
        #expect(set.problems.map(\.answer) == ["1080", "-3"])
        #expect(set.problems[0].question == "Q?")
        #expect(set.problems[0].solution == "9 * 2 = $18.")
        #expect(set.problems[0].rule == .fixed)
    }

    @Test("SVAMP: body and question make one text")
    func svamp() throws {
        let set = try Self.read(
            #"""
            [{"ID": "chal-1", "Body": "A pack costs 76 dollars", "Question": "How much?",
              "Equation": "( 76.0 - 25.0 )", "Answer": 51.0, "Type": "Subtraction"},
             {"ID": "chal-2", "Body": "He ate 14.", "Question": "How many?", "Answer": 2.50}]
            """#)
        #expect(set.format == .svamp)
        #expect(set.problems.map(\.answer) == ["51", "2.5"])
        #expect(
            set.problems.map(\.question) == [
                "A pack costs 76 dollars, How much?", "He ate 14. How many?",
            ])
        #expect(set.problems[0].tags == ["type": "Subtraction"])
    }

    @Test("MultiArith, AddSub and SingleEq: one solution, a number or its spelling")
    func wordProblems() throws {
        let set = try Self.read(
            #"""
            [{"iIndex": 1, "lEquations": ["X=1"], "lSolutions": ["43"], "sQuestion": " A ? "},
             {"iIndex": 2, "lEquations": ["X=1"], "lSolutions": [11.50], "sQuestion": "B"}]
            """#)
        #expect(set.format == .wordProblems)
        #expect(set.problems.map(\.answer) == ["43", "11.5"])
        #expect(set.problems.map(\.question) == ["A ?", "B"])
        #expect(try ProblemFormat(named: "MultiArith") == .wordProblems)
    }

    @Test("StrategyQA: Boolean answers, and the task of BIG-bench")
    func strategyQA() throws {
        let own = try Self.read(
            #"[{"qid":"x1","question":"Q?","answer":true,"facts":["F.","G."]}]"#)
        #expect(own.problems.map(\.answer) == ["yes"])
        #expect(own.problems.map(\.id) == ["x1"])
        #expect(own.problems[0].solution == "F. G.")
        let task = try Self.read(
            #"""
            {"name": "strategyqa",
             "examples": [{"input": "Q?", "target_scores": {"Yes": 0, "No": 1}, "target": "No."}]}
            """#)
        #expect(task.format == .strategyQA)
        #expect(task.problems.map(\.answer) == ["no"])
        #expect(task.problems[0].kind == .yesNo)
    }

    @Test("CommonsenseQA: both published spellings of the choices")
    func commonsenseQA() throws {
        let nested = #"""
            {"answerKey":"B","id":"i1","question":{"question_concept":"wall","choices":[
            {"label":"A","text":"bank"},{"label":"B","text":"mall"}],"stem":"Where?"}}
            """#
        let flat = #"""
            {"id":"i2","question":"Where?","question_concept":"wall",
            "choices":{"label":["A","B"],"text":["bank","mall"]},"answerKey":"A"}
            """#
        let set = try Self.read(
            nested.replacing("\n", with: "") + "\n" + flat.replacing("\n", with: ""))
        #expect(set.format == .commonsenseQA)
        #expect(set.problems.map(\.answer) == ["B", "A"])
        #expect(set.problems.allSatisfy { $0.choices == ["bank", "mall"] })
        #expect(set.problems.allSatisfy { $0.tags == ["concept": "wall"] })
    }

    @Test("MATH as JSON Lines: an answer of its own, or the last box")
    func mathLines() throws {
        let set = try Self.read(
            #"{"problem":"P","level":"Level 5","type":"Algebra","solution":"So \\boxed{\\frac{1}{2}}."}"#
                + "\n"
                + #"{"problem":"P","solution":"…","answer":"2","subject":"Algebra","level":2,"unique_id":"u"}"#
        )
        #expect(set.problems.map(\.answer) == [#"\frac{1}{2}"#, "2"])
        #expect(set.problems.map(\.tags["subject"]) == ["Algebra", "Algebra"])
        #expect(set.problems.map(\.tags["level"]) == ["Level 5", "2"])
        #expect(set.problems.map(\.id) == ["test/0", "u"])
    }

    @Test("MATH's folders: subjects by name, problems by number, splits as tags say")
    func mathFolders() throws {
        let root = try TemporaryDirectory()
        for (path, answer) in [
            ("train/algebra/10.json", "3"), ("train/algebra/9.json", "2"),
            ("test/geometry/1.json", "1"),
        ] {
            let text = #"{"problem":"P","level":"L","type":"T","solution":"\\boxed{\#(answer)}"}"#
            try root.write(path, text)
        }
        let all = try ProblemSet.read(root.path)
        #expect(all.problems.map(\.answer) == ["1", "2", "3"])
        #expect(all.problems.map(\.split) == ["test", "train", "train"])
        #expect(all.problems[1].id.hasSuffix("/train/algebra/9"))
        let train = try ProblemSet.read(root.path + "/train")
        #expect(train.problems.map(\.id) == ["train/algebra/9", "train/algebra/10"])
        #expect(train.problems.map(\.split) == ["train", "train"])
        #expect(train.digest != all.digest)
        #expect(try ProblemSet.read(root.path).digest == all.digest)
    }

    @Test("one rule can judge a whole set, if it reads answers of its kind")
    func oneRule() throws {
        let set = try Self.read(#####"{"question":"q","answer":"#### 1"}"#####)
        #expect(try set.judged(by: nil) == set)
        #expect(try set.judged(by: .ryLegacy).problems.map(\.rule) == [.ryLegacy])
        let boxed = try set.judged(by: .boxed)
        #expect(boxed.defaultTemplate == "boxed-chat")
        for rule in [AnswerRule.letter, .yesNo, .choice, .next] {
            #expect {
                try set.judged(by: rule)
            } throws: { error in
                "\(error)".contains("does not read answers of the kind number")
            }
        }
    }
}
