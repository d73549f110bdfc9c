#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A file that replaces another only when it is complete.
///
/// It is written under a temporary name in the same directory, flushed, and renamed; if it is
/// dropped before `commit` the temporary file is removed.
struct AtomicFile: ~Copyable {
    private let path: String
    private let temporaryPath: String
    private var descriptor: Int32

    /// Creates the temporary file.
    ///
    /// - Throws: `unwritable` if the directory does not permit it.
    init(replacing path: String) throws(ModelFileError) {
        let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
        let temporary = "\(path).\(suffix).partial"
        let opened = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard opened >= 0 else {
            throw .unwritable(file: path, reason: SystemError.text(errno))
        }
        self.path = path
        temporaryPath = temporary
        descriptor = opened
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporaryPath)
    }

    /// Writes bytes at the end.
    mutating func append(_ bytes: [UInt8]) throws(ModelFileError) {
        var start = 0
        while start < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                // Safety: the rest of the array's own storage, lent for the call only.
                write(descriptor, buffer.baseAddress?.advanced(by: start), buffer.count - start)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                throw .unwritable(file: path, reason: SystemError.text(errno))
            }
            start += written
        }
    }

    /// Flushes the file to the disk and gives it its name.
    consuming func commit() throws(ModelFileError) {
        guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else {
            throw .unwritable(file: path, reason: SystemError.text(errno))
        }
        close(descriptor)
        descriptor = -1
    }
}
