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
    ///
    /// It stays out of the core file of a crash, which would take long to write and hold what
    /// users asked.
    static func lazy(byteCount: Int, subject: String) throws(KernelError) -> Mapping {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let base = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0),
            base != MAP_FAILED
        else {
            throw .system(operation: "mmap", subject: subject, code: lastErrorCode())
        }
        madvise(base, byteCount, Int32(MADV_DONTDUMP))
        return Mapping(base: base, byteCount: byteCount)
    }

    /// Forbids writing; a write through any pointer faults from then on.
    func forbidWriting(subject: String) throws(KernelError) {
        guard mprotect(base, byteCount, PROT_READ) == 0 else {
            throw .system(operation: "mprotect", subject: subject, code: lastErrorCode())
        }
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
}
