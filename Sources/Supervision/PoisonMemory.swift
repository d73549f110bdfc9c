/// Digests of the requests that engines crashed of, for a while.
///
/// A client that tries again at once what just failed would otherwise kill two engines each time,
/// and everybody's requests would run twice for it.
public struct PoisonMemory: Sendable {
    private var entries: [(digest: [UInt8], until: UInt64)] = []

    /// Nothing is remembered.
    public init() {}

    /// Whether nothing is remembered, so that no digest need be computed.
    public var isEmpty: Bool { entries.isEmpty }

    /// Remembers a digest; the oldest one is forgotten for it.
    public mutating func add(_ digest: [UInt8], now: UInt64) {
        entries.removeAll { $0.digest == digest || $0.until <= now }
        if entries.count == Limits.poisonCount { entries.removeFirst() }
        entries.append((digest, now + Limits.poisonMilliseconds))
    }

    /// Whether a digest is remembered.
    public mutating func contains(_ digest: [UInt8], now: UInt64) -> Bool {
        entries.removeAll { $0.until <= now }
        return entries.contains { $0.digest == digest }
    }
}
