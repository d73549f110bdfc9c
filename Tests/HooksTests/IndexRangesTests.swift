import Testing

@testable import Hooks

@Suite struct IndexRangesTests {
    @Test func rangesAreSortedMergedAndNeverEmpty() {
        let set = IndexRanges([5..<7, 1..<2, 7..<9, 3..<3, 1..<3, 20..<21])
        #expect(set.ranges == [1..<3, 5..<9, 20..<21])
        #expect(set.count == 7)
        #expect(set.indices == [1, 2, 5, 6, 7, 8, 20])
        #expect(set.contains(8) && !set.contains(9))
        #expect(set.text == "1-2,5-8,20")
    }

    @Test func aSetAndItsComplementDivideTheWhole() {
        var random = RandomPlans(seed: 21)
        for _ in 0..<300 {
            let set = random.ranges(below: 64)
            for limit in [0, 1, 10, 64, 80] {
                let inside = Set(set.indices.filter { $0 < limit })
                let rest = Set(set.complement(below: limit).indices)
                #expect(inside.isDisjoint(with: rest))
                #expect(inside.union(rest) == Set(0..<limit))
            }
        }
    }

    @Test func textReadsBack() throws {
        var random = RandomPlans(seed: 22)
        for _ in 0..<300 {
            let set = random.ranges(below: 1000)
            #expect(try IndexRanges(text: set.text, what: "unit") == set)
        }
    }
}

@Suite struct PositionsTests {
    private func selected(_ text: String) throws -> [Int] {
        var parser = HookParser()
        let positions = try parser.action(text: "zero embed at \(text)").positions
        // A prompt of 6 tokens and 3 fed-back ones; the token at position p is 10 + p % 4.
        return (0..<9).filter {
            positions.contains(position: $0, token: Int32(10 + $0 % 4), promptCount: 6)
        }
    }

    @Test(arguments: [
        ("all", Array(0..<9)), ("prompt", [0, 1, 2, 3, 4, 5]), ("generated", [6, 7, 8]),
        ("last", [5]), ("-1", [5]), ("0,-2,7", [0, 4, 7]), ("2:5", [2, 3, 4]),
        ("-2:", [4, 5, 6, 7, 8]), ("-3:-1", [3, 4]), ("4:-1", [4]), (":2", [0, 1]),
        ("tokens(11)", [1, 5]), ("tokens(11,13) last 0", [0, 1, 3, 5, 7]), ("-100:2", [0, 1]),
    ])
    func clausesSelectThesePositions(text: String, expected: [Int]) throws {
        #expect(try selected(text) == expected)
    }
}
