import Foundation
import Glibc
import Hooks
import Messages
import ModelFile
import NeurondClient
import SwiftProtobuf
import Testing

/// Statistics from the client and the command line to the engine, and across an engine's death.
@Suite("Statistics end to end", .serialized)
struct StatisticsTests {
    private func request(_ count: Int) -> Neurond_V1_StatisticsRequest {
        .with {
            $0.items = (0..<count).map { index in
                .with {
                    $0.group = index % 3 == 0 ? "wrong" : "right"
                    $0.prompt.tokens.ids = (0..<60).map { ($0 * 31 + UInt32(index)) % 200 + 3 }
                    $0.continuation.tokens.ids = (0..<40).map { ($0 * 7 + UInt32(index)) % 200 + 3 }
                }
            }
            $0.sums = ElementSum.allCases.map(\.rawValue)
            $0.exact = true
        }
    }

    /// Everything that came, message by message and tensor by tensor.
    private func answers(
        _ client: Client, _ request: Neurond_V1_StatisticsRequest, after count: Int = .max,
        _ disturb: () async throws -> Void = {}
    ) async throws -> (replies: [Neurond_V1_StatisticsReply], tensors: [[UInt8]]) {
        var replies: [Neurond_V1_StatisticsReply] = []
        var tensors: [[UInt8]] = []
        for try await answer in client.answers(to: request) {
            replies.append(answer.reply)
            tensors += answer.tensors.map(\.bytes)
            if replies.count == count { try await disturb() }
        }
        return (replies, tensors)
    }

    @Test("kill -9 of the engine in the middle of the items changes no bit")
    func engineKilled() async throws {
        let daemon = try DaemonProcess(model: "Tests/Fixtures/llama-mha/hf")
        let client = try await daemon.connect()
        let request = request(600)
        let undisturbed = try await answers(client, request)
        #expect(undisturbed.replies.count == 602)
        #expect(undisturbed.tensors.count == 2 * ElementSum.allCases.count)
        for (restarts, count) in [(UInt32(1), 20), (2, 300)] {
            let engine = try #require(try await client.status().engines.first)
            let disturbed = try await answers(client, request, after: count) {
                #expect(kill(engine.process, SIGKILL) == 0)
            }
            #expect(disturbed.replies == undisturbed.replies)
            #expect(disturbed.tensors == undisturbed.tensors)
            #expect(try await client.status().engines.first?.restarts == restarts)
        }
        client.close()
        #expect(daemon.stop() == 0)
    }

    @Test("the client's helper merges parts to the bits of the whole, and knows the norms")
    func helper() async throws {
        let daemon = try DaemonProcess(model: "Models/abacus")
        let client = try await daemon.connect()
        let items: [Neurond_V1_StatisticsItem] = (0..<12).map { index in
            .with {
                $0.prompt.text = "\(index) + 7 = "
                $0.continuation.text = "\(index + 7)"
                $0.group = index % 2 == 0 ? "even" : "odd"
            }
        }
        let sums = ElementSum.allCases
        let whole = try await client.statistics(items, sums: sums)
        #expect(whole.items.map(\.item) == (0..<12).map { UInt32($0) })
        #expect(whole.groups.map(\.label) == ["even", "odd"])
        let parts = [
            try await client.statistics(Array(items[..<5]), sums: sums),
            try await client.statistics(Array(items[5...]), sums: sums),
        ]
        for (place, group) in whole.groups.enumerated() {
            let (first, second) = (parts[0].groups[place], parts[1].groups[place])
            #expect(group.itemCount == first.itemCount + second.itemCount)
            #expect(group.tokenCount == first.tokenCount + second.tokenCount)
            for sum in sums {
                let merged = zip(first.sums[sum] ?? [], second.sums[sum] ?? [])
                    .map { sum == .maxAbs ? max($0, $1) : $0 + $1 }
                #expect(group.sums[sum] == merged, "\(sum)")
                #expect(merged.count == group.layerCount * group.elementCount)
                #expect(merged.contains { $0 > 0 })
            }
        }
        let (layers, neurons) = (whole.groups[0].layerCount, whole.groups[0].elementCount)
        let norms = try await client.columnNorms(layers: Array(0..<UInt32(layers)))
        #expect(norms.map(\.count) == Array(repeating: neurons, count: layers))
        #expect(norms.joined().allSatisfy { $0 > 0 })
        client.close()
        #expect(daemon.stop() == 0)
    }

    @Test("the command line groups by tag, shows the largest means and writes a labelled file")
    func commandLine() async throws {
        let daemon = try DaemonProcess(model: "Models/abacus")
        let client = try await daemon.connect()
        let file = daemon.folder.appending(path: "items.jsonl")
        let lines = (1...6).map { number in
            #"{"prompt": "\#(number) + 3 = ", "continuation": "\#(number + 3)", "#
                + #""tags": {"size": "\#(number > 3 ? "large" : "small")"}}"#
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        let output = daemon.folder.appending(path: "sums.safetensors").path
        let (status, out, error) = try daemon.control([
            "statistics", "--items", file.path, "--group-by", "size", "--sum", "mean_abs",
            "--sum", "positive", "--layers", "1", "--hook", "zero L1N7", "-o", output,
        ])
        #expect(status == 0, "\(error)")
        let shown = out.split(separator: "\n")
        #expect(shown.filter { $0.hasPrefix("group ") }.count == 2, "\(out)")
        #expect(shown.contains { $0.hasPrefix(#"group "large": 3 items"#) }, "\(out)")
        #expect(shown.contains { $0.hasPrefix("  L1N") } && !out.contains("L1N7\t"))
        let stored = try SafetensorsFile(bytes: Array(Data(contentsOf: URL(filePath: output))))
        #expect(
            Set(stored.tensors.map(\.name))
                == [
                    "large/mlp.act:mean_abs", "large/mlp.act:positive", "small/mlp.act:mean_abs",
                    "small/mlp.act:positive",
                ])
        #expect(stored.tensor(named: "large/mlp.act:mean_abs")?.shape.first == 1)
        #expect(stored.metadata["neurond"]?.contains(#""label": "large", "items": 3"#) == true)
        let explained = try daemon.control([
            "explain", "statistics", "--items", file.path, "--group-by", "size",
        ])
        #expect(explained.status == 0 && explained.out.contains("in all: "), "\(explained.error)")
        client.close()
        #expect(daemon.stop() == 0)
    }
}
