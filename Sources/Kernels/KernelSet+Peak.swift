internal import CIntrinsics
internal import KernelTypes
internal import KernelsAVX2
internal import KernelsAVX512
internal import KernelsPortable

extension KernelSet {
    /// Multiplies bytes with this path's instruction as fast as one processor can.
    ///
    /// - Returns: how many multiplications and additions that were.
    public func multiplyBytesAtPeak(rounds: Int) -> Int {
        withPeakBlock { path.makePeakTable().byteProducts($0, rounds) }
    }

    /// Multiplies and adds floats with this path's instructions as fast as one processor can.
    ///
    /// - Returns: how many multiplications and additions that were.
    public func multiplyFloatsAtPeak(rounds: Int) -> Int {
        withPeakBlock { path.makePeakTable().floatProducts($0, rounds) }
    }

    /// Reads a range of memory whose ends are multiples of 256 bytes, in order.
    ///
    /// - Returns: a sum that depends on every byte, so that none is passed over.
    public func readAll(_ memory: WeightMemory, bytes: Range<Int>) -> Int32 {
        precondition(
            bytes.lowerBound % 256 == 0 && bytes.upperBound % 256 == 0,
            "the range is of whole 256 bytes")
        return path.makePeakTable().read(memory.pointer(bytes.lowerBound, bytes.count), bytes.count)
    }

    /// Lends operands whose float products stay finite: bytes of a float near one half.
    private func withPeakBlock(_ body: (UnsafeRawPointer) -> Int) -> Int {
        let values = [Float](
            repeating: 0.625, count: PeakTable.blockByteCount / MemoryLayout<Float>.size)
        return values.withUnsafeBytes { bytes in
            guard let block = bytes.baseAddress else { return 0 }
            return body(block)
        }
    }
}

extension KernelPath {
    /// The path's loops; call only if supported.
    fileprivate func makePeakTable() -> PeakTable {
        switch self {
        case .portable: KernelsPortable.makePeakTable()
        case .avx2: KernelsAVX2.makePeakTable()
        case .avx512vnni: KernelsAVX512.makePeakTable()
        }
    }
}
