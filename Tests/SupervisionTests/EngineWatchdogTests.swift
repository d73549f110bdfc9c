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
