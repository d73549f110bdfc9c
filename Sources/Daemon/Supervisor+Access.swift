import Messages
import Supervision
import Wire

extension Supervisor {
    /// Decides whether a client may call a method.
    ///
    /// - Returns: the END that refuses it; nil when it may.
    func authorize(_ method: Wire.Method, _ session: ClientSession) -> [UInt8]? {
        let needed = Self.role(for: method)
        guard session.role < needed else { return nil }
        return EndMessage.failure(
            .permissionDenied, "NO_RIGHT",
            "\(method) needs the role \(needed); \(session.identity) has \(session.role)")
    }

    /// The least role that may call a method.
    static func role(for method: Wire.Method) -> Role {
        switch method {
        case .capabilities, .status, .tokenize, .detokenize, .explain, .listObjects: .read
        case .forward, .generate, .score, .statistics, .sweep, .importance, .project, .columns,
            .putObject, .dropObject:
            .run
        case .loadModel, .unloadModel, .drain: .admin
        }
    }
}
