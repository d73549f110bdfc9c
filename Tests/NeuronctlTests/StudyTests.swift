import FakeDaemon
import Foundation
import Hooks
import Messages
import ModelFile
import SwiftProtobuf
import Synchronization
import Testing
import Wire

@testable import Studies
@testable import neuronctl

/// A study of as many texts as it is told.
private struct EchoStudy: Study {
    static let name = "echo"
    static let summary = "What a model says to numbers."
    static let say = StudyStep("say", "Texts to numbers.")
    static let steps = [say]

    struct Configuration: StudyConfiguration {
        var count = 40
        var seed: UInt64 = 1

        static let settings: [StudySetting<Self>] = [
            StudySetting("count", \.count, .integer(in: 1...100), "How many numbers."),
            StudySetting("sampling.seed", \.seed, .seed, "Of the texts."),
        ]
    }

    let configuration: Configuration

    init(_ configuration: Configuration) { self.configuration = configuration }

    func run(_ run: StudyRun) async throws -> StudyResults {
        let texts = try await run.generate(
            Self.say, label: "texts",
            (0..<configuration.count).map {
                GenerationItem(prompt: .text("\($0)"), seed: configuration.seed)
            }, settings: GenerationSettings(maxTokens: 3))
        var table = StudyTable(
            "texts", title: "Texts", columns: [.text("text"), .number("mean", digits: 2)])
        for (place, text) in texts.enumerated() {
            let sum = text.tokens.reduce(0, +)
            table.add(
                .init(
                    [.text(text.text), .number(Double(sum) / 3)],
                    sources: [StudySource("texts", items: [place])]))
        }
        var results = StudyResults()
        results.tables = [table]
        results.figures = [StudyFigure("bars", title: "Bars", text: "##\n")]
        results.neuronSets = [
            StudyNeuronSet(
                "few", neurons: [Neuron(layer: 0, index: 3), Neuron(layer: 1, index: 5)],
                of: run.model.identity, origin: "said")
        ]
        results.tensors = [StudyTensor("values", shape: [1, 2], values: [0.1, -2])]
        results.report = "# Echo\n\n" + table.markdown
        return results
    }
}

/// A daemon that generates, counts, and leaves after so many requests.
private final class EchoDaemon: Sendable {
    let generated = Mutex(0)
    let patience: Int

    init(patience: Int = .max) { self.patience = patience }

    @Sendable func answer(_ request: FakeRequest) -> [FakeStep] {
        guard request.method == .generate else { return [.reply(Self.capabilities), .ok] }
        let items = request.decoded(as: Neurond_V1_GenerateRequest.self)?.items ?? []
        let isOver = generated.withLock { count in
            count += items.count
            return count > patience
        }
        guard !isOver else { return [.failed(.internal, "INTERNAL", "broken")] }
        return items.enumerated().flatMap { place, item -> [FakeStep] in
            [
                .reply(
                    Neurond_V1_GenerateReply.with {
                        $0.item = UInt32(place)
                        $0.started.tokens = [1]
                    }),
                .reply(
                    Neurond_V1_GenerateReply.with {
                        $0.item = UInt32(place)
                        $0.finished.text = "says \(item.prompt.text) of \(item.seed)"
                        $0.finished.tokens = item.prompt.text.utf8.map { UInt32($0) }
                        $0.finished.reason = "end"
                    }),
            ]
        } + [.ok]
    }

    static var capabilities: Neurond_V1_CapabilitiesReply {
        .with {
            $0.build = "1.2"
            $0.models = [
                .with {
                    $0.name = "toy"
                    $0.digest = "sha256:feed"
                    $0.layers = 2
                    $0.neurons = 8
                }
            ]
            $0.limits = [
                .with {
                    $0.name = "service.items_per_request"
                    $0.value = 64
                }
            ]
        }
    }
}

