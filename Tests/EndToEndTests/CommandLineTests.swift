import Foundation
import ModelFile
import NeurondClient
import Testing

/// The commands of the README and of the help texts do what they say.
@Suite("Command line", .serialized)
struct CommandLineTests {
    @Test("every console example of the README runs")
    func readme() async throws {
        let daemon = try DaemonProcess(model: "Models/quickstart")
        let client = try await daemon.connect()
        defer { client.close() }
        let text = try String(
            contentsOf: DaemonProcess.packageRoot.appending(path: "README.md"), encoding: .utf8)
        var count = 0
        for (command, output) in consoleExamples(in: text) {
            let (status, out, error) = try daemon.control(try shellWords(command))
            #expect(status == 0, "\(command): \(error)")
            #expect(out == output, "\(command)")
            count += 1
        }
        #expect(count >= 4)
        #expect(daemon.stop() == 0)
    }

    @Test("captures written to a file come back as the values of a patch")
    func patchFromFile() async throws {
        let daemon = try DaemonProcess(model: "Models/quickstart")
        let client = try await daemon.connect()
        defer { client.close() }
        let file = daemon.folder.appending(path: "donor.safetensors").path
        let donor = try daemon.control([
            "forward", "7 + 1 =", "--capture", "resid_post.1 at 2:", "--capture",
            "mlp.act.0 mean", "-o", file,
        ])
        #expect(donor.status == 0, "\(donor.error)")
        let stored = try SafetensorsFile(path: file)
        #expect(stored.tensor(named: "resid_post.1") != nil)
        #expect(try stored.integers(named: "resid_post.1@positions").first == 2)
        let plain = try daemon.control(["forward", "2 + 5 =", "--json"])
        let patched = try daemon.control([
            "forward", "2 + 5 =", "--hook", "patch @\(file) resid_post.1 at 2:", "--json",
        ])
        #expect(patched.status == 0, "\(patched.error)")
        #expect(patched.out != plain.out)
        let same = try daemon.control(["forward", "7 + 1 =", "--json"])
        func top(_ text: String) throws -> String {
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
            let item = (object as? [String: Any])?["items"] as? [[String: Any]]
            let tops = ((item?.first ?? object as? [String: Any])?["top"] as? [[String: Any]]) ?? []
            return tops.map { "\($0["id"] ?? "")" }.joined(separator: " ")
        }
        // With every later row replaced after the second block, the answer is the donor's.
        #expect(try top(patched.out) == top(same.out))
        let mean = try daemon.control([
            "forward", "2 + 5 =", "--hook", "mean @\(file) mlp.act.0", "--json",
        ])
        #expect(mean.status == 0, "\(mean.error)")
        #expect(daemon.stop() == 0)
    }

    @Test("wrong usage exits with 2, a refused request with 1 and its reason")
    func exits() async throws {
        let daemon = try DaemonProcess(model: "Models/quickstart")
        let client = try await daemon.connect()
        defer { client.close() }
        #expect(try daemon.control(["generate", "--max-tokens", "x", "a"]).status == 2)
        let refused = try daemon.control([
            "generate", "a", "--max-tokens", "2", "--hook", "zero L99N0", "--json",
        ])
        #expect(refused.status == 1)
        let object = try JSONSerialization.jsonObject(with: Data(refused.out.utf8))
        let error = (object as? [String: Any])?["error"] as? [String: Any]
        #expect(error?["code"] as? String == "OUT_OF_RANGE")
        #expect((error?["message"] as? String)?.contains("99") == true)
        #expect(daemon.stop() == 0)
    }

    /// The commands of a text's console blocks, and the output that each is said to have.
    private func consoleExamples(in text: String) -> [(command: String, output: String)] {
        var examples: [(command: String, output: String)] = []
        var isConsole = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isConsole = line == "```console"
            } else if isConsole, line.hasPrefix("$ neuronctl ") {
                examples.append((String(line.dropFirst("$ neuronctl ".count)), ""))
            } else if isConsole, !examples.isEmpty {
                examples[examples.count - 1].output += line + "\n"
            }
        }
        return examples
    }

    /// Splits a line as a shell does, with single quotes.
    private func shellWords(_ line: String) throws -> [String] {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        for character in line {
            switch (character, isQuoted) {
            case ("'", _):
                isQuoted.toggle()
                word = word ?? ""
            case (" ", false):
                if let finished = word { words.append(finished) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        return words + (word.map { [$0] } ?? [])
    }
}
