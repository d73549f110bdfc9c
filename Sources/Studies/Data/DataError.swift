/// Why a data set, a template or a judge's answer was refused.
package struct DataError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file, or what stands for it.
    package var source: String
    /// `line 3`, `item 7`; nil where the whole is meant.
    package var place: String?
    /// What is wrong and what is accepted.
    package var message: String

    package init(_ source: String, place: String? = nil, _ message: String) {
        self.source = source
        self.place = place
        self.message = message
    }

    package var description: String {
        "\(source)\(place.map { ", \($0)" } ?? ""): \(message)"
    }
}
