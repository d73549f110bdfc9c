import CLibuv
import Glibc

/// A process that has one thread, made twice.
public enum Fork {
    /// Which of the two goes on.
    public enum Side {
        /// The process that was there before, and the new one's id.
        case parent(child: Int32)
        /// The new process.
        case child
    }

    /// Forks.
    ///
    /// The child has copies of all memory and descriptors, and of the threads only the caller's:
    /// what others held locked stays locked in it. So the process may have no other thread, nor
    /// ever have used what keeps threads of its own, a ``Loop`` or tasks; the child may.
    ///
    /// - Throws: ``LoopError/system(operation:subject:code:)`` when processes or memory run out.
    public static func fork() throws(LoopError) -> Side {
        switch Glibc.fork() {
        case -1: throw .system(operation: "fork", subject: "a process", code: -errno)
        case 0: return .child
        case let child: return .parent(child: child)
        }
    }

    /// Has the kernel end this process, by SIGKILL, when its parent ends.
    ///
    /// - Parameter parent: the parent's process id, as it was known before.
    /// - Returns: false if that parent is gone already.
    public static func endWithParent(_ parent: Int32) -> Bool {
        neurond_signal_at_end_of_parent(SIGKILL) == 0 && getppid() == parent
    }
}
