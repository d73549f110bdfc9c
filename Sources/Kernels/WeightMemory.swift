internal import CIntrinsics
internal import Synchronization

/// One mapping that holds packed weights, private to this process or shared between processes.
///
/// The owner makes a memory file, packs weights into it and seals it; other processes map the
/// same descriptor read-only, so that all of them share one physical copy.
public final class WeightMemory: @unchecked Sendable {
    // Sendable: `mapping` never changes; its bytes follow the module's rule on threads; `sealed`
    // is atomic.
    private let mapping: Mapping
    private let ownsDescriptor: Bool
    private let sealed: Atomic<Bool>

    /// Bytes of the mapping.
    public let byteCount: Int
    /// The memory file's descriptor, valid while this object lives.
    public let fileDescriptor: Int32

    /// Makes a zeroed memory file and maps it for writing.
    ///
    /// All of its memory is taken now: what cannot be had is an error here, and not the end of the
    /// process when a page is first written.
    ///
    /// - Parameters:
    ///   - byteCount: The size, positive.
    ///   - name: What the operating system lists the file as.
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
        let descriptor = system_memory_file(name)
        guard descriptor >= 0 else {
            throw .system(operation: "memfd_create", subject: name, code: lastErrorCode())
        }
        do throws(KernelError) {
            guard setLength(descriptor, byteCount) else {
                throw .system(operation: "ftruncate", subject: name, code: lastErrorCode())
            }
            mapping = try .writable(descriptor: descriptor, byteCount: byteCount, subject: name)
            // Pages are taken while threads pack: taken before, by one thread, loading lasts half
            // as long again, and allocating in the file would take small pages.
            mapping.preferHugePages()
        } catch {
            closeDescriptor(descriptor)
            throw error
        }
        self.byteCount = byteCount
        fileDescriptor = descriptor
        ownsDescriptor = true
        sealed = Atomic(false)
    }

    /// Maps somebody else's memory file for reading.
    ///
    /// The descriptor stays the caller's.
    ///
    /// - Parameters:
    ///   - fd: The descriptor, open while this object lives.
    ///   - byteCount: The bytes to map, at most the file's length.
    /// - Throws: `KernelError` if the file is shorter or cannot be mapped.
    public init(mappingDescriptor fd: Int32, byteCount: Int) throws(KernelError) {
        let subject = "descriptor \(fd)"
        guard let available = length(of: fd) else {
            throw .system(operation: "fstat", subject: subject, code: lastErrorCode())
        }
        guard byteCount > 0, byteCount <= available else {
            throw .invalidSize(
                subject: subject, reason: "\(byteCount) bytes, expected 1...\(available)")
        }
        mapping = try .readOnly(descriptor: fd, byteCount: byteCount, subject: subject)
        mapping.preferHugePages()
        self.byteCount = byteCount
        fileDescriptor = fd
        ownsDescriptor = false
        sealed = Atomic(true)
    }

    deinit {
        mapping.unmap()
        if ownsDescriptor { closeDescriptor(fileDescriptor) }
    }

    /// Whether the bytes can no longer change through this object.
    public var isReadOnly: Bool { sealed.load(ordering: .acquiring) }

    /// Forbids every change of size and content for good, and keeps the mapping for reading.
    ///
    /// No other thread may use the memory meanwhile. If sealing fails the memory is read-only here
    /// all the same.
    ///
    /// - Throws: `KernelError` if the operating system refuses, for one because another process
    ///   maps the file for writing.
    public func seal() throws(KernelError) {
        guard !sealed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        // The kernel refuses the write seal while any shared mapping could be made writable.
        try mapping.reserve(subject: "sealed weights")
        let code = system_seal(fileDescriptor) == 0 ? 0 : lastErrorCode()
        _ = try Mapping.readOnly(
            descriptor: fileDescriptor, byteCount: byteCount, subject: "sealed weights",
            replacing: mapping)
        mapping.preferHugePages()
        guard code == 0 else {
            throw .system(operation: "sealing", subject: "weight memory", code: code)
        }
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
        return UnsafeRawPointer(mapping.base + offset)
    }

    /// The address of a checked range of memory that is still writable.
    func mutablePointer(_ offset: Int, _ count: Int) -> UnsafeMutableRawPointer {
        precondition(!isReadOnly, "weight memory is sealed or mapped read-only")
        checkRange(offset, count)
        return mapping.base + offset
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
