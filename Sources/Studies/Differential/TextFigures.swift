import Foundation

/// Bars and histograms made of letters.
enum TextFigures {
    /// One bar a line: `L03  ########  12`.
    static func bars(_ rows: [(name: String, value: Double, shown: String)]) -> String {
        let most = rows.map(\.value).max() ?? 0
        let width = rows.map(\.name.count).max() ?? 0
        return rows.map { row in
            let name = row.name + String(repeating: " ", count: width - row.name.count)
            let bar = bar(row.value, of: most)
            return "\(name)  \(bar)\(bar.isEmpty ? "" : "  ")\(row.shown)"
        }.joined(separator: "\n")
    }

    /// Neurons of a set in each layer.
    static func layers(_ counts: [Int]) -> String {
        let digits = "\(max(0, counts.count - 1))".count
        return bars(
            counts.enumerated().map { layer, count in
                (name: "L" + padded(layer, to: digits), value: Double(count), shown: "\(count)")
            })
    }

    /// Two histograms of the same bins side by side, empty bins at both ends left out.
    static func histograms(
        _ first: RatioHistogram, _ second: RatioHistogram, titles: (String, String)
    ) -> String {
        precondition(first.bins == second.bins, "histograms are compared bin by bin")
        let used = first.counts.indices.filter { first.counts[$0] + second.counts[$0] > 0 }
        let shown = (used.first ?? 0)..<((used.last ?? -1) + 1)
        let most = (first.counts.max() ?? 0, second.counts.max() ?? 0)
        let head = "ratio  " + cell(titles.0) + "  " + titles.1
        let lines = shown.map { index in
            let low = first.bins.low + Double(index) * first.bins.width
            let left = bar(first.counts[index], of: most.0) + " \(first.counts[index])"
            let right = bar(second.counts[index], of: most.1) + " \(second.counts[index])"
            return String(format: "%5.2f  ", low) + cell(left) + "  " + right
        }
        let outside =
            "below: \(first.below) and \(second.below); above: \(first.above) and \(second.above)"
        return ([head] + lines + [outside]).joined(separator: "\n")
    }

    private static let barWidth = 32

    private static func bar(_ value: Int, of most: Int) -> String {
        bar(Double(value), of: Double(most))
    }

    private static func bar(_ value: Double, of most: Double) -> String {
        guard most > 0, value > 0 else { return "" }
        let length = (value / most * Double(barWidth)).rounded()
        return String(repeating: "#", count: max(1, Int(length)))
    }

    private static func cell(_ text: String) -> String {
        text + String(repeating: " ", count: max(0, barWidth + 8 - text.count))
    }

    private static func padded(_ number: Int, to digits: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
