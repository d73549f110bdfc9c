internal import Synchronization

/// Memory that holds packed weights: filled once, then sealed against writing.
///
/// It is private to the process and shared with those that it forks, all of which read one
/// physical copy. Private memory gets huge pages where shared memory usually does not.
public final class WeightMemory: @unchecked Sendable {
    // Sendable: `mapping` and `base` never change; their bytes follow the module's rule on
    // threads; `sealed` is atomic.
    private let mapping: Mapping
    /// The first boundary of a huge page in the mapping, so that every page can be huge.
    private let base: UnsafeMutableRawPointer
    private let sealed = Atomic(false)

    /// Bytes that can be used.
    public let byteCount: Int

    /// Makes zeroed memory.
    ///
    /// That it can be had is checked now: what cannot is an error here, and not the end of the
    /// process when a page is first written.
    ///
    /// - Parameters:
    ///   - byteCount: The size, positive.
    ///   - name: What errors call it.
    /// - Throws: `KernelError` if the size is refused or memory cannot be had.
    public init(byteCount: Int, name: String) throws(KernelError) {
        guard byteCount > 0 else {
            throw .invalidSize(subject: name, reason: "\(byteCount) bytes, expected at least 1")
        }
        if let available = AvailableMemory.now(), byteCount > available.byteCount {
            throw .invalidSize(
                subject: name,
                reason: "\(byteCount) bytes of memory are needed, \(available.byteCount) are "
                    + "available (\(available.source))")
        }
        mapping = try .lazy(byteCount: byteCount + Limits.hugePage, subject: name)
        // Pages are taken while threads pack: taken before, by one thread, loading lasts half
        // as long again.
        mapping.preferHugePages()
        base = mapping.base.alignedUp(toMultipleOf: Limits.hugePage)
        self.byteCount = byteCount
    }

    deinit {
        mapping.unmap()
    }

    /// Whether the bytes can no longer change.
    public var isReadOnly: Bool { sealed.load(ordering: .acquiring) }

    /// Forbids every change of the content for good.
    ///
    /// No other thread may write to the memory meanwhile.
    ///
    /// - Throws: `KernelError` if the operating system refuses.
    public func seal() throws(KernelError) {
        guard !sealed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        try mapping.forbidWriting(subject: "weight memory")
    }
}

extension WeightMemory {
    /// Copies bytes into the memory.
    public func write(_ bytes: [UInt8], at offset: Int) {
        guard !bytes.isEmpty else { return }
        bytes.withUnsafeBytes {
            mutablePointer(offset, $0.count).copyMemory(
                from: unsafeBaseAddress($0), byteCount: $0.count)
        }
    }

    /// Copies bytes out of the memory.
    public func readBytes(at offset: Int, count: Int) -> [UInt8] {
        // Safety: `pointer` checked the range.
        [UInt8](UnsafeRawBufferPointer(start: pointer(offset, count), count: count))
    }

    /// Copies floats into the memory, at an offset that is a multiple of 4.
    public func writeFloats(_ values: [Float], at offset: Int) {
        let target = mutablePointer(offset, values.count * 4).assumingMemoryBound(to: Float.self)
        for (index, value) in values.enumerated() { target[index] = value }
    }

    /// Copies floats out of the memory, from an offset that is a multiple of 4.
    public func readFloats(at offset: Int, count: Int) -> [Float] {
        let source = pointer(offset, count * 4).assumingMemoryBound(to: Float.self)
        return (0..<count).map { source[$0] }
    }

    /// The address of a checked range.
    func pointer(_ offset: Int, _ count: Int) -> UnsafeRawPointer {
        checkRange(offset, count)
        return UnsafeRawPointer(base + offset)
    }

    /// The address of a checked range of memory that is still writable.
    func mutablePointer(_ offset: Int, _ count: Int) -> UnsafeMutableRawPointer {
        precondition(!isReadOnly, "weight memory is sealed")
        checkRange(offset, count)
        return base + offset
    }

    private func checkRange(_ offset: Int, _ count: Int) {
        precondition(
            offset >= 0 && count >= 0 && offset <= byteCount && count <= byteCount - offset,
            "range lies outside the weight memory")
    }
}

/// The address of a buffer that is known not to be empty.
private func unsafeBaseAddress(_ buffer: UnsafeRawBufferPointer) -> UnsafeRawPointer {
    guard let address = buffer.baseAddress else { preconditionFailure("empty buffer") }
    return address
}
