import HookMessages
import Hooks
import Messages
import Service
import SwiftProtobuf
import Testing
import Wire

/// An engine's own answer to Status.
@Suite("Engine report")
struct StatusTests {
    private func report(_ test: TestService) async throws -> Neurond_V1_EngineReport {
        try await test.messages(
            .status, Neurond_V1_StatusRequest(), as: Neurond_V1_EngineReport.self)[0]
    }

    @Test("rows, steps and hooks are counted")
    func counts() async throws {
        let test = try TestService()
        let before = try await report(test)
        #expect(before.steps == 0)
        #expect(before.keyValueCapacity > 0)
        let request = try Neurond_V1_GenerateRequest.with {
            $0.prompt = .ids([1, 5, 9, 13])
            $0.maxTokens = 6
            $0.ignoreEnd = true
            $0.hooks = try Neurond_V1_HookPlan(HookPlan(text: "zero L0N1\nzero mlp.act.1"))
        }
        _ = try await test.call(.generate, request)
        let after = try await report(test)
        #expect(after.promptRows == 4)
        #expect(after.decodeRows == 5)
        #expect(after.layerEvaluations == 9 * 3)
        #expect(after.steps == 6)
        #expect(after.stepsSeconds >= after.stepSeconds)
        #expect(after.stepSeconds > 0)
        #expect(after.stepRunningSeconds == 0)
        #expect(after.hooksFired.count == 1)
        #expect(after.hooksFired[0].site == "mlp.act")
        #expect(after.hooksFired[0].action == "zero")
        #expect(after.hooksFired[0].rows == 18)
    }

    @Test("nothing is held when nothing runs")
    func nothingHeld() async throws {
        let test = try TestService()
        _ = try await test.call(
            .forward,
            Neurond_V1_ForwardRequest.with {
                $0.items = (0..<5).map { _ in .with { $0.prompt = .ids([1, 2, 3]) } }
                $0.hooks = try! Neurond_V1_HookPlan(HookPlan(text: "capture mlp.act"))
            })
        let report = try await report(test)
        #expect(report.running == 0)
        #expect(report.waiting == 0)
        #expect(report.keyValueBytes == 0)
        #expect(report.captureBytes == 0)
        #expect(report.residentBytes == 4_096)
    }
}
