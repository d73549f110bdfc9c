import Crypto
import Supervision

/// An object on its way to the engines, one of which must find it sound before it is stored.
final class ObjectUpload {
    /// Its name in the ledger, which keeps its deadline.
    let key: RequestKey
    let session: ClientSession
    let streamID: UInt32
    let kind: Int
    /// The announced length, for which the object table keeps room.
    let byteCount: Int
    private(set) var content: [UInt8] = []
    /// The hash of the content, once that is whole.
    private(set) var hash: [UInt8] = []
    private var hasher = SHA256()
    /// Engines that have it and have not answered.
    var awaited = 0
    var hasBeenAccepted = false
    /// Engines that died over it.
    var deathCount = 0
    /// Whether the room kept for it was given back.
    var isSettled = false

    init(
        key: RequestKey, session: ClientSession, streamID: UInt32, kind: Int, byteCount: Int
    ) {
        self.key = key
        self.session = session
        self.streamID = streamID
        self.kind = kind
        self.byteCount = byteCount
        // Pages that are never written cost nothing.
        content.reserveCapacity(byteCount)
    }

    /// Whether all content has come.
    var isWhole: Bool { !hash.isEmpty }

    /// Takes further content, hashing it as it comes so that the loop never stops for long.
    ///
    /// - Returns: false, taking nothing, when that is more than was announced.
    func append(_ part: some Collection<UInt8>) -> Bool {
        guard part.count <= byteCount - content.count else { return false }
        let start = content.count
        content += part
        content.withUnsafeBytes { hasher.update(bufferPointer: .init(rebasing: $0[start...])) }
        return true
    }

    /// Ends the content.
    ///
    /// - Returns: false when it is shorter than announced.
    func finish() -> Bool {
        guard content.count == byteCount else { return false }
        hash = Array(hasher.finalize())
        return true
    }
}
