import CLibuv
import Glibc

/// A file that is read whole, at once, and the facts by which one may trust it.
///
/// Reading blocks; it is for what a process reads at its start or on a thread of its own.
public struct SmallFile: Sendable {
    /// Why a file was not read.
    public struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        /// One sentence without the path.
        public let description: String
    }

    /// What it holds.
    public let bytes: [UInt8]
    /// The user who owns it.
    public let owner: UInt32
    /// Its permission bits.
    public let mode: UInt32

    /// Reads a regular file.
    ///
    /// - Parameters:
    ///   - path: where it lies.
    ///   - limit: bytes that it may have.
    ///   - followsLinks: whether the last part of the path may be a symbolic link.
    /// - Throws: ``Refusal``.
    public init(path: String, limit: Int, followsLinks: Bool = true) throws(Refusal) {
        // Without O_NONBLOCK opening a pipe would wait for its writer.
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW)
        let descriptor = open(path, flags)
        guard descriptor >= 0 else {
            let isLink = errno == ELOOP && !followsLinks
            throw Refusal(
                description: isLink
                    ? "it is a symbolic link" : "it cannot be opened: \(Self.text(errno))")
        }
        defer { closeDescriptor(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Refusal(description: "it is not a regular file")
        }
        owner = status.st_uid
        mode = status.st_mode & 0o7777
        bytes = try Self.contents(of: descriptor, limit: limit)
    }

    private static func contents(of descriptor: Int32, limit: Int) throws(Refusal) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes[count...].withUnsafeMutableBytes { part in
                read(descriptor, part.baseAddress, part.count)
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else {
                throw Refusal(description: "it cannot be read: \(text(errno))")
            }
            if got == 0 { break }
            count += got
        }
        guard count <= limit else {
            throw Refusal(description: "it has more than \(limit) bytes")
        }
        return Array(bytes[..<count])
    }

    private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
