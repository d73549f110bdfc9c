/// Why a study cannot go on.
package struct StudyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Machine-readable, upper case with underscores.
    package let reason: String
    /// One sentence: what was wrong, on what, and what is accepted.
    package let message: String
    /// Whether the command line or the configuration is at fault.
    package let isUsage: Bool

    package init(_ reason: String, _ message: String, isUsage: Bool = false) {
        self.reason = reason
        self.message = message
        self.isUsage = isUsage
    }

    package var description: String { message }
}
