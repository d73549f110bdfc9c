/// Why a kernel resource could not be had.
public enum KernelError: Error, Equatable, Sendable {
    /// A system call failed while memory was prepared.
    case system(operation: String, subject: String, code: Int32)
    /// A size is not positive or does not fit the address space.
    case invalidSize(subject: String, reason: String)
    /// No kernel path has this name.
    case unknownPath(name: String)
    /// This processor or operating system cannot run the path.
    case unsupportedPath(KernelPath)
}

extension KernelError: CustomStringConvertible {
    /// One line for people: what was refused and why; for a path also those accepted here.
    public var description: String {
        switch self {
        case .system(let operation, let subject, let code):
            "\(operation) of \(subject) failed: \(systemMessage(code)) (errno \(code))"
        case .invalidSize(let subject, let reason):
            "size of \(subject) refused: \(reason)"
        case .unknownPath(let name):
            "kernel path '\(name)' is unknown; accepted here: \(accepted)"
        case .unsupportedPath(let path):
            "kernel path '\(path.rawValue)' needs instructions that this processor or operating "
                + "system lacks; accepted here: \(accepted)"
        }
    }

    private var accepted: String {
        KernelSet.available().map(\.rawValue).joined(separator: ", ")
    }
}
