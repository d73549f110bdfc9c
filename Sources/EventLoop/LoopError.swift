import CLibuv

/// Everything that can go wrong with a loop or one of its handles.
public enum LoopError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A system call failed: which operation, on what, and libuv's (negative) error code.
    case system(operation: String, subject: String, code: Int32)
    /// An address does not have one of the accepted spellings.
    case invalidAddress(text: String, reason: String)
    /// Another process answers on this address.
    case addressInUse(Address)
    /// The path of a unix address exists and is something other than a socket.
    case notASocket(path: String)
    /// `Loop.close()` found handles that nobody closed: their kinds.
    case handlesStillOpen(kinds: [String])
    /// The stream or loop was closed, by this side, before the operation finished.
    case closed(operation: String)
    /// A message of this many bytes does not keep to the receiver's limit.
    case messageTooLong(byteCount: Int, limit: Int)
    /// A child was to get more descriptors than the limit.
    case tooManyDescriptors(count: Int, limit: Int)

    /// One line for logs: the operation, its subject, the reason and, if there is one, the remedy.
    public var description: String {
        switch self {
        case .system(let operation, let subject, let code):
            "\(operation) \(subject): \(LoopError.text(of: code)) (\(LoopError.name(of: code)))"
        case .invalidAddress(let text, let reason):
            "address \"\(text)\": \(reason); "
                + "accepted are unix:PATH, tcp:HOST:PORT and tcp:[IPV6]:PORT"
        case .addressInUse(let address):
            "listen on \(address): another process answers there; stop it or choose another address"
        case .notASocket(let path):
            "listen on unix:\(path): the path exists and is not a socket; "
                + "remove it or choose another path"
        case .handlesStillOpen(let kinds):
            "close the loop: still open: \(kinds.joined(separator: ", ")); close each handle first"
        case .closed(let operation):
            "\(operation): closed on this side before it finished"
        case .messageTooLong(let byteCount, let limit):
            "a message of \(byteCount) bytes came; at most \(limit) are accepted"
        case .tooManyDescriptors(let count, let limit):
            "start a child process: \(count) descriptors given, at most \(limit) are accepted"
        }
    }

    /// Whether the peer vanished: it reset the connection or no longer reads.
    public var isPeerGone: Bool {
        guard case .system(_, _, let code) = self else { return false }
        return code == UV_ECONNRESET.rawValue || code == UV_EPIPE.rawValue
    }

    /// Whether nobody listens on the address: refused, or no such socket file.
    public var isNobodyListening: Bool {
        guard case .system(_, _, let code) = self else { return false }
        return code == UV_ECONNREFUSED.rawValue || code == UV_ENOENT.rawValue
    }

    /// Throws where libuv's `code` is an error, and returns it otherwise.
    @discardableResult
    static func check(
        _ code: CInt, _ operation: String, _ subject: @autoclosure () -> String
    ) throws(LoopError) -> CInt {
        guard code < 0 else { return code }
        throw .system(operation: operation, subject: subject(), code: code)
    }

    private static func name(of code: Int32) -> String {
        // Safety: libuv returns a static string for a known code and a fresh one otherwise.
        uv_err_name(code).map { String(cString: $0) } ?? "code \(code)"
    }

    private static func text(of code: Int32) -> String {
        // Safety: as above.
        uv_strerror(code).map { String(cString: $0) } ?? "unknown error"
    }
}
