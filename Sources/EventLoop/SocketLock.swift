import CLibuv
import Glibc

/// The right to a socket path, held by one process at a time.
///
/// Whether a socket file is stale can only be asked and answered one after the other; two daemons
/// that ask at once would both be told that it is, and one would remove the other's. So a file
/// beside it, `PATH.lock`, is locked first. The kernel lets go of the lock when its holder dies,
/// however it dies.
final class SocketLock {
    private let path: String
    private let descriptor: Int32
    private var isHeld = true

    /// Takes the lock, without waiting.
    ///
    /// - Throws: ``LoopError/addressInUse(_:)`` when another process has it.
    init(for socketPath: String) throws(LoopError) {
        path = socketPath + ".lock"
        while true {
            let descriptor = try SocketLock.lockedFile(at: path, for: socketPath)
            // Its last holder may have removed the name between our opening and our locking.
            if SocketLock.isFile(descriptor, at: path) {
                self.descriptor = descriptor
                return
            }
            closeDescriptor(descriptor)
        }
    }

    deinit { release() }

    /// Removes the file and lets go of the lock.
    func release() {
        guard isHeld else { return }
        isHeld = false
        // Who removed the file while we held it may have let somebody else make another.
        if SocketLock.isFile(descriptor, at: path) { unlink(path) }
        closeDescriptor(descriptor)
    }

    private static func lockedFile(
        at path: String, for socketPath: String
    ) throws(LoopError) -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .system(operation: "open", subject: path, code: -errno)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            closeDescriptor(descriptor)
            if code == EWOULDBLOCK { throw .addressInUse(.unix(path: socketPath)) }
            throw .system(operation: "lock", subject: path, code: -code)
        }
        return descriptor
    }

    private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
        var ours = stat()
        var named = stat()
        guard fstat(descriptor, &ours) == 0, lstat(path, &named) == 0 else { return false }
        return ours.st_dev == named.st_dev && ours.st_ino == named.st_ino
    }
}
