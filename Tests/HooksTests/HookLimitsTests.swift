import Testing

@testable import Hooks

@Suite struct HookLimitsTests {
    @Test func plansOfTooManyHooksAreRefused() throws {
        let text = Array(repeating: "zero L0N0", count: HookLimits.hookCount + 1)
            .joined(separator: ";")
        let error = try #require(throws: HookError.self) { try HookPlan(text: text) }
        #expect(error.description == "the number of actions is too large: 4097, the limit is 4096")
        #expect(error.isOutOfRange)
    }

    @Test func longHooksAreCutInMessages() throws {
        var parser = HookParser()
        let word = String(repeating: "x", count: 500)
        let error = try #require(throws: HookError.self) {
            try parser.action(text: "zero \(word)")
        }
        #expect(error.description.count < 500)
    }
}
