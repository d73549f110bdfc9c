import CLibuv
import Glibc

/// A process that has one thread, made twice.
public enum Fork {
    /// Forks and answers the child's process id; the child lives on a thread of its own.
    ///
    /// The child has copies of all memory and descriptors, and of the threads only the caller's:
    /// what others held locked stays locked in it. So the process may have no other thread, nor
    /// ever have used what keeps threads of its own, a ``Loop`` or tasks; the child may.
    ///
    /// - Parameters:
    ///   - name: of the child's process and its threads, cut to 15 bytes.
    ///   - life: all that the child does.
    /// - Throws: ``LoopError/system(operation:subject:code:)`` when processes or memory run out.
    public static func fork(
        named name: String, _ life: @escaping () -> Never
    ) throws(LoopError) -> Int32 {
        switch Glibc.fork() {
        case -1: throw .system(operation: "fork", subject: "a process", code: -errno)
        case 0: begin(Life(body: life), named: name)
        case let child: return child
        }
    }

    /// What a child does.
    private final class Life {
        let body: () -> Never

        init(body: @escaping () -> Never) { self.body = body }
    }

    /// Begins a child's life on a new thread.
    ///
    /// The thread that forked remembers the number by which the kernel knew it in the parent:
    /// Swift's `Mutex` keeps it for each thread and writes it into every mutex that it locks. In
    /// the child that number is nobody's, or another's; waiting for such a mutex ends the process.
    private static func begin(_ life: Life, named name: String) -> Never {
        LoopThread.nameCurrentThread(name)
        var thread = uv_thread_t()
        // Safety: the thread's body takes over this retain.
        let context = Unmanaged.passRetained(life).toOpaque()
        let code = uv_thread_create(
            &thread,
            { context in
                guard let context else { return }
                Unmanaged<Life>.fromOpaque(context).takeRetainedValue().body()
            }, context)
        guard code == 0 else {
            let error = LoopError.system(operation: "start", subject: "a thread", code: code)
            let line = Array("neurond: \(error)\n".utf8)
            write(STDERR_FILENO, line, line.count)
            _exit(1)
        }
        while true { pause() }
    }

    /// Has the kernel end this process, by SIGKILL, when its parent ends.
    ///
    /// - Parameter parent: the parent's process id, as it was known before.
    /// - Returns: false if that parent is gone already.
    public static func endWithParent(_ parent: Int32) -> Bool {
        neurond_signal_at_end_of_parent(SIGKILL) == 0 && getppid() == parent
    }
}
