/// A count or an offset on which arithmetic cannot wrap.
///
/// All arithmetic on numbers that come from a file goes through this type. Every operation
/// answers nil where the exact result would not fit, so a caller must say what is then refused.
struct CheckedSize: Equatable, Comparable {
    /// The number, never negative.
    let value: Int

    /// Takes a number if it is between 0 and `Int.max`.
    init?(_ number: some BinaryInteger) {
        guard let value = Int(exactly: number), value >= 0 else { return nil }
        self.value = value
    }

    /// The sum, if it fits.
    func adding(_ other: Int) -> CheckedSize? {
        let (sum, overflow) = value.addingReportingOverflow(other)
        return overflow ? nil : CheckedSize(sum)
    }

    /// The product, if it fits.
    func multiplied(by other: Int) -> CheckedSize? {
        let (product, overflow) = value.multipliedReportingOverflow(by: other)
        return overflow ? nil : CheckedSize(product)
    }

    /// The quotient, if the division leaves no remainder.
    func dividedExactly(by other: Int) -> CheckedSize? {
        guard other > 0, value % other == 0 else { return nil }
        return CheckedSize(value / other)
    }

    /// The next multiple of `step` at or above this number, if it fits.
    func roundedUp(toMultipleOf step: Int) -> CheckedSize? {
        guard step > 0 else { return nil }
        let remainder = value % step
        return remainder == 0 ? self : adding(step - remainder)
    }

    /// The product of all factors, if it and every factor fit.
    static func product(of factors: some Sequence<Int>) -> CheckedSize? {
        var result = CheckedSize(1)
        for factor in factors {
            guard factor >= 0 else { return nil }
            result = result?.multiplied(by: factor)
        }
        return result
    }

    static func < (left: CheckedSize, right: CheckedSize) -> Bool {
        left.value < right.value
    }
}

extension Range<Int> {
    /// The range of `count` bytes from `start`, if it lies within `0..<limit`.
    static func checked(start: Int, count: Int, limit: Int) -> Range<Int>? {
        guard start >= 0, count >= 0,
            let end = CheckedSize(start)?.adding(count)?.value, end <= limit
        else { return nil }
        return start..<end
    }
}
