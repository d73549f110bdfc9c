import Supervision
import Wire

extension Supervisor {
    /// Decides whether a client may call a method.
    ///
    /// - Returns: the END that refuses it; nil when it may.
    func authorize(_ method: Wire.Method, _ session: ClientSession) -> [UInt8]? {
        nil
    }
}
