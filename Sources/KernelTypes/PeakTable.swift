/// Loops that reach what the processor can do, compiled for one instruction set.
///
/// They compute nothing that a model needs: a benchmark compares kernels with them.
public struct PeakTable: Sendable {
    /// Multiplies bytes as the int8 product does, on the same few cache lines; answers how many
    /// multiplications and additions that were.
    ///
    /// `block` has 64 weight bytes, then 16 activation blocks.
    public var byteProducts: @Sendable (_ block: UnsafeRawPointer, _ rounds: Int) -> Int
    /// Multiplies and adds floats in registers; answers how many multiplications and additions
    /// that were.
    public var floatProducts: @Sendable (_ block: UnsafeRawPointer, _ rounds: Int) -> Int
    /// Reads `count` bytes, a multiple of 256, and answers a sum that depends on all of them.
    public var read: @Sendable (_ source: UnsafeRawPointer, _ count: Int) -> Int32

    /// Takes one function for each entry; the `makePeakTable` of each module calls it.
    public init(
        byteProducts: @escaping @Sendable (UnsafeRawPointer, Int) -> Int,
        floatProducts: @escaping @Sendable (UnsafeRawPointer, Int) -> Int,
        read: @escaping @Sendable (UnsafeRawPointer, Int) -> Int32
    ) {
        self.byteProducts = byteProducts
        self.floatProducts = floatProducts
        self.read = read
    }

    /// Bytes of the block that the products read: 64 of weights, 16 blocks of up to 8 bytes.
    public static let blockByteCount = 64 + 16 * 8
}
