/// How large, deep and populous a JSON text may be.
public struct JSONLimits: Equatable, Sendable {
    /// The most bytes a text may have.
    public var maximumByteCount: Int

    /// The deepest nesting of arrays and objects; the reader recurses once per level.
    public var maximumDepth: Int

    /// The most values a text may hold; each costs about 24 bytes of memory, whatever its length.
    public var maximumValueCount: Int

    /// Creates limits.
    public init(maximumByteCount: Int, maximumDepth: Int, maximumValueCount: Int) {
        self.maximumByteCount = maximumByteCount
        self.maximumDepth = maximumDepth
        self.maximumValueCount = maximumValueCount
    }
}
