/// Objects that clients uploaded, known by the hash of their content.
///
/// Content never changes under a hash, so storing twice is storing once, and an engine that
/// starts again is given the same objects. Nothing is evicted: a client that was told that an
/// object is stored may rely on it, so a full table refuses instead.
public struct ObjectTable: Sendable {
    /// One stored object.
    public struct Object: Equatable, Sendable {
        /// The 32-byte hash of the content.
        public let hash: [UInt8]
        /// What the content is, in the protocol's numbering.
        public let kind: Int
        /// The content.
        public let content: [UInt8]
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

    /// All objects, oldest first.
    public var all: [Object] { order.compactMap { objects[$0] } }

    /// Whether an object of this hash is stored.
    public func contains(_ hash: [UInt8]) -> Bool { objects[hash] != nil }

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
    public mutating func put(_ content: [UInt8], hash: [UInt8], kind: Int) -> Outcome {
        guard objects[hash] == nil else { return .existed }
        guard objects.count < countLimit else { return .countExceeded(limit: countLimit) }
        guard content.count <= byteLimit - byteCount else {
            return .bytesExceeded(asked: byteCount + content.count, limit: byteLimit)
        }
        objects[hash] = Object(hash: hash, kind: kind, content: content)
        order.append(hash)
        byteCount += content.count
        return .stored
    }

    /// Forgets an object.
    ///
    /// - Returns: whether it was there.
    public mutating func drop(_ hash: [UInt8]) -> Bool {
        guard let object = objects.removeValue(forKey: hash) else { return false }
        order.removeAll { $0 == hash }
        byteCount -= object.content.count
        return true
    }
}
