import TestSupport
import Testing

@testable import Studies

@Suite("Prompt templates") struct PromptTemplateTests {
    static let problem = Problem(
        id: "p", question: "What is\n 1+1 {choices}?", answer: "2", kind: .number,
        solution: "1 + 1 = 2.")

    static func parse(_ text: String) throws -> PromptTemplate {
        try PromptTemplate.parse(text, name: "t")
    }

    @Test("the question stands where the body has it, and nothing in it is replaced")
    func text() throws {
        let template = try Self.parse(
            "+++\nstop = [\"\\n\"]\nmax_tokens = 7\n+++\nQ {x}: {question}\nA:\n")
        #expect(
            try template.prompt(for: Self.problem) == .text("Q {x}: What is\n 1+1 {choices}?\nA:"))
        #expect(template.stop == ["\n"] && template.maxTokens == 7)
        #expect(template.goldContinuation(for: Self.problem) == "1 + 1 = 2.")
        #expect(template.digest.count == 64)
    }

    @Test("exemplars come first, each with its solution in the gold form")
    func exemplars() throws {
        let template = try Self.parse(
            """
            +++
            gold = "{solution} So {answer}."
            separator = "\\n--\\n"
            collapse_whitespace = true
            [[exemplars]]
            question = "a?"
            solution = "b."
            answer = "c"
            +++
            Q: {question}

            """ + "\n")
        let prompt = try template.prompt(for: Self.problem)
        #expect(prompt == .text("Q: a?\nb. So c.\n--\nQ: What is 1+1 {choices}?\n"))
        let answer = template.answer("x", after: prompt)
        #expect(answer.exemplars == 1 && answer.continuation == "x")
        #expect(answer.prompt.hasPrefix("Q: a?"))
    }

    @Test("a conversation has the exemplars as turns")
    func chat() throws {
        let template = try Self.parse(
            """
            +++
            form = "chat"
            system = "S"
            exemplars = [{question = "a?", solution = "b", answer = "c"}]
            +++
            {question}!
            """)
        #expect(
            try template.prompt(for: Self.problem)
                == .chat([
                    ChatMessage(role: "system", content: "S"),
                    ChatMessage(role: "user", content: "a?!"),
                    ChatMessage(role: "assistant", content: "b"),
                    ChatMessage(role: "user", content: "What is\n 1+1 {choices}?!"),
                ]))
    }

    @Test("choices stand one a line, with their letters")
    func choices() throws {
        let template = try Self.parse("+++\n+++\n{question}\n{choices}\n")
        let problem = Problem(
            id: "p", question: "Where?", answer: "B", kind: .choice, choices: ["bank", "mall"])
        #expect(try template.prompt(for: problem) == .text("Where?\n(A) bank\n(B) mall"))
        #expect(throws: DataError.self) { try template.prompt(for: Self.problem) }
        let plain = try Self.parse("+++\n+++\n{question}\n")
        #expect(throws: DataError.self) { try plain.prompt(for: problem) }
    }

    @Test("without a solution there is no gold continuation that needs one")
    func gold() throws {
        var problem = Self.problem
        problem.solution = nil
        #expect(try Self.parse("+++\n+++\n{question}").goldContinuation(for: problem) == nil)
        let template = try Self.parse("+++\ngold = \"It is {answer}.\"\n+++\n{question}")
        #expect(template.goldContinuation(for: problem) == "It is 2.")
    }

    @Test(
        "what is wrong with a template is said",
        arguments: [
            ("{question}", "between two lines \"+++\""), ("+++\n+++\nnothing", "{question} once"),
            ("+++\n+++\n{question}{question}", "{question} once"),
            ("+++\nstops = []\n+++\n{question}", "unknown key \"stops\"; keys are form"),
            ("+++\nform = \"talk\"\n+++\n{question}", "text or chat is expected"),
            ("+++\nform = 1\n+++\n{question}", "\"form\" must be a string"),
            ("+++\nstop = [\"\"]\n+++\n{question}", "none empty"),
            ("+++\nmax_tokens = 0\n+++\n{question}", "must be 1 to"),
            ("+++\nsystem = \"s\"\n+++\n{question}", "belongs to the form chat"),
            ("+++\na = = 1\n+++\n{question}", "line 2"),
            ("+++\nexemplars = [1]\n+++\n{question}", "exemplar 0 must be a table"),
            ("+++\nexemplars = [{question = \"a\"}]\n+++\n{question}", "needs question and answer"),
            (
                "+++\nexemplars = [{question = \"a\", gold = \"b\"}]\n+++\n{question}",
                "unknown key \"gold\""
            ),
            ("+++\ncollapse_whitespace = 1\n+++\n{question}", "must be true or false"),
        ])
    func errors(text: String, part: String) {
        #expect {
            try Self.parse(text)
        } throws: { error in
            "\(error)".contains(part)
        }
    }

    @Test("a name that is none is refused with those that are; a path is read")
    func names() throws {
        #expect {
            try PromptTemplate.read("nothing")
        } throws: { error in
            "\(error)".contains("boxed-chat, boxed-text")
        }
        let directory = try TemporaryDirectory()
        let file = try directory.write("own.txt", "+++\n+++\n{question}\n")
        let template = try PromptTemplate.read(file)
        #expect(try template.prompt(for: Self.problem) == .text(Self.problem.question))
        #expect(template.name.hasPrefix("own"))
    }

    @Test(
        "every template that is shipped is read and puts a problem",
        arguments: PromptTemplate.shipped.keys.sorted())
    func shipped(name: String) throws {
        let template = try PromptTemplate.read(name)
        var problem = Self.problem
        if name == "letter-chat" {
            problem = Problem(
                id: "p", question: "Q", answer: "B", kind: .choice, solution: "s",
                choices: ["x", "y"])
        }
        let prompt = try template.prompt(for: problem)
        let gold = try #require(template.goldContinuation(for: problem))
        #expect(!gold.isEmpty)
        if case .text(let text) = prompt, name != "verbatim" {
            #expect(text.split(separator: "\n").last?.last.map { ".:".contains($0) } == true)
        }
    }

    @Test("the eight solved problems are right, and answers after them are read by every rule")
    func shots() throws {
        let template = try PromptTemplate.read("number-8shot")
        #expect(template.exemplars.count == 8)
        let rule = AnswerRule.final
        for exemplar in template.exemplars {
            let problem = Problem(
                id: "e", question: exemplar.question, answer: exemplar.answer, kind: .number,
                solution: exemplar.solution)
            let written = try #require(template.goldContinuation(for: problem))
            #expect(rule.judge(AnswerText(continuation: written), for: problem).isCorrect)
            Self.checkEquations(exemplar.solution)
            let text = template.answer(written, after: try template.prompt(for: problem))
            #expect(AnswerRule.ryLegacy.judge(text, for: problem).isCorrect)
        }
        let prompt = try template.prompt(for: Self.problem)
        guard case .text(let text) = prompt else { return }
        #expect(text.hasSuffix("\n\nQuestion: What is 1+1 {choices}?\nLet's think step by step.\n"))
    }

    /// Every `a op b = c` of a text is right.
    static func checkEquations(_ text: String) {
        let equations = text.matches(of: /(\d+) ([-+*\/]) (\d+) = (\d+)/)
        #expect(!equations.isEmpty)
        for equation in equations {
            let values = [equation.1, equation.3, equation.4].compactMap { Int($0) }
            let result =
                switch equation.2 {
                case "+": values[0] + values[1]
                case "-": values[0] - values[1]
                case "*": values[0] * values[1]
                default: values[0] / values[1]
                }
            #expect(result == values[2], "\(equation.0)")
        }
    }
}

@Suite("Default templates") struct DefaultTemplateTests {
    @Test(
        "every rule has a template that is there and takes its problems",
        arguments: AnswerRule.allCases)
    func rules(rule: AnswerRule) throws {
        let problem = Problem(
            id: "p", question: "q", answer: "A", kind: rule.kind, rule: rule,
            choices: rule == .letter ? ["x"] : nil)
        let set = ProblemSet(name: "s", format: .problems, digest: "", problems: [problem])
        _ = try PromptTemplate.read(set.defaultTemplate).prompt(for: problem)
    }
}
