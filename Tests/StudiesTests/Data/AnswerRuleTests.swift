import TestSupport
import Testing

@testable import Studies

@Suite("Answers in running text") struct AnswerRuleTests {
    static func problem(
        _ rule: AnswerRule, _ answer: String, choices: [String]? = nil
    ) -> Problem {
        Problem(
            id: "p", question: "q", answer: answer, kind: rule.kind, rule: rule, choices: choices)
    }

    static func extracted(
        _ rule: AnswerRule, _ text: String, answer: String = "", choices: [String]? = nil
    ) -> String? {
        rule.judge(
            AnswerText(continuation: text), for: problem(rule, answer, choices: choices)
        ).extracted
    }

    @Test(
        "fixed: sign, decimals, separators, units",
        arguments: [
            ("The answer is 18.", "18"), ("The answer is $18.00.", "18"),
            ("The answer is -5.", "-5"), ("The answer is −5.", "-5"),
            ("The answer is -$5.", "-5"), ("The answer is $-5.", "-5"),
            ("The answer is 3.5.", "3.5"), ("the answer is: 1,234,567 apples", "1234567"),
            ("Answer: 42", "42"), ("ANSWER IS 7", "7"), ("The answer is 3 + 4 = 7.", "7"),
            ("The answer is 50%.", "50"), ("The answer is 3/4.", "0.75"),
            ("The answer is 1/3.", "1/3"), ("The answer is .5", "0.5"),
            ("So 9 * 2 = 18.\n#### 18", "18"), ("#### 1,080\n\nQuestion: 5?", "1080"),
            ("so \\boxed{\\frac{1}{2}}", "0.5"), ("\\boxed{12 \\text{ eggs}}", "12"),
            ("First 3, then 5, so 8 eggs.", "8"), ("It is 10-3", "3"), ("room 3-5", "5"),
            ("The answer is 4.\n\nQuestion: What? The answer is 9.", "4"),
            ("There are 5.\nQ: Next? 6", "5"), ("It costs 1,2 or 3", "3"),
            ("He has 12,345.60 dollars", "12345.6"),
            ("The answer is 2. The answer is 3.", "2"),
        ])
    func fixed(text: String, number: String) {
        #expect(Self.extracted(.fixed, text) == number)
    }