@Suite("neuronctl study", .timeLimit(.minutes(10))) struct StudyTests {
    private let folder = URL(filePath: NSTemporaryDirectory())
        .appending(path: "study-\(UUID().uuidString.prefix(8))")

    private func study(
        _ arguments: [String], daemon: EchoDaemon = EchoDaemon(), isTerminal: Bool = false
    ) async throws -> Run {
        let fake = try FakeDaemon(script: daemon.answer)
        defer { fake.stop() }
        let environment = ["XDG_DATA_HOME": folder.path]
        return await StudyRegistry.$current.withValue(StudyRegistry([EchoStudy.self])) {
            await neuronctl(
                ["study"] + arguments, at: fake.address, environment: environment,
                isTerminal: isTerminal)
        }
    }

    @Test("a run prints its tables, and a second one asks nothing")
    func runTwice() async throws {
        let first = try await study(["run", "echo"])
        #expect(first.code == 0, "\(first.errors)")
        #expect(first.output.contains("says 7 of 1"))
        #expect(first.output.contains("few\t2\tsaid"))
        #expect(first.errors.hasPrefix("run 1\n"))
        let daemon = EchoDaemon()
        let second = try await study(["run", "echo"], daemon: daemon)
        #expect(second.code == 0 && daemon.generated.withLock { $0 } == 0)
        #expect(second.errors.contains("texts: 40 of 40 are in the store"))
        let difference = try await study(["diff", "1", "2"])
        #expect(difference.output == "runs 1 and 2 do not differ\n")
    }

    @Test("a run that broke off is resumed and asks for the rest")
    func resume() async throws {
        let broken = try await study(["run", "echo"], daemon: EchoDaemon(patience: 39))
        #expect(broken.code == 1)
        #expect(broken.errors.contains("go on: neuronctl study resume 1"))
        #expect(broken.errors.contains("error: broken [INTERNAL]"))
        let list = try await study(["list"])
        #expect(list.output.contains("run 1\techo\tfailed"))
        let early = try await study(["export", "1", "-o", folder.path])
        #expect(early.code == 1 && early.errors.contains("resume 1"))
        let daemon = EchoDaemon()
        let resumed = try await study(["resume"], daemon: daemon)
        #expect(resumed.code == 0 && daemon.generated.withLock { $0 } < 40)
        let whole = try await study(["run", "echo", "--store", folder.path + "/other.sqlite"])
        func tables(_ run: Run) -> [Substring] {
            run.output.split(separator: "\n").filter { $0.contains("says") }
        }
        #expect(tables(resumed) == tables(whole) && tables(whole).count == 40)
        #expect(try await study(["resume"]).code == 1, "no run is left to resume")
    }

    @Test("with --json events are objects on standard error and the run is one on standard output")
    func json() async throws {
        let run = try await study(["run", "echo", "--json", "--set", "count=2"])
        let object = try run.json()
        #expect(object["run"] as? Int == 1 && object["state"] as? String == "finished")
        let tables = try #require(object["tables"] as? [[String: Any]])
        let rows = try #require(tables[0]["rows"] as? [[String: Any]])
        #expect(rows[1]["sources"] as? [String] == ["texts[1]"])
        let events = try run.errors.split(separator: "\n").map {
            try #require(
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(
            events.compactMap { $0["event"] as? String } == ["started", "advanced", "finished"])
        #expect(events.last?["done"] as? Int == 2)
    }

    @Test("on a terminal there is a bar with the time that is left")
    func bar() async throws {
        let run = try await study(["run", "echo"], isTerminal: true)
        #expect(run.errors.contains("\r\u{1B}[Ktexts [####"))
        #expect(run.errors.contains(/(32|8)\/40  0:\d\d left/))
        #expect(run.errors.contains("] 40/40\n"))
    }

    @Test("the template is a configuration that runs, and --set beats it")
    func template() async throws {
        let template = try await study(["template", "echo"])
        #expect(template.output.contains("# How many numbers."))
        let file = try temporaryFile("a.toml", template.output)
        let run = try await study(["run", "echo", "--config", file, "--set", "count=3"])
        #expect(run.code == 0, "\(run.errors)")
        let config = try await study(["show", "--config"])
        #expect(config.output == "count = 3\n\n[sampling]\nseed = 1\n")
    }

    @Test("the answers behind a number are shown with their questions")
    func labels() async throws {
        _ = try await study(["run", "echo", "--set", "count=3"])
        let run = try await study(["show", "1", "--label", "texts"])
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 3)
        let item = try JSONSerialization.jsonObject(with: Data(lines[2].utf8)) as? [String: Any]
        #expect(item?["place"] as? Int == 2 && (item?["key"] as? String)?.count == 64)
        #expect((item?["answer"] as? [String: Any])?["text"] as? String == "says 2 of 1")
        #expect((item?["question"] as? [String: Any])?["seed"] as? Int == 1)
        let unknown = try await study(["show", "1", "--label", "text"])
        #expect(unknown.code == 2 && unknown.errors.contains("it has: texts"))
    }

    @Test("results are exported in every form, and neuron sets are what hooks take")
    func export() async throws {
        _ = try await study(["run", "echo", "--set", "count=2"])
        let output = folder.appending(path: "out")
        let run = try await study(["export", "-o", output.path])
        #expect(run.code == 0, "\(run.errors)")
        let files = ["texts.csv", "results.json", "tensors.safetensors", "few.json", "report.md"]
        #expect(
            run.output.split(separator: "\n").map(String.init)
                == files.map { output.appending(path: $0).path })
        let set = try NeuronSet(
            bytes: Array(try Data(contentsOf: output.appending(path: "few.json"))))
        #expect(set.unitCount == 2 && set.modelDigest == "sha256:feed")
        var parser = HookParser { path, _ in
            #expect(path == "few.json")
            return set.contentHash
        }
        #expect(try parser.action(text: "zero @few.json").target.sets == [set.contentHash])
        let tensors = try SafetensorsFile(
            path: output.appending(path: "tensors.safetensors").path)
        #expect(tensors.tensor(named: "values")?.shape == [1, 2])
        let csv = try String(
            contentsOf: output.appending(path: "texts.csv"), encoding: .utf8)
        #expect(csv.hasPrefix("text,mean,sources\r\nsays 0 of 1,16.0,texts[0]\r\n"))
        let some = try await study(["export", "--format", "markdown", "-o", output.path])
        #expect(
            some.output.hasSuffix("report.md\n") && some.output.split(separator: "\n").count == 1)
    }

    @Test("runs of other configurations differ in it and in what came out")
    func difference() async throws {
        _ = try await study(["run", "echo", "--set", "count=2"])
        _ = try await study(["run", "echo", "--set", "count=1", "--set", "sampling.seed=2"])
        let run = try await study(["diff", "1", "2"])
        #expect(run.output.contains("configuration\n  count\t2\t1\n  sampling.seed\t1\t2\n"))
        #expect(run.output.contains("  texts: rows\t2\t1\n"))
        let asJSON = try await study(["diff", "1", "2", "--json"])
        #expect((try asJSON.json()["configuration"] as? [Any])?.count == 2)
    }

    @Test("what is wrong with a command line is said with code 2, what fails with code 1")
    func refusals() async throws {
        for (arguments, code, words) in [
            (["run", "ecco"], 2, "there is no study \"ecco\"; there are: echo"),
            (["run", "echo", "--set", "cont=2"], 2, "--set: cont is no key; nearest: count"),
            (["run", "echo", "--set", "count=0"], 2, "accepted: a whole number from 1 to 100"),
            (["run", "echo", "--config", "/nonexistent.toml"], 1, "/nonexistent.toml"),
            (["run", "echo", "--model", "other"], 1, "it serves: toy"),
            (["show"], 1, "there is no store"), (["resume", "7"], 1, "there is no store"),
            (["show", "--config", "--label", "x"], 2, "ask one"),
            (["template", "x"], 2, "there is no study"),
            (["export", "1", "--format", "xml", "-o", "x"], 2, "markdown"),
        ] as [([String], Int32, String)] {
            let store = ["--store", folder.path + "/\(UUID().uuidString).sqlite"]
            let isStoreless = arguments[0] == "template"
            let run = try await study(arguments + (isStoreless ? [] : store))
            #expect(run.code == code, "\(arguments): \(run.errors)")
            #expect(run.errors.contains(words), "\(arguments): \(run.errors)")
            #expect(run.output.isEmpty)
        }
    }

    @Test("an interrupt leaves a run that can be resumed, with code 130")
    func interrupt() async throws {
        let fake = try FakeDaemon { request in
            request.method == .generate ? [] : [.reply(EchoDaemon.capabilities), .ok]
        }
        defer { fake.stop() }
        let environment = ["XDG_DATA_HOME": folder.path]
        let task = Task {
            await StudyRegistry.$current.withValue(StudyRegistry([EchoStudy.self])) {
                await neuronctl(
                    ["study", "run", "echo"], at: fake.address, environment: environment)
            }
        }
        for await event in fake.events {
            if case .request(.generate, _) = event { break }
        }
        task.cancel()
        let run = await task.value
        #expect(run.code == 130 && run.errors.hasSuffix("interrupted\n"), "\(run.errors)")
        #expect(try await study(["list"]).output.contains("\tinterrupted\t"))
        #expect(try await study(["resume"]).code == 0)
    }
}
