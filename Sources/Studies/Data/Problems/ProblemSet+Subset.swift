extension ProblemSet {
    /// A fixed subset with the proportions of the whole.
    ///
    /// Each value of the tag gets its share of the count, rounded down; what is left goes to the
    /// largest remainders (Hamilton's method), the earlier value first among equal ones. Within a
    /// value, the seed decides. The problems keep the order of the set.
    ///
    /// - Precondition: The count is not negative.
    package func stratified(count: Int, by tag: String, seed: UInt64) -> ProblemSet {
        guard count < problems.count else { return self }
        let strata = Strata(problems.map { $0.group(by: tag) })
        var chosen: [Int] = []
        for (name, share) in zip(strata.names, strata.shares(of: count)) {
            let members = strata.members[name] ?? []
            var generator = CounterGenerator(
                seed: StudySeed.derive(seed, purpose: "subset", name: name))
            let order = generator.permutation(of: members.count)
            chosen += order.prefix(share).map { members[$0] }
        }
        var subset = self
        subset.problems = chosen.sorted().map { problems[$0] }
        return subset
    }
}

/// Indices by the value they share.
private struct Strata {
    /// In the order of first occurrence.
    private(set) var names: [String] = []
    private(set) var members: [String: [Int]] = [:]

    init(_ values: [String]) {
        for (index, value) in values.enumerated() {
            if members[value] == nil { names.append(value) }
            members[value, default: []].append(index)
        }
    }

    func shares(of count: Int) -> [Int] {
        let sizes = names.map { members[$0]?.count ?? 0 }
        let whole = sizes.reduce(0, +)
        var shares = sizes.map { $0 * count / whole }
        let remainders = sizes.map { $0 * count % whole }
        let order = sizes.indices.sorted {
            (-remainders[$0], $0) < (-remainders[$1], $1)
        }
        for index in order.prefix(count - shares.reduce(0, +)) { shares[index] += 1 }
        return shares
    }
}
