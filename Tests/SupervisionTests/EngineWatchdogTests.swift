import Supervision
import Testing

@Suite("EngineWatchdog")
struct EngineWatchdogTests {
    @Test func `an engine that answers is left alone for ever`() {
        var watchdog = EngineWatchdog(silenceSeconds: 2, stepSeconds: 10)
        for second in 0..<100 {
            #expect(watchdog.tick() == .poll)
            watchdog.didHear()
            watchdog.didReport(runningStepSeconds: Double(second % 10))
        }
    }

    @Test func `silence is struck after its limit, counted in seconds of work`() {
        var watchdog = EngineWatchdog(silenceSeconds: 2, stepSeconds: 10)
        let first = (0..<2).map { _ in watchdog.tick() }
        #expect(first == [.poll, .poll])
        watchdog.rest()
        let second = (0..<3).map { _ in watchdog.tick() }
        #expect(second == [.poll, .poll, .strike(.silent(seconds: 2))])
    }

    @Test func `a step that does not end is struck though the engine answers`() {
        var watchdog = EngineWatchdog(silenceSeconds: 2, stepSeconds: 10)
        watchdog.didReport(runningStepSeconds: 9.5)
        #expect(watchdog.tick() == .poll)
        watchdog.didHear()
        watchdog.didReport(runningStepSeconds: 10.5)
        #expect(watchdog.tick() == .strike(.stuckStep(seconds: 10.5)))
    }
}

@Suite("StallPolicy")
struct StallPolicyTests {
    /// Seconds until a request is parked; nil within 30.
    private func seconds(
        isWaiting: Bool = true, othersWait: Bool = false, takes: Int? = nil
    ) -> Int? {
        var policy = StallPolicy()
        return (1...30).first { second in
            policy.tick(
                isWaiting: isWaiting, hasTaken: second == takes, othersWait: othersWait,
                seconds: 10)
        }
    }

    @Test func `a client that takes nothing makes room, sooner while others wait`() {
        #expect(seconds() == 10)
        #expect(seconds(othersWait: true) == Limits.stallSecondsWhileOthersWait)
        #expect(seconds(takes: 7) == 17)
        #expect(seconds(isWaiting: false, othersWait: true) == nil, "nothing waits for it")
    }
}
