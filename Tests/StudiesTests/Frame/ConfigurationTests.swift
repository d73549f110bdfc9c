import Testing

@testable import Studies

@Suite("Configurations of studies") struct StudyConfigurationTests {
    typealias Configuration = ToyStudy.Configuration

    private func refusal(_ toml: String, _ assignments: [String] = []) -> StudyError? {
        do throws(StudyError) {
            _ = try Configuration(toml: toml, from: "a.toml", assignments: assignments)
            return nil
        } catch {
            return error
        }
    }

    @Test("what is not said has its default, and the command line beats the file")
    func layers() throws {
        var expected = Configuration()
        #expect(try Configuration(toml: "", from: "a.toml") == expected)
        expected.prompts = 9
        expected.temperature = 0.1
        expected.scales = [2, 0.25]
        expected.tone = .loud
        expected.file = "a b.json"
        let text = """
            prompts = 5
            [sampling]
            temperature = 1
            [selection]
            file = "a b.json"
            scales = [2, 0.25]
            """
        let assignments = ["prompts=9", "sampling.temperature=0.1", "selection.tone=loud"]
        #expect(
            try Configuration(toml: text, from: "a.toml", assignments: assignments) == expected)
    }

    @Test("a list on the command line has commas")
    func lists() throws {
        let made = try Configuration(
            toml: "", from: "", assignments: ["selection.scales=1,1.5", "selection.long=true"])
        #expect(made.scales == [1, 1.5] && made.isLong)
        let inTOML = try Configuration(
            toml: "", from: "", assignments: ["selection.scales=[2, 2.5]"])
        #expect(inTOML.scales == [2, 2.5])
        #expect(refusal("", ["selection.scales=[2, ]]"])?.message.contains("--set") == true)
    }

    @Test("an unknown key is refused with the nearest")
    func unknownKeys() {
        #expect(
            refusal("[sampling]\ntemprature = 1")?.message
                == "a.toml: sampling.temprature is no key; nearest: sampling.temperature")
        #expect(refusal("", ["promts=1"])?.message == "--set: promts is no key; nearest: prompts")
        #expect(refusal("zzzzzzzzzz = 1")?.message == "a.toml: zzzzzzzzzz is no key")
        #expect(refusal("", ["prompts"])?.message == "--set \"prompts\": expected KEY=VALUE")
        #expect(refusal("zzzzzzzzzz = 1")?.isUsage == true)
    }

    @Test(
        "a value that its key does not take is refused with what it takes",
        arguments: [
            ("prompts = 1001", "prompts is 1001; accepted: a whole number from 0 to 1000"),
            ("prompts = 1.5", "prompts is 1.5; accepted: a whole number from 0 to 1000"),
            (
                "[selection]\ntone = \"flat\"",
                "selection.tone is \"flat\"; accepted: \"calm\", \"loud\""
            ),
            ("[selection]\nlong = 1", "selection.long is 1; accepted: true, false"),
            (
                "[selection]\nscales = []",
                "selection.scales is []; accepted: a list of 1 to 8 of: a number from 0.0 to 4.0"
            ),
            ("[sampling]\nseed = -1", "sampling.seed is -1; accepted: a whole number from 0 to"),
        ])
    func refusedValues(text: String, message: String) {
        #expect(refusal(text)?.message.hasPrefix("a.toml: \(message)") == true)
    }

    @Test("what is no TOML is refused with its line")
    func noTOML() {
        #expect(refusal("a = 1\nb = = 2")?.message.contains("line 2") == true)
        #expect(refusal("a = 1\u{0}b")?.message == "a.toml: it contains a zero byte")
    }

    @Test("the text of a configuration comes back as the configuration")
    func roundTrip() throws {
        var configuration = Configuration()
        configuration.temperature = 0.3
        configuration.scales = [0.1, 3]
        configuration.file = "with \"quotes\" and \\"
        configuration.seed = UInt64(Int.max)
        #expect(try Configuration(toml: configuration.toml, from: "") == configuration)
    }

    @Test("the template documents every key and is the default configuration")
    func template() throws {
        let text = Configuration.template(of: ToyStudy.self)
        #expect(try Configuration(toml: text, from: "") == Configuration())
        for setting in Configuration.settings {
            #expect(text.contains("# " + setting.documentation.prefix(20)))
        }
        #expect(text.contains("#   weigh: Probabilities of every text."))
        #expect(text.contains("# Accepted: \"calm\", \"loud\".\ntone = \"calm\""))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }
}