    @Test("fixed: no number is no answer", arguments: ["", "none", "The answer is x.", "- . ,"])
    func fixedNone(text: String) {
        #expect(Self.extracted(.fixed, text) == nil)
        #expect(
            !AnswerRule.fixed.judge(
                AnswerText(continuation: text), for: Self.problem(.fixed, "5")
            ).isCorrect)
    }

    @Test("fixed: numbers are compared by value")
    func fixedValue() {
        for (text, gold, isCorrect) in [
            ("The answer is 18.00", "18", true), ("The answer is -10", "-10", true),
            ("The answer is 10", "-10", false), ("1,000", "1000", true), ("0.50", "1/2", true),
        ] {
            let judgement = AnswerRule.fixed.judge(
                AnswerText(continuation: text), for: Self.problem(.fixed, gold))
            #expect(judgement.isCorrect == isCorrect, "\(text) for \(gold)")
        }
    }

    static let exemplars = String(
        repeating: "Question: q\nThe answer is 4.\n\n", count: 8)

    /// What re.sub('[a-zA-Z%$=\-.]', ' ', …).replace(',', '').split()[-1] and int(float()) answer.
    @Test(
        "ry-legacy: with its faults",
        arguments: [
            ("so 18. The answer is 18.", "18"), ("The answer is -5.", "5"),
            ("The answer is $18.00.", "0"), ("The answer is 3.5.", "5"),
            ("The answer is 1,080 eggs.", "1080"), ("The answer is 6 of 7.", "7"),
            ("The answer is 4.\n\nQuestion: x 9\nThe answer is 9.", "4"),
            ("The answer is 3 = 3.", "3"), ("The answer is 50%.", "50"),
            ("The answer is 012.", "12"), ("The answer is +8.", "8"),
        ])
    func legacy(text: String, number: String) {
        let text = AnswerText(prompt: Self.exemplars, continuation: text, exemplars: 8)
        let judgement = AnswerRule.ryLegacy.judge(text, for: Self.problem(.ryLegacy, number))
        #expect(judgement == Judgement(extracted: number, isCorrect: true))
    }

    @Test(
        "ry-legacy: what has no ninth piece, or no whole number at its end, is no answer",
        arguments: [
            "so 18.", "the answer is 18.", "The answer is none.", "The answer is 5€.",
            "The answer is (5).", "The answer is ",
        ])
    func legacyNone(text: String) {
        let text = AnswerText(prompt: Self.exemplars, continuation: text, exemplars: 8)
        let judgement = AnswerRule.ryLegacy.judge(text, for: Self.problem(.ryLegacy, "18"))
        #expect(judgement == Judgement(extracted: nil, isCorrect: false))
    }

    @Test("ry-legacy: the piece after as many as there are exemplars, and a double's rounding")
    func legacyIndex() {
        let one = AnswerText(
            prompt: "The answer is 1.\n\n", continuation: "The answer is 2.", exemplars: 1)
        let none = AnswerText(continuation: "The answer is 3.")
        let large = AnswerText(continuation: "The answer is 12345678901234567890.")
        let rule = AnswerRule.ryLegacy
        #expect(rule.judge(one, for: Self.problem(rule, "2")).isCorrect)
        #expect(rule.judge(none, for: Self.problem(rule, "3")).isCorrect)
        // int(float('12345678901234567890'))
        #expect(
            rule.judge(large, for: Self.problem(rule, "3")).extracted == "12345678901234567168")
        // A minus in the gold answer cannot be matched.
        let negative = AnswerText(continuation: "The answer is -10.")
        #expect(!rule.judge(negative, for: Self.problem(rule, "-10")).isCorrect)
    }

    @Test("boxed: the last complete box, braces counted")
    func boxed() {
        for (text, answer) in [
            (#"\boxed{5}"#, "5"), (#"first \boxed{1}, then \boxed{\frac{1}{2}}."#, #"\frac{1}{2}"#),
            (#"\boxed{ \{1, 2\} }"#, #"\{1, 2\}"#), (#"\fbox{7}"#, "7"),
            (#"\boxed{3} \boxed{4"#, "3"),
            (#"$\boxed 9$."#, "9"), (#"\boxed{\boxed{2}}"#, "2"), (#"\boxed{}"#, ""),
        ] {
            #expect(BoxedAnswer.last(in: text) == answer, "\(text)")
        }
        #expect(BoxedAnswer.last(in: "no box, boxed{5}") == nil)
        #expect(Self.extracted(.boxed, #"so \boxed{0.5}"#) == "0.5")
        let judgement = AnswerRule.boxed.judge(
            AnswerText(continuation: #"\boxed{0.5}"#), for: Self.problem(.boxed, #"\frac12"#))
        #expect(judgement.isCorrect)
    }

    @Test(
        "letters of choices",
        arguments: [
            ("The answer is (B).", "B"), ("The answer is B.", "B"), ("answer: C", "C"),
            ("B", "B"), ("(C) mall", "C"), ("B. mall", "B"), ("\\boxed{A}", "A"),
            ("\\boxed{\\text{(C)}}", "C"), ("I weigh (A) and take (C)", "C"),
            ("The answer is mall.", "B"), ("The answer is a mall of shops", nil),
            ("the answer is The Bank", nil), ("mall", "B"), ("The answer is Z.", nil), ("", nil),
            ("The answer is B because A is far.", "B"),
            ("The answer is mall of america", "B"), ("The answer is malls", nil),
        ] as [(String, String?)])
    func letters(text: String, letter: String?) {
        let found = Self.extracted(
            .letter, text, answer: "A", choices: ["bank", "mall", "the old mill"])
        #expect(found == letter)
    }

    @Test(
        "yes and no",
        arguments: [
            ("Yes.", "yes"), ("no", "no"), ("So the answer is yes.", "yes"),
            ("The answer is No, not yes.", "no"), ("Yes, since no bird", "yes"),
            ("Birds fly. So no.", "no"), ("True", "yes"), ("It is false", "no"), ("Maybe", nil),
            ("I know nothing", nil), ("yes it was.\n\nQuestion: x? no", "yes"),
        ] as [(String, String?)])
    func yesNo(text: String, word: String?) {
        #expect(Self.extracted(.yesNo, text) == word)
    }

    @Test("a number at the start must be whole")
    func leading() {
        for (answer, text, isRight) in [
            ("19", "19.", true), ("19", "19", true), ("1", "19", false), ("19", " 19", false),
            ("-5", "-5 left", true), ("5", "-5", false),
        ] {
            let judgement = AnswerRule.number.judge(
                AnswerText(continuation: text), for: Self.problem(.number, answer))
            #expect(judgement.isCorrect == isRight, "\(text) for \(answer)")
        }
    }

    @Test("of final answers the first counts")
    func final() {
        for (text, isRight) in [
            ("So 14. The answer is 14.", true), ("The answer is 15. The answer is 14.", false),
            ("14", false), ("The answer is 140.", false),
        ] {
            let judgement = AnswerRule.final.judge(
                AnswerText(continuation: text), for: Self.problem(.final, "14"))
            #expect(judgement.isCorrect == isRight, "\(text)")
        }
    }

    @Test("next: the text starts with the answer")
    func next() {
        let problem = Self.problem(.next, " Paris")
        #expect(AnswerRule.next.judge(AnswerText(continuation: " Paris."), for: problem).isCorrect)
        #expect(!AnswerRule.next.judge(AnswerText(continuation: "Paris"), for: problem).isCorrect)
        #expect(!AnswerRule.next.judge(AnswerText(continuation: ""), for: problem).isCorrect)
    }

    @Test("every gold solution of GSM8K is read as right", Material.isPresent)
    func goldSolutions() throws {
        let set = try ProblemSet.read(Material.path("datasets/gsm8k/test.jsonl"))
        for problem in set.problems {
            let text = (problem.solution ?? "") + "\nThe answer is \(problem.answer)."
            let judgement = problem.rule.judge(AnswerText(continuation: text), for: problem)
            #expect(judgement.isCorrect, "\(problem.id)")
        }
    }
}
