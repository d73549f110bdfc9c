internal import CIntrinsics
internal import Glibc

/// A thread of the operating system.
public struct SystemThread: Sendable {
    private let thread: pthread_t

    /// Starts a thread, which has to be waited for or let go of.
    ///
    /// - Parameters:
    ///   - name: Shown by debuggers and `top`, at most 15 bytes.
    ///   - body: All that it does.
    /// - Throws: `KernelError` when there can be no more threads.
    public init(name: String, _ body: @escaping @Sendable () -> Void) throws(KernelError) {
        var thread = pthread_t()
        // The thread takes over this retain and releases it when it starts.
        let context = Unmanaged.passRetained(Start(name: name, body: body))
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                system_name_thread(start.name)
                start.body()
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            context.release()
            throw .system(operation: "start", subject: "thread \(name)", code: code)
        }
        self.thread = thread
    }

    /// Waits until it has ended.
    public func join() { pthread_join(thread, nil) }

    /// Lets it go on by itself; nobody may wait for it any more.
    public func detach() { pthread_detach(thread) }

    /// What a starting thread needs to know.
    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
