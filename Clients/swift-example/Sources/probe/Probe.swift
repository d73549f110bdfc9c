import EventLoop
import Foundation
import Hooks
import Messages
import NeurondClient

/// Generates from a prompt, plainly and with a hook, and reads a neuron along the way.
@main
struct Probe {
    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        let address =
            try environment["NEUROND_ADDRESS"].map { try Address(parsing: $0) }
            ?? .daemonDefault(environment: environment)
        let client = try await Client.connect(to: address)

        print("plain:  ", try await text(of: client, HookPlan()))
        var parser = HookParser()
        let silence = try parser.plan(text: "zero L0H1")
        print("hooked: ", try await text(of: client, silence))

        let reading = try parser.plan(
            text: "capture L6N180; capture resid_post.* norm at last")
        let answer = try await client.forward(
            Neurond_V1_Prompt(text: "75 + 17 = 9"), plan: reading, topCount: 3)
        for score in answer.reply.top {
            print("next:   ", String(decoding: score.piece, as: UTF8.self), score.logProbability)
        }
        for tensor in answer.tensors {
            let last = tensor.labels.last?.position.map { "position \($0)" } ?? "-"
            print("\(tensor.name) \(tensor.shape) \(last): \(tensor.values.last ?? .nan)")
        }
        print("model:  ", answer.trailers.provenance.modelDigest)
    }

    /// The text that follows a sum, two tokens of it.
    static func text(of client: Client, _ plan: HookPlan) async throws -> String {
        var text = ""
        let prompt = Neurond_V1_Prompt(text: "12 + 7 = ")
        for try await answer in try client.generate(prompt, maximumTokenCount: 2, plan: plan) {
            if case .token(let token) = answer.reply.event { text += token.text }
        }
        return text
    }
}
