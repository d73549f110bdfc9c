import FakeDaemon
import Foundation
import Messages
import ModelFile
import SwiftProtobuf
import Testing
import Wire

@testable import neuronctl

@Suite(.timeLimit(.minutes(10))) struct StatisticsCommandTests {
    /// Two items and two groups, of two layers with three neurons each.
    private static func answer(_ values: [Double]) -> [FakeStep] {
        var steps: [FakeStep] = [UInt32(0), 1].map { index in
            .reply(
                Neurond_V1_StatisticsReply.with {
                    $0.item.item = index
                    $0.item.tokens = [5, 6]
                    $0.item.countedTokens = 2
                })
        }
        for (number, label) in ["", "right"].enumerated() {
            let info = Neurond_V1_TensorInfo.with {
                $0.name = "mlp.act:mean_abs"
                $0.type = .f64
                $0.shape = [2, 3]
            }
            steps.append(
                .reply(
                    Neurond_V1_StatisticsReply.with {
                        $0.group.label = label
                        $0.group.items = 2
                        $0.group.tokens = 4
                        $0.group.tensors = [info]
                    }))
            steps.append(
                .tensor(
                    TensorDescriptor(
                        name: info.name, type: .float64, shape: [2, 3], item: UInt32(number)),
                    values.flatMap { value in
                        (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
                    }))
        }
        return steps + [.ok]
    }

    private static let values = [0.5, 8, 0.25, 2, 16, 1]

    private func items(_ lines: String...) throws -> String {
        try temporaryFile("items.jsonl", lines.joined(separator: "\n"))
    }

    @Test func itemsAndOptionsGoOut() async throws {
        let file = try items(
            #"{"prompt": "2+3=", "continuation": "5", "group": "right", "tags": {"set": "a"}}"#,
            #"{"tokens": [7, 8, 9], "counted": [[0, 1], [2, 3]], "tags": {"set": "b"}}"#)
        let run = try await neuronctl([
            "statistics", "--items", file, "--sum", "mean_abs", "--sum", "rms", "--layers", "0-1",
            "--hook", "scale 2 L0N1",
        ]) { request in
            let message = request.decoded(as: Neurond_V1_StatisticsRequest.self)
            #expect(request.method == .statistics)
            #expect(message?.sums == ["mean_abs", "rms"])
            #expect(message?.site == "mlp.act" && message?.layers == [0, 1])
            #expect(message?.exact == false)
            #expect(message?.hooks.actions.count == 1)
            #expect(message?.items.map(\.group) == ["right", ""])
            #expect(message?.items[0].continuation.text == "5")
            #expect(message?.items[1].hasContinuation == false)
            #expect(message?.items[1].counted.map(\.end) == [1, 3])
            return Self.answer(Self.values)
        }
        #expect(run.code == 0, "\(run.errors)")
        let tagged = try await neuronctl(["statistics", "--items", file, "--group-by", "set"]) {
            let message = $0.decoded(as: Neurond_V1_StatisticsRequest.self)
            #expect(message?.items.map(\.group) == ["a", "b"])
            #expect(message?.sums == ["mean_abs"] && message?.layers == [])
            return Self.answer(Self.values)
        }
        #expect(tagged.code == 0, "\(tagged.errors)")
    }

    @Test func groupsAreShownWithTheirLargestMeans() async throws {
        let file = try items(#"{"prompt": "a"}"#)
        let run = try await neuronctl(["statistics", "--items", file, "--top", "3"]) { _ in
            Self.answer(Self.values)
        }
        #expect(run.code == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n").map(String.init)
        #expect(
            lines == [
                #"group "": 2 items, 4 counted tokens, by mean_abs:"#, "  L1N1\t8.0",
                "  L0N1\t4.0", "  L1N0\t1.0",
                #"group "right": 2 items, 4 counted tokens, by mean_abs:"#, "  L1N1\t8.0",
                "  L0N1\t4.0", "  L1N0\t1.0",
            ])
    }

    @Test func sumsGoToAFileWithTheirLabels() async throws {
        let file = try items(#"{"prompt": "a"}"#)
        let output = try temporaryFile("sums.safetensors")
        let run = try await neuronctl([
            "statistics", "--items", file, "-o", output, "--json",
        ]) { _ in Self.answer(Self.values) }
        #expect(run.code == 0, "\(run.errors)")
        let groups = try run.json()["groups"] as? [[String: Any]]
        #expect(groups?.map { $0["label"] as? String } == ["", "right"])
        let stored = try SafetensorsFile(bytes: Array(Data(contentsOf: URL(filePath: output))))
        #expect(Set(stored.tensors.map(\.name)) == ["/mlp.act:mean_abs", "right/mlp.act:mean_abs"])
        let metadata = try #require(stored.metadata["neurond"])
        #expect(metadata.contains(#"{"label": "right", "items": 2, "tokens": 4}"#), "\(metadata)")
        #expect(metadata.contains("sha256:feed"))
        let shown = try await neuronctl(["statistics", "--items", file, "--json"]) { _ in
            Self.answer(Self.values)
        }
        let list = try #require(try shown.json()["groups"] as? [[String: Any]])
        let sums = try #require(list[1]["sums"] as? [[String: Any]])
        #expect(sums[0]["values"] as? [[Double]] == [[0.5, 8, 0.25], [2, 16, 1]])
    }

    @Test func whatMakesNoSenseIsRefusedBeforeAnythingIsSent() async throws {
        let file = try items(#"{"prompt": "a", "counted": [[1]]}"#)
        let plain = try items(#"{"prompt": "a"}"#)
        for (file, arguments, word) in [
            (plain, ["--sum", "median"], "mean_abs"), (plain, ["--layers", "x"], "--layers"),
            (plain, ["--exact"], "--output"), (plain, ["--group-by", "set"], "set"),
            (file, [], "pairs"),
        ] {
            let run = try await neuronctl(["statistics", "--items", file] + arguments) { _ in
                Issue.record("something was sent")
                return [.ok]
            }
            #expect(run.code != 0)
            #expect(run.errors.contains(word), "\(arguments): \(run.errors)")
        }
        let other = try await neuronctl(["forward", "--items", file]) { _ in [.ok] }
        #expect(other.code == 1)
        #expect(other.errors.contains("only statistics counts positions"))
    }
}
