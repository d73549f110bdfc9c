internal import Glibc

/// The last system call's error number.
func lastErrorCode() -> Int32 { errno }

/// The operating system's text for an error number.
func systemMessage(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "unknown error" }
    // Safety: strerror returns a terminated string, copied before another call can change it.
    return String(cString: text)
}

/// A memory mapping that starts on a page boundary.
struct Mapping {
    let base: UnsafeMutableRawPointer
    let byteCount: Int

    /// Maps zeroed private memory that is committed page by page when first touched.
    static func lazy(byteCount: Int, subject: String) throws(KernelError) -> Mapping {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        return try map(byteCount, PROT_READ | PROT_WRITE, flags, -1, subject)
    }

    /// Maps a memory file for writing.
    static func writable(descriptor: Int32, byteCount: Int, subject: String)
        throws(KernelError) -> Mapping
    {
        try map(byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, subject)
    }

    /// Maps a memory file for reading, in place of an earlier mapping if one is given.
    ///
    /// Kernels before 6.7 refuse shared mappings of a file sealed against writing; a private one
    /// that is only read shares the same physical pages.
    static func readOnly(
        descriptor: Int32, byteCount: Int, subject: String, replacing earlier: Mapping? = nil
    ) throws(KernelError) -> Mapping {
        let fixed = earlier == nil ? 0 : MAP_FIXED
        let place = earlier?.base
        do throws(KernelError) {
            return try map(byteCount, PROT_READ, MAP_SHARED | fixed, descriptor, subject, place)
        } catch {
            return try map(byteCount, PROT_READ, MAP_PRIVATE | fixed, descriptor, subject, place)
        }
    }

    /// Takes access away but keeps the addresses, so that nothing else is mapped there.
    func reserve(subject: String) throws(KernelError) {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED
        _ = try Mapping.map(byteCount, PROT_NONE, flags, -1, subject, base)
    }

    /// Asks for huge pages; a system that has none ignores it.
    func preferHugePages() {
        madvise(base, byteCount, Int32(MADV_HUGEPAGE))
    }

    /// Gives pages back; they read as zero afterwards.
    func discard(offset: Int, byteCount: Int) {
        madvise(base + offset, byteCount, Int32(MADV_DONTNEED))
    }

    func unmap() {
        munmap(base, byteCount)
    }

    private static func map(
        _ byteCount: Int, _ protection: Int32, _ flags: Int32, _ descriptor: Int32,
        _ subject: String, _ place: UnsafeMutableRawPointer? = nil
    ) throws(KernelError) -> Mapping {
        guard let base = mmap(place, byteCount, protection, flags, descriptor, 0),
            base != MAP_FAILED
        else {
            throw .system(operation: "mmap", subject: subject, code: lastErrorCode())
        }
        return Mapping(base: base, byteCount: byteCount)
    }
}

/// Sets a file's length.
func setLength(_ descriptor: Int32, _ byteCount: Int) -> Bool {
    ftruncate(descriptor, byteCount) == 0
}

/// The length of a file, or nil if it cannot be read.
func length(of descriptor: Int32) -> Int? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : nil
}

/// Closes a descriptor that this module opened.
func closeDescriptor(_ descriptor: Int32) {
    close(descriptor)
}
