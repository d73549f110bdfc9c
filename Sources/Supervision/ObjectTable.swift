/// Objects that clients uploaded, known by the hash of their content.
///
/// Content never changes under a hash, so storing twice is storing once, and an engine that
/// starts again is given the same objects. Nothing is evicted: a client that was told that an
/// object is stored may rely on it, so a full table refuses instead. Whoever puts an object owns
/// it, together with others who put the same; once the last owner has dropped it, it stays for the
/// requests that were open then, since they may have to be run again.
public struct ObjectTable: Sendable {
    /// One stored object.
    public struct Object: Equatable, Sendable {
        /// The 32-byte hash of the content.
        public let hash: [UInt8]
        /// What the content is, in the protocol's numbering.
        public let kind: Int
        /// The content.
        public let content: [UInt8]
        /// Who has put it and not dropped it.
        public fileprivate(set) var owners: Set<Identity> = []
        /// Once nobody owns it: the newest request that it is kept for.
        fileprivate var keptFor: RequestKey?
    }

    /// What became of an upload.
    public enum Outcome: Equatable, Sendable {
        /// It is stored now.
        case stored
        /// It was stored before.
        case existed
        /// It would lift the bytes over the limit.
        case bytesExceeded(asked: Int, limit: Int)
        /// The table has as many objects as it may.
        case countExceeded(limit: Int)
    }

    /// What became of a wish to drop.
    public enum DropOutcome: Equatable, Sendable {
        /// No object has this hash.
        case unknown
        /// It is others'.
        case notOwned
        /// Others own it still.
        case kept
        /// Nobody owns it any more; ``sweep(oldest:)`` tells when it is gone.
        case dropped
    }

    private let byteLimit: Int
    private let countLimit: Int
    private var objects: [[UInt8]: Object] = [:]
    private var order: [[UInt8]] = []
    /// Bytes of all contents.
    public private(set) var byteCount = 0
    /// Announced bytes of the uploads that have room kept for them.
    public private(set) var reservedByteCount = 0
    private var reservedCount = 0

    /// An empty table.
    public init(byteLimit: Int = Limits.objectByteCount, countLimit: Int = Limits.objectCount) {
        self.byteLimit = byteLimit
        self.countLimit = countLimit
    }

    /// How many objects are stored.
    public var count: Int { objects.count }

    /// All objects, oldest first, with those that are only kept for open requests.
    public var all: [Object] { order.compactMap { objects[$0] } }

    /// All objects that somebody owns, oldest first.
    public var owned: [Object] { all.filter { !$0.owners.isEmpty } }

    /// Bytes of the objects that an identity owns.
    public func byteCount(of identity: Identity) -> Int {
        objects.values.reduce(0) { $0 + ($1.owners.contains(identity) ? $1.content.count : 0) }
    }

    /// Whether an object of this hash is stored.
    public func contains(_ hash: [UInt8]) -> Bool { objects[hash] != nil }

    /// Makes an identity an owner of an object that is stored.
    ///
    /// - Returns: whether it is.
    public mutating func claim(_ hash: [UInt8], by identity: Identity) -> Bool {
        guard objects[hash] != nil else { return false }
        objects[hash]?.owners.insert(identity)
        objects[hash]?.keptFor = nil
        return true
    }

    /// Keeps room for content that is still on its way, until ``release(byteCount:)``.
    ///
    /// - Returns: whether there was room, beside what is stored and what is kept for others.
    public mutating func reserve(byteCount count: Int) -> Bool {
        guard count <= byteLimit - byteCount - reservedByteCount,
            objects.count + reservedCount < countLimit
        else { return false }
        reservedByteCount += count
        reservedCount += 1
        return true
    }

    /// Gives back what ``reserve(byteCount:)`` kept.
    public mutating func release(byteCount count: Int) {
        precondition(count <= reservedByteCount, "\(count) bytes released that were not reserved")
        reservedByteCount -= count
        reservedCount -= 1
    }

    /// Stores an object; room that is reserved counts as free.
    ///
    /// - Parameters:
    ///   - content: the bytes.
    ///   - hash: their hash; the caller computes it and is trusted.
    ///   - kind: what they are; a second upload of the same bytes keeps the first kind.
    ///   - owner: who may drop it.
    public mutating func put(
        _ content: [UInt8], hash: [UInt8], kind: Int, owner: Identity
    ) -> Outcome {
        if claim(hash, by: owner) { return .existed }
        guard objects.count < countLimit else { return .countExceeded(limit: countLimit) }
        guard content.count <= byteLimit - byteCount else {
            return .bytesExceeded(asked: byteCount + content.count, limit: byteLimit)
        }
        objects[hash] = Object(hash: hash, kind: kind, content: content, owners: [owner])
        order.append(hash)
        byteCount += content.count
        return .stored
    }

    /// Ends what an identity has of an object.
    ///
    /// - Parameters:
    ///   - identity: whose wish it is; nil drops it for all.
    ///   - newest: the newest request, which may still need it.
    public mutating func drop(
        _ hash: [UInt8], by identity: Identity?, newest: RequestKey
    ) -> DropOutcome {
        guard let object = objects[hash], !object.owners.isEmpty else { return .unknown }
        guard let identity else { return disown(hash, newest) }
        guard object.owners.contains(identity) else { return .notOwned }
        guard object.owners.count == 1 else {
            objects[hash]?.owners.remove(identity)
            return .kept
        }
        return disown(hash, newest)
    }

    private mutating func disown(_ hash: [UInt8], _ newest: RequestKey) -> DropOutcome {
        objects[hash]?.owners = []
        objects[hash]?.keptFor = newest
        return .dropped
    }

    /// Whether anything is kept for open requests alone.
    public var hasDropped: Bool { objects.values.contains { $0.keptFor != nil } }

    /// Forgets what was dropped and is needed no more.
    ///
    /// - Parameter oldest: the oldest request that is open; nil when none is.
    /// - Returns: the hashes of what is gone.
    public mutating func sweep(oldest: RequestKey?) -> [[UInt8]] {
        let gone = order.filter { hash in
            guard let newest = objects[hash]?.keptFor else { return false }
            return oldest.map { $0.value > newest.value } ?? true
        }
        for hash in gone {
            byteCount -= objects.removeValue(forKey: hash)?.content.count ?? 0
            order.removeAll { $0 == hash }
        }
        return gone
    }
}
