import Foundation
import ModelFile
import NeurondClient
import TestSupport
import Testing

/// The commands of the README and of the help texts do what they say.
@Suite("Command line", .serialized)
struct CommandLineTests {
    @Test("every command of the README runs, and prints what the README says")
    func readme() async throws {
        let daemon = try DaemonProcess(model: "Models/abacus")
        let client = try await daemon.connect()
        defer { client.close() }
        let examples = consoleExamples(in: try text(of: "README.md"))
        for (command, output) in examples {
            let (status, out, error) = try daemon.shell(command)
            #expect(status == 0, "\(command): \(error)")
            #expect(out == output, "\(command)")
        }
        #expect(examples.count >= 4)
        let shown = Set(examples.map(\.command))
        let others = DocumentedCommand.of("README.md").filter { command in
            !command.isInline && command.words[0] == "neuronctl" && !shown.contains(command.text)
        }
        for command in others {
            let (status, _, error) = try daemon.shell(command.text)
            #expect(status == 0, "\(command.text): \(error)")
        }
        #expect(others.count >= 4)
        #expect(daemon.stop() == 0)
    }

    @Test("programs state the version that answers carry")
    func version() async throws {
        let daemon = try DaemonProcess(model: "Models/abacus")
        let client = try await daemon.connect()
        defer { client.close() }
        let answer = try daemon.control(["generate", "2+3=", "--max-tokens", "1", "--json"])
        for program in ["neurond", "neuronctl"] {
            let (status, out, _) = try daemon.shell("\(program) --version")
            let version = out.split(separator: "\n").joined()
            #expect(status == 0 && !version.isEmpty)
            #expect(answer.out.contains(#""build": "\#(version)""#), "\(answer.out)")
        }
        #expect(daemon.stop() == 0)
    }

    @Test("the quickstart shows the README's examples, all of them and no others")
    func quickstart() throws {
        // The script's demonstration is a here-document that begins and ends with these lines.
        let script = try text(of: "Ops/quickstart").split(separator: "\n")
        let begin = try #require(script.firstIndex { $0.hasPrefix("bundled_demonstration()") })
        let end = try #require(script[begin...].firstIndex(of: "TEXT"))
        let shown = script[begin..<end].filter { $0.hasPrefix("$ ") || $0.hasPrefix("# ") }
        let readme = lines(ofBlocks: "console", in: try text(of: "README.md"))
            .filter { $0.hasPrefix("$ ") || $0.hasPrefix("# ") }
        #expect(shown.map(String.init) == readme.map(String.init))
        #expect(shown.contains { $0.hasPrefix("$ ") })
    }

    @Test("captures written to a file come back as the values of a patch")
    func patchFromFile() async throws {
        let daemon = try DaemonProcess(model: "Models/abacus")
        let client = try await daemon.connect()
        defer { client.close() }
        let file = daemon.folder.appending(path: "donor.safetensors").path
        let donor = try daemon.control([
            "forward", "7 + 1 =", "--capture", "resid_post.1 at 1:", "--capture",
            "mlp.act.0 mean", "-o", file,
        ])
        #expect(donor.status == 0, "\(donor.error)")
        let stored = try SafetensorsFile(path: file)
        #expect(stored.tensor(named: "resid_post.1") != nil)
        #expect(try stored.integers(named: "resid_post.1@positions").first == 1)
        let plain = try daemon.control(["forward", "2 + 5 =", "--json"])
        let patched = try daemon.control([
            "forward", "2 + 5 =", "--hook", "patch @\(file) resid_post.1 at 1:", "--json",
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
        // With every row but BOS's replaced after the second block, the answer is the donor's.
        #expect(try top(patched.out) == top(same.out))
        let mean = try daemon.control([
            "forward", "2 + 5 =", "--hook", "mean @\(file) mlp.act.0", "--json",
        ])
        #expect(mean.status == 0, "\(mean.error)")
        #expect(daemon.stop() == 0)
    }

    @Test("wrong usage exits with 2, a refused request with 1 and its reason")
    func exits() async throws {
        let daemon = try DaemonProcess(model: "Tests/Fixtures/llama-mha/hf")
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

    private func text(of path: String) throws -> String {
        try String(contentsOf: TestData.packageRoot.appending(path: path), encoding: .utf8)
    }

    /// The lines of a document's code blocks of a language.
    private func lines(ofBlocks language: String, in text: String) -> [Substring] {
        var lines: [Substring] = []
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isInside = line == "```\(language)"
            } else if isInside {
                lines.append(line)
            }
        }
        return lines
    }

    /// The commands of a document's console blocks, and the output that each is said to have.
    /// Lines with # explain; the blank lines before them belong to no output.
    private func consoleExamples(in text: String) -> [(command: String, output: String)] {
        var examples: [(command: String, output: String)] = []
        for line in lines(ofBlocks: "console", in: text)
        where !line.hasPrefix("# ") && !line.isEmpty {
            if line.hasPrefix("$ ") {
                examples.append((String(line.dropFirst(2)), ""))
            } else if !examples.isEmpty {
                examples[examples.count - 1].output += line + "\n"
            }
        }
        return examples
    }
}
