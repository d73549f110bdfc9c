#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The bytes of one file, mapped read-only (or a copy of bytes that came from elsewhere).
///
/// All reads are by offset and bounds-checked. The mapping is private: later writes to the file by
/// others may or may not show, which is why the engine packs what it reads at once. A file that
/// is truncated while it is mapped faults on access, as with any reader that maps files.
final class FileBytes: @unchecked Sendable {
    // @unchecked: all fields are set in the initializers and never change; the memory is read-only.

    /// The path, or a name for bytes in memory, as shown in messages.
    let path: String

    private let memory: UnsafeRawBufferPointer
    private let isMapped: Bool

    /// How many bytes there are.
    var count: Int { memory.count }

    /// Maps a regular file.
    ///
    /// - Parameters:
    ///   - path: The path to open.
    ///   - followsLink: Whether a symbolic link in the last component is followed.
    /// - Throws: `unreadable` if the path cannot be opened or is no regular file.
    init(mapping path: String, followsLink: Bool = true) throws(ModelFileError) {
        // Non-blocking, so that a named pipe in a model's place does not hang the opening.
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLink ? 0 : O_NOFOLLOW)
        let descriptor = open(path, flags)
        guard descriptor >= 0 else {
            throw .unreadable(file: path, reason: SystemError.text(errno))
        }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            throw .unreadable(file: path, reason: SystemError.text(errno))
        }
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(file: path, reason: "it is not a regular file")
        }
        guard let count = CheckedSize(information.st_size)?.value else {
            throw .unreadable(file: path, reason: "its size does not fit this machine")
        }
        self.path = path
        guard count > 0 else {
            memory = UnsafeRawBufferPointer(start: nil, count: 0)
            isMapped = false
            return
        }
        let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address, address != MAP_FAILED else {
            throw .unreadable(file: path, reason: "mapping failed: \(SystemError.text(errno))")
        }
        memory = UnsafeRawBufferPointer(start: address, count: count)
        isMapped = true
    }

    /// Copies bytes that are already in memory.
    init(copying bytes: [UInt8], named name: String) {
        // Safety: allocated here, filled before it is read, freed in deinit and nowhere else.
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        copy.copyBytes(from: bytes)
        path = name
        memory = UnsafeRawBufferPointer(copy)
        isMapped = false
    }

    deinit {
        if isMapped {
            munmap(UnsafeMutableRawPointer(mutating: memory.baseAddress), memory.count)
        } else if memory.baseAddress != nil {
            memory.deallocate()
        }
    }

    /// Lends the bytes of a range, which must lie within the file.
    func withBytes<Result, Failure: Error>(
        in range: Range<Int>,
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the file")
        // Safety: the range was just checked, and `self` keeps the memory alive during the call.
        return try body(UnsafeRawBufferPointer(rebasing: memory[range]))
    }

    /// Copies the bytes of a range, which must lie within the file.
    func copy(_ range: Range<Int>) -> [UInt8] {
        withBytes(in: range) { Array($0) }
    }

    /// Reads a little-endian integer at an offset, which must lie within the file.
    func load<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type, at offset: Int
    ) -> Value {
        precondition(
            offset >= 0 && count - offset >= MemoryLayout<Value>.size, "offset outside the file")
        // Safety: the offset was just checked; unaligned loads are permitted.
        return Value(littleEndian: memory.loadUnaligned(fromByteOffset: offset, as: type))
    }

    /// Reads a little-endian integer of an array that takes a range, which must lie in the file.
    func element<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type, _ index: Int, in range: Range<Int>
    ) -> Value {
        let size = MemoryLayout<Value>.size
        precondition((0..<range.count / size).contains(index), "index outside the array")
        return load(type, at: range.lowerBound + size * index)
    }

    /// How many bytes there are from an offset on; none if it lies past the end.
    func byteCount(from offset: Int) -> Int {
        precondition(offset >= 0, "offset outside the file")
        return max(count - offset, 0)
    }

    /// An error that says that a field of this file breaks the rules.
    func malformed(_ field: String, _ reason: String, accepted: String) -> ModelFileError {
        .malformed(.init(file: path, field: field, reason: reason, accepted: accepted))
    }

    /// An error that says that a field of this file asks for what is not served.
    func unsupported(_ field: String, _ reason: String, accepted: String) -> ModelFileError {
        .unsupported(.init(file: path, field: field, reason: reason, accepted: accepted))
    }
}

/// The operating system's words for an error number.
enum SystemError {
    static func text(_ number: Int32) -> String {
        String(cString: strerror(number))
    }
}
