/// The bytes of an array of numbers in memory order, which is little-endian on every machine that
/// Swift runs Linux on; a big-endian build would not compile.
public func littleEndianBytes<Element: BitwiseCopyable>(_ values: [Element]) -> [UInt8] {
    #if _endian(big)
        #error("tensors are little-endian on the wire: swap the bytes here")
    #endif
    // Safety: the buffer is read within the call only, and every byte of a BitwiseCopyable number
    // without padding is defined.
    return values.withUnsafeBytes { Array($0) }
}
