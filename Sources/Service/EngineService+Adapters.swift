import Engine
import Foundation
import Hooks
import Messages

extension EngineService {
    /// The adapter that a request names.
    ///
    /// - Parameter bytes: its hash; none for no adapter.
    /// - Throws: `RequestFailure` with the field `adapter` for a hash that is none, an object that
    ///   is not stored, or one that is no adapter for this model.
    func adapter(_ bytes: Data) async throws -> Adapter? {
        guard !bytes.isEmpty else { return nil }
        guard let hash = ContentHash(bytes: Array(bytes)) else {
            throw RequestFailure(
                .invalidArgument, "BAD_HASH", "adapter must be the 32 bytes of a SHA-256",
                field: "adapter", asked: bytes.count, limit: 32)
        }
        do {
            return try await engine.adapter(hash)
        } catch {
            throw RequestFailure(error, field: "adapter")
        }
    }
}
