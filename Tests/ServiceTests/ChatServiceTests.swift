import Engine
import Foundation
import Messages
import Service
import SwiftProtobuf
import TestSupport
import Testing
import Wire

/// Conversations as prompts: what they become, and what is refused.
@Suite("Conversations through the service")
struct ChatServiceTests {
    private static func prompt(_ messages: (String, String)...) -> Neurond_V1_Prompt {
        .with {
            $0.chat.messages = messages.map { role, content in
                .with {
                    $0.role = role
                    $0.content = content
                }
            }
        }
    }

    /// The template of Docs/chat.md, one of ChatML.
    private func chatML() throws -> TestService {
        let page = TestData.packageRoot.appending(path: "Docs/chat.md")
        let template = try String(contentsOf: page, encoding: .utf8)
            .split(separator: "\n").first { $0.hasPrefix("{% for turn in messages %}") }
        return try TestService(chatTemplate: String(try #require(template)))
    }

    private func refusal(
        _ test: TestService, _ prompt: Neurond_V1_Prompt
    ) async throws -> Neurond_V1_Status {
        let (replies, end) = try await test.call(
            .forward, Neurond_V1_ForwardRequest.with { $0.items = [.with { $0.prompt = prompt }] })
        #expect(replies.isEmpty)
        #expect(end.status.field == "items[0].prompt")
        return end.status
    }

    @Test("a conversation is the ids of its rendering, in every method, per item too")
    func rendering() async throws {
        let test = try chatML()
        let chat = Self.prompt(("system", "be brief"), ("user", "12"))
        let text =
            "<|im_start|>system\nbe brief<|im_end|>\n<|im_start|>user\n12<|im_end|>\n"
            + "<|im_start|>assistant\n"
        let plain = Neurond_V1_Prompt.with {
            $0.text = text
            $0.omitSpecial = true
        }
        let request = Neurond_V1_GenerateRequest.with {
            $0.maxTokens = 3
            $0.items = [.with { $0.prompt = chat }, .with { $0.prompt = plain }]
        }
        let replies = try await test.messages(
            .generate, request, as: Neurond_V1_GenerateReply.self)
        #expect(replies[0].started.tokens == replies[2].started.tokens)
        #expect(replies[1].finished.tokens == replies[3].finished.tokens)
        #expect(replies[1].finished.tokens.count == 3)
    }

    @Test("a model without a template, or with an unknown one, says so with its digest")
    func templates() async throws {
        let chat = Self.prompt(("user", "12"))
        let none = try await refusal(TestService(), chat)
        #expect(none.code == .failedPrecondition)
        #expect(none.reason == "NO_CHAT_TEMPLATE")
        #expect(none.message.contains("raw prompt"))
        let unknown = try TestService(chatTemplate: "{{ messages[0].content }}")
        let status = try await refusal(unknown, chat)
        #expect(status.code == .failedPrecondition)
        #expect(status.reason == "NO_CHAT_TEMPLATE")
        let digest = try await unknown.messages(
            .capabilities, Neurond_V1_CapabilitiesRequest(),
            as: Neurond_V1_CapabilitiesReply.self)[0].models[0].chatTemplateDigest
        #expect(digest.count == 64)
        #expect(status.message.contains(digest))
        #expect(status.message.contains("chatml"))
    }

    @Test("messages that the template does not take are refused with the reason")
    func messages() async throws {
        let test = try chatML()
        let cases: [(Neurond_V1_Prompt, String)] = [
            (Neurond_V1_Prompt.with { $0.chat = .init() }, "there are none"),
            (Self.prompt(("narrator", "x")), "narrator"),
            (Self.prompt(("", "x")), "\"\""),
        ]
        for (prompt, named) in cases {
            let status = try await refusal(test, prompt)
            #expect(status.code == .invalidArgument)
            #expect(status.reason == "CHAT_MESSAGES")
            #expect(status.message.contains(named), "\(status.message)")
        }
    }

    @Test("a conversation has at most so many messages")
    func count() async throws {
        let test = try chatML()
        let message = Neurond_V1_ChatMessage.with {
            $0.role = "user"
            $0.content = "a"
        }
        func prompt(_ count: Int) -> Neurond_V1_Prompt {
            .with { $0.chat.messages = Array(repeating: message, count: count) }
        }
        let limit = ServiceLimits.chatMessages
        let status = try await refusal(test, prompt(limit + 1))
        #expect(status.code == .outOfRange)
        #expect(status.reason == "TOO_MANY_MESSAGES")
        #expect((status.asked, status.limit) == (UInt64(limit + 1), UInt64(limit)))
        // As many as are taken are rendered, and do not fit this model's context.
        let (_, end) = try await test.call(
            .forward,
            Neurond_V1_ForwardRequest.with { $0.items = [.with { $0.prompt = prompt(limit) }] })
        #expect(end.status.reason == "CONTEXT_TOO_LONG")
    }
}
