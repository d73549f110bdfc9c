import Testing

@testable import Studies

@Suite("Malformed problems") struct ProblemErrorTests {
    private static let good = #"{"id":"a","question":"q","answer":"1","kind":"number"}"#

    static let cases: [(text: String, parts: [String])] = [
        ("", ["data/test.jsonl", "holds no problem"]),
        ("hello", ["is not JSON"]),
        (good + "\n{", ["line 2", "the text ends"]),
        (good + "\n[1]", ["line 2", "an array; an object is expected"]),
        (good + "\n" + good, ["item 1", "the id \"a\" occurs twice"]),
        (#"{"foo":1}"#, ["line 1", "the shape is not recognised", "answerKey"]),
        (#"{"a":1,"a":2}"#, ["the key \"a\" occurs twice"]),
        (#"{"id":"a","question":"q","answer":"1"}"#, ["line 1", "give \"kind\"", "yes_no"]),
        (
            #"{"id":"a","question":"q","answer":"1","kind":"nummer"}"#,
            ["\"kind\" is \"nummer\"", "number, math, choice, yes_no, text"]
        ),
        (
            #"{"id":"a","question":"q","answer":1,"kind":"number"}"#,
            ["\"answer\" is an integer; a string is expected"]
        ),
        (
            #"{"id":"a","question":"q","answer":"x","kind":"number"}"#,
            ["\"answer\"", "\"x\" is no number"]
        ),
        (
            #"{"id":"a","question":"q","prompt":"p","answer":"1","kind":"number"}"#,
            ["give one of \"question\" and \"prompt\""]
        ),
        (
            #"{"id":"a","question":" ","answer":"1","kind":"number"}"#,
            ["\"question\" is blank"]
        ),
        (
            #"{"id":"a","question":"q","answer":"1","kind":"number","gold":"1"}"#,
            ["unknown field \"gold\"", "fields are id, split"]
        ),
        (
            #"{"id":"a","question":"q","answer":"maybe","kind":"yes_no"}"#,
            ["yes or no is expected"]
        ),
        (
            #"{"id":"a","question":"q","answer":"C","kind":"choice","choices":["x","y"]}"#,
            ["a letter of the 2 choices"]
        ),
        (
            #"{"id":"a","question":"q","answer":"A","kind":"choice"}"#,
            ["\"choices\" has 0 elements"]
        ),
        (
            #"{"id":"a","question":"q","answer":"1","kind":"number","tags":{"n":1}}"#,
            ["\"n\" is an integer"]
        ),
        (#####"{"question":"q","answer":"no mark"}"#####, ["\"answer\" has no line \"#### 18\""]),
        (#####"{"question":"q","answer":"#### x"}"#####, ["\"x\" after #### is no number"]),
        (#"[{"sQuestion":"q","lSolutions":[1,2]}]"#, ["item 0", "has 2 elements"]),
        (#"[{"sQuestion":"q","lSolutions":["a"]}]"#, ["\"lSolutions\" is a string; a number"]),
        (#"[{"ID":"1","Body":"b","Question":"q","Answer":null}]"#, ["\"Answer\" is null"]),
        (#"[{"problem":"p","solution":"no box"}]"#, ["no \\boxed{}"]),
        (#"[{"input":"q","target_scores":{"Yes":1,"No":1}}]"#, ["must have the score 1"]),
        (
            #"[{"id":"1","question":"q","answerKey":"E","choices":{"label":["A"],"text":["x"]}}]"#,
            ["\"answerKey\" is \"E\"", "1 choices"]
        ),
        (
            #"[{"id":"1","question":"q","answerKey":"A","choices":{"label":["B"],"text":["x"]}}]"#,
            ["labels of \"choices\" are B"]
        ),
        (#"[{"sQuestion":"q","lSolutions":[1]}, 3]"#, ["item 1", "an object is expected"]),
        ("[{]", ["line 1, column 3"]),
    ]

    @Test("an error says which file, which item and which field", arguments: cases)
    func errorsName(text: String, parts: [String]) {
        let message = ProblemSetTests.error(text)
        for part in parts {
            #expect(message.contains(part), "\(message) says \(part)")
        }
    }

    @Test("a file that is not there, and a name that is no format")
    func missing() {
        #expect(throws: DataError.self) { try ProblemSet.read("/nowhere/test.jsonl") }
        #expect {
            try ProblemFormat(named: "gsm9k")
        } throws: { error in
            "\(error)".contains("formats are problems, gsm8k, svamp")
        }
    }

    @Test("a shape that is named is not guessed")
    func named() {
        let message = ProblemSetTests.error(Self.good, format: .svamp)
        #expect(message.contains("the field \"Body\" is missing"))
    }
}
