import Foundation
import NeurondClient
import TestSupport
import Testing

/// Conversations from the command line to the model's chat template and back.
@Suite("Conversations", .serialized)
struct ChatTests {
    /// The template of Docs/chat.md beside a fixture's files, in a folder of its own.
    private func model() throws -> (path: String, folder: URL) {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "neurond-chat-\(UUID().uuidString.prefix(8))")
        let root = TestData.packageRoot
        try FileManager.default.copyItem(
            at: root.appending(path: "Tests/Fixtures/llama-mha/hf"), to: folder)
        let page = try String(
            contentsOf: root.appending(path: "Docs/chat.md"), encoding: .utf8)
        let template = try #require(
            page.split(separator: "\n").first { $0.hasPrefix("{% for turn in messages %}") })
        try Data("\(template)\n".utf8).write(
            to: folder.appending(path: "chat_template.jinja"))
        // The daemon's model is named relative to the package.
        let up = String(repeating: "../", count: root.pathComponents.count)
        return (up + folder.path.dropFirst(), folder)
    }

    @Test("a conversation is rendered by the model's template, from options and from a file")
    func conversation() async throws {
        let (path, folder) = try model()
        defer { try? FileManager.default.removeItem(at: folder) }
        let daemon = try DaemonProcess(model: path)
        let client = try await daemon.connect()
        defer { client.close() }
        let capabilities = try daemon.control(["capabilities"]).out
        #expect(capabilities.contains("chat template chatml"), "\(capabilities)")
        let text =
            "<|im_start|>system\nbe brief<|im_end|>\n<|im_start|>user\n12<|im_end|>\n"
            + "<|im_start|>assistant\n"
        let raw = try daemon.control(["tokenize", text, "--no-special", "--json"])
        let chat = try daemon.control([
            "tokenize", "--chat", "12", "--system", "be brief", "--json",
        ])
        #expect(raw.status == 0 && chat.status == 0, "\(raw.error) \(chat.error)")
        #expect(chat.out == raw.out)
        let file = folder.appending(path: "turns.jsonl")
        try Data("{\"role\": \"system\", \"content\": \"be brief\"}\n\n".utf8).write(to: file)
        let turns = try daemon.control(["tokenize", "--messages", file.path, "12", "--json"])
        #expect(turns.out == raw.out, "\(turns.error)")
        try Data(
            #"[{"role":"system","content":"be brief"},{"role":"user","content":"12"}]"#.utf8
        ).write(to: file)
        let list = try daemon.control(["tokenize", "--messages", file.path, "--json"])
        #expect(list.out == raw.out, "\(list.error)")
        let answer = try daemon.control([
            "generate", "--system", "be brief", "12", "--max-tokens", "4",
        ])
        let same = try daemon.control(["generate", text, "--no-special", "--max-tokens", "4"])
        #expect(answer.status == 0 && answer.out == same.out, "\(answer.error)")
        try Data("{\"role\": \"narrator\", \"content\": \"x\"}".utf8).write(to: file)
        let narrator = try daemon.control(["generate", "--messages", file.path])
        #expect(narrator.status == 1 && narrator.error.contains("narrator"), "\(narrator.error)")
        let both = try daemon.control(["generate", "--chat", "12", "--literal-special"])
        #expect(both.status == 2 && both.error.contains("contradict"), "\(both.error)")
        #expect(daemon.stop() == 0)
    }

    @Test("a model without a template refuses conversations and names the way out")
    func withoutTemplate() async throws {
        let daemon = try DaemonProcess(model: "Tests/Fixtures/llama-mha/hf")
        let client = try await daemon.connect()
        defer { client.close() }
        let answer = try daemon.control(["generate", "--chat", "12", "--json"])
        #expect(answer.status == 1)
        #expect(answer.out.contains("NO_CHAT_TEMPLATE"), "\(answer.out) \(answer.error)")
        #expect(answer.out.contains("raw prompt"))
        #expect(daemon.stop() == 0)
    }
}
