internal import Crypto
internal import Hooks

/// Seeds of the parts of a run, each a function of what it is for.
///
/// A seed does not depend on the order in which the parts run, nor on which of them were run
/// before: the first eight bytes, least significant first, of the SHA-256 of the run's seed as
/// eight bytes, the purpose, a zero byte, the name, a zero byte, and the index as eight bytes.
package enum StudySeed {
    /// Of the sampling of one chain of a problem.
    package static func sample(run: UInt64, problem: String, index: Int) -> UInt64 {
        derive(run, purpose: "sample", name: problem, index: index)
    }

    /// Of anything else that draws numbers.
    package static func derive(
        _ run: UInt64, purpose: String, name: String = "", index: Int = 0
    ) -> UInt64 {
        var bytes = littleEndian(run)
        bytes += Array(purpose.utf8) + [0] + Array(name.utf8) + [0]
        bytes += littleEndian(UInt64(truncatingIfNeeded: index))
        let hash = SHA256.hash(data: bytes)
        return hash.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func littleEndian(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}

/// A stream of random numbers that is a function of its seed and of nothing else.
///
/// The n-th number is the first half of a block of ``CounterRandom`` at counter n.
package struct CounterGenerator: RandomNumberGenerator, Sendable {
    private let key: (UInt32, UInt32)
    private var counter: UInt64 = 0

    package init(seed: UInt64) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    }

    package mutating func next() -> UInt64 {
        let place = (
            UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32),
            UInt32(0), UInt32(0)
        )
        counter += 1
        let words = CounterRandom.block(key: key, counter: place)
        return UInt64(words.0) | UInt64(words.1) << 32
    }

    /// An index below a count: the high word of the product of the next number and the count.
    ///
    /// Written out so that it does not depend on how a version of the standard library draws.
    package mutating func index(below count: Int) -> Int {
        precondition(count > 0, "something to choose from")
        return Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// The indices below a count in random order (Fisher and Yates).
    package mutating func permutation(of count: Int) -> [Int] {
        var order = Array(0..<count)
        for last in order.indices.dropFirst().reversed() {
            order.swapAt(last, index(below: last + 1))
        }
        return order
    }
}
