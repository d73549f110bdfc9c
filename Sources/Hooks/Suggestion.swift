/// Finds the name that a misspelt one was most likely meant to be.
package enum Suggestion {
    /// The candidate nearest to `name` by edit distance, if it is near enough to be a misspelling:
    /// at most a third of the name's length, and at least one edit is always permitted.
    ///
    /// Letters of another case count as equal, so `Mlp.Act` suggests `mlp.act`.
    package static func nearest(to name: String, in candidates: [String]) -> String? {
        let wanted = Array(name.lowercased().utf8)
        guard wanted.count <= HookLimits.quotedCount else { return nil }
        var best: (distance: Int, candidate: String)?
        for candidate in candidates {
            let distance = editDistance(wanted, Array(candidate.lowercased().utf8))
            if distance < best?.distance ?? .max { best = (distance, candidate) }
        }
        guard let best, best.distance <= max(1, wanted.count / 3) else { return nil }
        return best.candidate
    }

    /// Edit distance: insertions, deletions and replacements of bytes, and exchanges of
    /// neighbours, which are the commonest slip.
    static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        // Rows of the table for the prefixes of `left`: before the last, last, current.
        var older: [Int] = []
        var row = Array(0...right.count)
        for (rowIndex, leftByte) in left.enumerated() {
            var current = [rowIndex + 1]
            for (column, rightByte) in right.enumerated() {
                let replaced = row[column] + (leftByte == rightByte ? 0 : 1)
                var best = min(replaced, row[column + 1] + 1, current[column] + 1)
                if rowIndex > 0, column > 0, leftByte == right[column - 1],
                    left[rowIndex - 1] == rightByte
                {
                    best = min(best, older[column - 1] + 1)
                }
                current.append(best)
            }
            older = row
            row = current
        }
        return row[right.count]
    }
}
