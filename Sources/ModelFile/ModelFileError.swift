/// Why a model file was refused or could not be read or written.
///
/// Every case names the file and, where there is one, the field; `description` is one sentence
/// fit to be shown to the person who named the file.
public enum ModelFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong with one field of one file.
    public struct Fault: Equatable, Sendable {
        /// The path of the file.
        public let file: String

        /// The key, tensor or structure concerned.
        public let field: String

        /// What was found there, and why that will not do.
        public let reason: String

        /// What would have been accepted.
        public let accepted: String

        /// Creates a fault.
        public init(file: String, field: String, reason: String, accepted: String) {
            self.file = file
            self.field = field
            self.reason = reason
            self.accepted = accepted
        }
    }

    /// The file cannot be opened or read: it is missing, not permitted, or no regular file.
    case unreadable(file: String, reason: String)

    /// The file breaks its format's rules or contradicts itself.
    case malformed(Fault)

    /// The file may be right, but asks for something that is not served.
    case unsupported(Fault)

    /// A weight is NaN or infinite.
    case nonFiniteWeight(file: String, tensor: String, row: Int, column: Int)

    /// The file cannot be written.
    case unwritable(file: String, reason: String)

    /// One sentence: which file, which field, what is wrong, and what would be accepted.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason):
            "\(file): cannot be read: \(reason)"
        case .malformed(let fault):
            "\(fault.file): \(fault.field): \(fault.reason); expected \(fault.accepted)"
        case .unsupported(let fault):
            "\(fault.file): \(fault.field): \(fault.reason) is not supported; "
                + "served: \(fault.accepted)"
        case .nonFiniteWeight(let file, let tensor, let row, let column):
            "\(file): \(tensor): the weight at row \(row), column \(column) is NaN or infinite; "
                + "expected finite weights"
        case .unwritable(let file, let reason):
            "\(file): cannot be written: \(reason)"
        }
    }
}

/// Shows text from a file in a message: quoted, shortened, control characters replaced.
func quoted(_ text: some StringProtocol) -> String {
    let shown = text.unicodeScalars.prefix(Limits.quotedCharacterCount)
    var result = "\""
    for scalar in shown {
        let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
        result.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
    }
    return result + (shown.count < text.unicodeScalars.count ? "…\"" : "\"")
}
