extension SplitExpression {
    /// Reads an expression of this package's own list.
    ///
    /// An expression that is not understood is a mistake in that list and traps; expressions in
    /// files are only ever compared with the list.
    init(_ expression: String) {
        var parser = Parser(expression)
        alternatives = parser.readAlternatives()
    }

    /// Reads from left to right, one scalar ahead.
    private struct Parser {
        private let scalars: [Unicode.Scalar]
        private var position = 0

        init(_ expression: String) { scalars = Array(expression.unicodeScalars) }

        private var next: Unicode.Scalar? {
            position < scalars.count ? scalars[position] : nil
        }

        private mutating func take() -> Unicode.Scalar {
            precondition(position < scalars.count, "an expression ends too early")
            position += 1
            return scalars[position - 1]
        }

        private mutating func skip(_ text: String) -> Bool {
            guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
            position += text.unicodeScalars.count
            return true
        }

        mutating func readAlternatives() -> [[Element]] {
            var alternatives: [[Element]] = [[]]
            while next != nil {
                if skip("|") {
                    alternatives.append([])
                } else {
                    alternatives[alternatives.count - 1].append(readElement())
                }
            }
            return alternatives
        }

        private mutating func readElement() -> Element {
            if skip("$") { return .end }
            if skip("(?!") { return readAhead(isWanted: false) }
            if skip("(?i:") { return readLiterals(folds: true) }
            if skip("(?:") { return readLiterals(folds: false) }
            let set = readSet()
            let counts = readCounts()
            return .run(set, counts, isPossessive: skip("+"))
        }

        private mutating func readAhead(isWanted: Bool) -> Element {
            let set = readSet()
            precondition(skip(")"), "an expression looks further ahead than one scalar")
            return .ahead(set, isWanted: isWanted)
        }

        private mutating func readLiterals(folds: Bool) -> Element {
            var literals: [[UInt32]] = [[]]
            while !skip(")") {
                if skip("|") {
                    literals.append([])
                } else {
                    literals[literals.count - 1].append(take().value)
                }
            }
            return .oneOf(literals, folds: folds, isOptional: skip("?"))
        }

        private mutating func readCounts() -> ClosedRange<Int> {
            if skip("?") { return 0...1 }
            if skip("*") { return 0...Int.max }
            if skip("+") { return 1...Int.max }
            guard skip("{") else { return 1...1 }
            let lower = readNumber()
            let upper = skip(",") ? readNumber() : lower
            precondition(skip("}"), "an expression counts in an unknown way")
            return lower...upper
        }

        private mutating func readNumber() -> Int {
            var number = 0
            while let digit = next, ("0"..."9").contains(digit) {
                number = number * 10 + Int(take().value) - 0x30
            }
            return number
        }

        /// A class in brackets, an escape, or one scalar.
        private mutating func readSet() -> ScalarSet {
            var set = ScalarSet()
            guard skip("[") else {
                readMember(into: &set)
                return set
            }
            set.isNegated = skip("^")
            while !skip("]") { readMember(into: &set) }
            return set
        }

        private mutating func readMember(into set: inout ScalarSet) {
            if skip("\\s") {
                set.hasWhiteSpace = true
            } else if skip("\\S") {
                precondition(set.ranges.isEmpty && set.categories == 0, "\\S stands alone")
                set.hasWhiteSpace = true
                set.isNegated = true
            } else if skip("\\p{") {
                var name = ""
                while !skip("}") { name.unicodeScalars.append(take()) }
                guard let categories = ScalarTable.categories(named: name) else {
                    preconditionFailure("an expression names a category \(name)")
                }
                set.categories |= categories
            } else {
                let first = readScalar()
                let last = takeDash() ? readScalar() : first
                set.ranges.append(first...last)
            }
        }

        /// Skips a `-` that a scalar other than the closing bracket follows.
        private mutating func takeDash() -> Bool {
            let follows = position + 1 < scalars.count && scalars[position + 1] != "]"
            return follows && skip("-")
        }

        private mutating func readScalar() -> UInt32 {
            let scalar = take()
            guard scalar == "\\" else { return scalar.value }
            switch take() {
            case "r": return 0x0D
            case "n": return 0x0A
            case "t": return 0x09
            case let other:
                precondition(!other.properties.isAlphabetic, "an unknown escape")
                return other.value
            }
        }
    }
}
