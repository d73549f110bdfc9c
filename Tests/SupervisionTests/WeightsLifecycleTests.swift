import Supervision
import Testing

@Suite("WeightsLifecycle")
struct WeightsLifecycleTests {
    /// Weights that have been there since the time 0.
    private var loaded: WeightsLifecycle {
        var weights = WeightsLifecycle()
        weights.begin()
        _ = weights.didLoad(digest: "a", now: 0)
        return weights
    }

    @Test func `engines start when the weights are there`() {
        var weights = WeightsLifecycle()
        #expect(!weights.isLoaded && weights.phase == .absent)
        weights.begin()
        #expect(!weights.isLoaded && weights.phase == .loading)
        #expect(weights.didLoad(digest: "a", now: 4) == .startEngines)
        #expect(weights.isLoaded && weights.phase == .loaded(since: 4))
    }

    @Test func `a crash while loading is final at once, a kill is not`() {
        var weights = WeightsLifecycle()
        weights.begin()
        #expect(weights.didDie(isCrash: false, now: 1) == .load)
        weights.begin()
        #expect(weights.didDie(isCrash: true, now: 2) == .giveUp(.crashedWhileLoading))
    }

    @Test(arguments: [true, false])
    func `what dies again and again is given up`(isCrash: Bool) {
        var weights = loaded
        var now: UInt64 = 1
        for _ in 1..<Limits.forkServerDeaths {
            #expect(weights.didDie(isCrash: isCrash, now: now) == .load)
            #expect(!weights.isLoaded)
            weights.begin()
            now += Limits.stableMilliseconds - 1
            #expect(weights.didLoad(digest: "a", now: now) == .startEngines)
            now += Limits.stableMilliseconds - 1
        }
        #expect(
            weights.didDie(isCrash: isCrash, now: now)
                == .giveUp(.keptDying(count: Limits.forkServerDeaths)))
    }

    @Test func `having been there for long forgives earlier deaths`() {
        var weights = loaded
        var now: UInt64 = 0
        for _ in 0..<3 * Limits.forkServerDeaths {
            now += Limits.stableMilliseconds
            #expect(weights.didDie(isCrash: true, now: now) == .load)
            weights.begin()
            _ = weights.didLoad(digest: "a", now: now)
        }
    }

    @Test func `a second load must give the same model`() {
        var weights = loaded
        _ = weights.didDie(isCrash: false, now: 1)
        weights.begin()
        #expect(weights.didLoad(digest: "b", now: 2) == .giveUp(.modelChanged))
        #expect(!weights.isLoaded)
    }
}
