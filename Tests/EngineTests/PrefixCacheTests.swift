import Hooks
import Testing

@testable import Engine

/// Keys and the bookkeeping of blocks, without a model.
@Suite("PrefixCache")
struct PrefixCacheTests {
    private func keys(_ count: Int, salt: Int32 = 0) -> [PrefixKey] {
        var chain = PrefixChain(model: "m", share: nil, actions: [], promptCount: 1000)
        return (0..<count).map { block in
            let first = block * 32
            return chain.next((0..<32).map { Int32(first + $0) + salt }[...], at: first)
        }
    }

    private func take(
        _ count: Int, reusing keys: ArraySlice<PrefixKey>, from plan: inout BlockPlan
    ) throws -> BlockPlan.Holding {
        let holding = plan.take(count, reusing: keys)
        return try #require(holding)
    }

    @Test("a key depends on model, adapter, share, tokens and everything before")
    func keysDiffer() {
        let tokens = Array<Int32>(0..<64)
        func second(_ chain: PrefixChain, _ tokens: [Int32]) -> PrefixKey {
            var chain = chain
            _ = chain.next(tokens[..<32], at: 0)
            return chain.next(tokens[32...], at: 32)
        }
        func chain(
            _ model: String = "m", adapter: String = "", share: UInt64? = nil
        ) -> PrefixChain {
            PrefixChain(
                model: model, adapter: adapter, share: share, actions: [], promptCount: 64)
        }
        var changed = tokens
        changed[3] += 1
        let all: [PrefixKey] = [
            second(chain(), tokens), second(chain("n"), tokens),
            second(chain(adapter: "a"), tokens), second(chain("ma"), tokens),
            second(chain(share: 1), tokens), second(chain(share: 2), tokens),
            second(chain(), changed),
        ]
        #expect(Set(all).count == all.count)
        #expect(second(chain(), tokens) == all[0])
    }

    @Test("an action is in the key only where it applies, and then with the rows")
    func actions() throws {
        func key(_ positions: Positions, promptCount: Int = 32) throws -> PrefixKey {
            let action = try #require(
                PrefixAction(
                    ResolvedAction(
                        operation: .zero,
                        entries: [.init(site: Site(.mlpAct), units: IndexRanges([0..<1]))],
                        positions: positions, index: 0), storedPositions: nil))
            var chain = PrefixChain(
                model: "m", share: nil, actions: [action], promptCount: promptCount)
            return chain.next(Array<Int32>(0..<32)[...], at: 0)
        }
        let plain = keys(1)[0]
        #expect(try key(Positions([.list([40])])) == plain)
        #expect(try key(Positions([.list([3])])) != plain)
        #expect(try key(Positions([.list([3])])) == key(Positions([.tokens([3])])))
        #expect(try key(Positions([.list([-1])])) == key(Positions([.list([31])])))
        #expect(try key(Positions([.list([-1])]), promptCount: 40) == plain)
        #expect(try key(.all) == key(Positions([.prompt])))
        #expect(try key(.all, promptCount: 20) != key(Positions([.prompt]), promptCount: 20))
    }

    @Test("blocks are shared by whoever asks for them, and are idle when nobody does")
    func sharing() throws {
        var plan = BlockPlan(capacity: 8, idleLimit: 8, committedLimit: 2)
        let keys = keys(3)
        var first = try take(4, reusing: keys[...], from: &plan)
        #expect(first.reused == 0)
        for index in 0..<3 { plan.keep(index, of: &first, as: keys[index], receipts: []) }
        let second = try take(5, reusing: keys[...], from: &plan)
        #expect(second.reused == 3)
        #expect(second.blocks[..<3] == first.blocks[..<3])
        #expect(Set(first.blocks + second.blocks).count == 6)
        #expect(plan.usedCount == 6)
        plan.release(first)
        #expect((plan.usedCount, plan.idleCount) == (5, 0))
        plan.release(second)
        #expect((plan.usedCount, plan.idleCount) == (0, 3))
        // Everything is free for whoever needs it.
        _ = try take(8, reusing: [], from: &plan)
        #expect(plan.evictionCount == 3)
    }

    @Test("what has been idle for longest leaves first, the end of a prompt before its beginning")
    func leastRecentlyUsed() throws {
        var plan = BlockPlan(capacity: 6, idleLimit: 6, committedLimit: 6)
        let prompts = [keys(2), keys(2, salt: 1000), keys(2, salt: 2000)]
        for keys in prompts {
            var holding = try take(2, reusing: keys[...], from: &plan)
            for index in 0..<2 { plan.keep(index, of: &holding, as: keys[index], receipts: []) }
            plan.release(holding)
        }
        // The first prompt is used again.
        let again = try take(2, reusing: prompts[0][...], from: &plan)
        plan.release(again)
        let other = try take(3, reusing: [], from: &plan)
        #expect(plan.need(2, reusing: prompts[0][...]).needed == 0)
        #expect(plan.need(2, reusing: prompts[1][...]).needed == 2)
        #expect(plan.need(2, reusing: prompts[2][...]).needed == 1)
        plan.release(other)
    }

    @Test("no more idle blocks are kept than may be, and the memory of free ones is given back")
    func limits() throws {
        var plan = BlockPlan(capacity: 10, idleLimit: 3, committedLimit: 2)
        let keys = keys(6)
        var holding = try take(8, reusing: [], from: &plan)
        for index in 0..<6 { plan.keep(index, of: &holding, as: keys[index], receipts: []) }
        plan.release(holding)
        #expect(plan.idleCount == 3)
        #expect(plan.need(6, reusing: keys[...]).needed == 3)
        // Eight held memory: three are kept, two are free with memory, three are not.
        #expect(plan.takeDiscarded().count == 3)
        #expect(plan.takeDiscarded().isEmpty)
        _ = try take(10, reusing: [], from: &plan)
    }

    @Test("with nothing to keep, nothing is shared")
    func off() throws {
        var plan = BlockPlan(capacity: 4, idleLimit: 0, committedLimit: 4)
        let keys = keys(2)
        var holding = try take(2, reusing: keys[...], from: &plan)
        for index in 0..<2 { plan.keep(index, of: &holding, as: keys[index], receipts: []) }
        #expect(plan.need(2, reusing: keys[...]).needed == 2)
        plan.release(holding)
        #expect(plan.idleCount == 0)
        #expect(plan.usedCount == 0)
    }

    @Test("thousands of prompts leave no trace beyond the bound")
    func churn() throws {
        var plan = BlockPlan(capacity: 16, idleLimit: 16, committedLimit: 4)
        for salt in 0..<2000 {
            let keys = keys(3, salt: Int32(salt % 700) * 100)
            var holding = try take(4, reusing: keys[...], from: &plan)
            for index in 0..<3 { plan.keep(index, of: &holding, as: keys[index], receipts: []) }
            plan.release(holding)
            _ = plan.takeDiscarded()
            #expect(plan.usedCount == 0)
            #expect(plan.idleCount <= 16)
        }
    }
}
