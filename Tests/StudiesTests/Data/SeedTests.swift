import Testing

@testable import Studies

@Suite("Seeds and subsets") struct SeedTests {
    @Test("a sample's seed is the stated function of run, problem and index")
    func rule() {
        // int.from_bytes(hashlib.sha256(struct.pack('<Q', 7) + b'sample\0p/1\0'
        //     + struct.pack('<Q', 3)).digest()[:8], 'little')
        #expect(StudySeed.sample(run: 7, problem: "p/1", index: 3) == 0x35F0_9FB3_1752_4FEF)
        #expect(StudySeed.derive(0, purpose: "x") == 0x8148_D768_F95E_8D9C)
    }

    @Test("seeds of different parts differ")
    func differ() {
        var seeds: Set<UInt64> = []
        for run in 0..<4 as Range<UInt64> {
            for problem in ["a", "b", "ab"] {
                for index in 0..<8 {
                    seeds.insert(StudySeed.sample(run: run, problem: problem, index: index))
                }
            }
        }
        #expect(seeds.count == 4 * 3 * 8)
    }

    @Test("a permutation has each index once and depends on the seed")
    func permutations() {
        var one = CounterGenerator(seed: 1)
        var same = CounterGenerator(seed: 1)
        var other = CounterGenerator(seed: 2)
        let order = one.permutation(of: 50)
        #expect(order.sorted() == Array(0..<50))
        #expect(same.permutation(of: 50) == order)
        #expect(other.permutation(of: 50) != order)
        #expect(one.permutation(of: 0).isEmpty)
    }

    @Test("each of six orders of three comes about equally often")
    func uniform() {
        var generator = CounterGenerator(seed: 11)
        var counts: [[Int]: Int] = [:]
        for _ in 0..<6000 { counts[generator.permutation(of: 3), default: 0] += 1 }
        #expect(counts.count == 6)
        // 1,000 expected with a standard deviation of 29.
        #expect(counts.values.allSatisfy { (850...1150).contains($0) })
    }

    static let problems: ProblemSet = {
        let sizes = [("x", 60), ("y", 30), ("z", 11)]
        let problems = sizes.flatMap { name, count in
            (0..<count).map {
                Problem(
                    id: "\(name)/\($0)", tags: ["subject": name], question: "q", answer: "1",
                    kind: .number)
            }
        }
        return ProblemSet(name: "s", format: .problems, digest: "", problems: problems)
    }()

    @Test("a stratified subset has the set's proportions, order and no problem twice")
    func stratified() {
        let subset = Self.problems.stratified(count: 20, by: "subject", seed: 5)
        // 11.88, 5.94 and 2.18: two are left, for the remainders .94 and .88.
        let counts = ["x", "y", "z"].map { name in
            subset.problems.count { $0.tags["subject"] == name }
        }
        #expect(counts == [12, 6, 2])
        #expect(Set(subset.problems.map(\.id)).count == 20)
        let places = subset.problems.compactMap { Self.problems.problems.firstIndex(of: $0) }
        #expect(places == places.sorted())
        #expect(subset == Self.problems.stratified(count: 20, by: "subject", seed: 5))
        #expect(subset != Self.problems.stratified(count: 20, by: "subject", seed: 6))
    }

    @Test("as many as there are is the whole; a tag that no problem has makes one stratum")
    func edges() {
        #expect(Self.problems.stratified(count: 101, by: "subject", seed: 1) == Self.problems)
        #expect(Self.problems.stratified(count: 7, by: "none", seed: 1).problems.count == 7)
        #expect(Self.problems.stratified(count: 0, by: "subject", seed: 1).problems.isEmpty)
    }
}
