internal import Foundation

/// McNemar's test: whether two ways of answering the same items are right equally often.
///
/// Only the items count on which the two differ; were they equally good, each of those would go
/// either way with probability ½. Sources: Q. McNemar, Psychometrika 12 (1947) 153–157, in the
/// exact form of the binomial test; mid-p as in Fagerland, Lydersen and Laake, BMC Med. Res.
/// Methodol. 13 (2013) 91.
package struct McNemar: Sendable, Hashable {
    /// Items that were wrong before and are right after.
    package let gained: Int
    /// Items that were right before and are wrong after.
    package let lost: Int

    package init(gained: Int, lost: Int) {
        self.gained = gained
        self.lost = lost
    }

    package init(before: [Bool], after: [Bool]) {
        precondition(before.count == after.count, "the same items before and after")
        let pairs = zip(before, after)
        self.init(gained: pairs.count { !$0 && $1 }, lost: pairs.count { $0 && !$1 })
    }

    private var differing: Int { gained + lost }

    /// Two-sided: min(1, 2·P(X ≤ min(gained, lost))) for X ~ B(gained + lost, ½).
    package var exact: Double { min(1, 2 * lowerTail) }

    /// The exact value less the probability of what was seen; 1 − ½ of it where both are equal.
    ///
    /// 1 where nothing differs.
    package var midP: Double {
        guard differing > 0 else { return 1 }
        let seen = exp(logProbability(min(gained, lost)))
        return gained == lost ? 1 - seen / 2 : 2 * lowerTail - seen
    }

    private var lowerTail: Double {
        // From the largest term down, so that a sum of tens of thousands keeps its digits.
        (0...min(gained, lost)).reversed().reduce(0) { $0 + exp(logProbability($1)) }
    }

    /// ln of the binomial probability of `count` among those that differ.
    private func logProbability(_ count: Int) -> Double {
        let n = Double(differing)
        let k = Double(count)
        return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) - n * log(2)
    }
}
