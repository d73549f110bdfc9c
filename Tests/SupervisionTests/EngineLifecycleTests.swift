import Supervision
import Testing

@Suite("EngineLifecycle")
struct EngineLifecycleTests {
    private let startLimit = Limits.engineStartMilliseconds

    @Test func `the first death is answered at once, later ones after doubling pauses`() {
        var engine = EngineLifecycle()
        #expect(engine.start(now: 0) == .spawn(checkAt: startLimit))
        engine.didBecomeReady(now: 5)
        #expect(engine.didDie(now: 10) == .spawn(checkAt: 10 + startLimit))
        var now: UInt64 = 20
        for pause in [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000] as [UInt64] {
            #expect(engine.didDie(now: now) == .wait(until: now + pause))
            #expect(engine.phase == .backingOff)
            #expect(engine.checkTime(now: now + pause - 1) == .wait(until: now + pause))
            now += pause
            #expect(engine.checkTime(now: now) == .spawn(checkAt: now + startLimit))
            #expect(engine.phase == .starting)
        }
        #expect(engine.restartCount == 10)
    }

    @Test func `being ready for long forgives earlier deaths`() {
        var engine = EngineLifecycle()
        _ = engine.start(now: 0)
        _ = engine.didDie(now: 1)
        engine.didBecomeReady(now: 2)
        let now = 2 + Limits.stableMilliseconds
        #expect(engine.didDie(now: now) == .spawn(checkAt: now + startLimit))
    }

    @Test func `an engine that does not become ready in time is killed`() {
        var engine = EngineLifecycle()
        _ = engine.start(now: 7)
        #expect(engine.checkTime(now: 8) == .wait(until: 7 + startLimit))
        #expect(engine.checkTime(now: 7 + startLimit) == .kill)
        engine.didBecomeReady(now: 8)
        #expect(engine.checkTime(now: 7 + startLimit) == .none)
    }

    @Test func `without its model it waits, and starts as if for the first time`() {
        var engine = EngineLifecycle()
        _ = engine.start(now: 0)
        engine.suspend()
        #expect(engine.phase == .idle && engine.restartCount == 0)
        #expect(engine.checkTime(now: startLimit) == .none)
        #expect(engine.start(now: 5) == .spawn(checkAt: 5 + startLimit))
        engine.didBecomeReady(now: 6)
        engine.suspend()
        #expect(engine.phase == .idle && engine.restartCount == 1)
        _ = engine.start(now: 7)
        #expect(engine.didDie(now: 8) == .spawn(checkAt: 8 + startLimit))
        _ = engine.didDie(now: 9)
        #expect(engine.phase == .backingOff)
        engine.suspend()
        #expect(engine.phase == .idle && engine.restartCount == 3)
        engine.stop()
        engine.suspend()
        #expect(engine.phase == .stopped)
    }

    @Test func `a stopped engine stays dead`() {
        var engine = EngineLifecycle()
        _ = engine.start(now: 0)
        engine.stop()
        #expect(engine.didDie(now: 1) == .none)
        #expect(engine.checkTime(now: 1_000_000) == .none)
        #expect(engine.start(now: 2) == .none)
        #expect(engine.phase == .stopped)
    }
}
