import StrictJSON

/// What the hook language refuses for size alone, each with its reason.
public enum HookLimits {
    /// Bytes of one text or JSON plan.
    ///
    /// The worst mask of a model of 32 layers × 14,336 neurons
    /// (every other one) takes about 1.4 MB of text; four times that is not a plan but a mistake.
    public static let planByteCount = 8 << 20

    /// Actions, and as many captures, in one plan: each costs a lookup in every layer.
    public static let hookCount = 4096

    /// The largest index of a layer: noise coordinates keep the layer in 16 bits.
    public static let largestLayer = 0xFFFF

    /// The largest index of a unit: every selection fits a mask.
    public static let largestUnit = maskUniverse - 1

    /// The largest index of a position or token: all of them fit `Int32` on the wire.
    public static let largestIndex = Int(Int32.max) - 1

    /// Values in one inline vector.
    ///
    /// Longer ones are uploaded once as an object and named by hash.
    public static let vectorCount = 1 << 20

    /// k of `top_k`: beyond this, raw rows are the smaller answer.
    public static let topCount = 4096

    /// Nesting of a JSON plan.
    ///
    /// The language itself needs five levels.
    public static let jsonDepth = 32

    /// Bounds for a JSON plan or set; the size bounds the values, each of which takes a byte.
    static let json = JSONLimits(
        maximumByteCount: planByteCount, maximumDepth: jsonDepth,
        maximumValueCount: planByteCount)

    /// Units that one mask can cover: 128 layers × 65,536 neurons four times over.
    public static let maskUniverse = 1 << 25

    /// Characters of a hook that an error message repeats.
    static let quotedCount = 72
}
