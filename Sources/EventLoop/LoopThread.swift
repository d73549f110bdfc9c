import CLibuv
import Synchronization

/// A thread that runs a loop of its own until it is shut down.
public final class LoopThread: Sendable {
    /// The way in for everybody else.
    public let handle: LoopHandle
    private let thread: uv_thread_t
    private let isRunning = Mutex(true)

    /// Starts the thread and waits until its loop takes jobs.
    ///
    /// - Parameter name: shown by debuggers and `top`; cut to 15 bytes.
    /// - Throws: ``LoopError/system(operation:subject:code:)`` when threads or descriptors run out.
    public init(name: String) throws(LoopError) {
        let start = Start(name: name)
        var thread = uv_thread_t()
        // Safety: the thread's body takes over this retain.
        let context = Unmanaged.passRetained(start).toOpaque()
        let code = uv_thread_create(&thread, LoopThread.body, context)
        guard code == 0 else {
            Unmanaged<Start>.fromOpaque(context).release()
            throw .system(operation: "start thread", subject: name, code: code)
        }
        self.thread = thread
        switch start.wait() {
        case .success(let handle): self.handle = handle
        case .failure(let error):
            uv_thread_join(&thread)
            throw error
        }
    }

    /// Ends the loop and the thread: runs the jobs posted so far, closes every handle, waits.
    ///
    /// Must not be called on the loop's own thread. A second call does nothing.
    public func shutdown() {
        precondition(!handle.isOnLoop, "a loop's thread cannot wait for its own end")
        isRunning.withLock { isRunning in
            guard isRunning else { return }
            isRunning = false
            handle.executeWithLoop { $0.stop() }
            var thread = thread
            uv_thread_join(&thread)
        }
    }

    /// Names the calling thread for debuggers and `top`; the main thread's name is the process's.
    public static func nameCurrentThread(_ name: String) {
        let bytes = name.utf8.prefix(Limits.threadNameByteCount)
        neurond_set_thread_name(String(decoding: bytes, as: UTF8.self))
    }

    private static let body: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
        guard let context else { return }
        // Safety: balances the retain of `init`.
        let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
        nameCurrentThread(start.name)
        do throws(LoopError) {
            let loop = try Loop()
            start.finish(.success(loop.handle))
            loop.run()
            try LoopThread.end(loop)
        } catch {
            start.finish(.failure(error))
        }
    }

    /// Closes what is open until nothing is: a last job may open a handle while others close.
    private static func end(_ loop: Loop) throws(LoopError) {
        while true {
            loop.closeAllHandles()
            do throws(LoopError) {
                return try loop.close()
            } catch .handlesStillOpen {
                continue
            }
        }
    }

    /// What the new thread tells the one that starts it.
    private final class Start: @unchecked Sendable {
        let name: String
        // Protected by the semaphore: written before the post, read after the wait.
        private var result: Result<LoopHandle, LoopError>?
        private let semaphore = UnsafeMutablePointer<uv_sem_t>.allocate(capacity: 1)

        init(name: String) {
            self.name = name
            let code = uv_sem_init(semaphore, 0)
            precondition(code == 0, "an unnamed semaphore needs no resources")
        }

        deinit {
            uv_sem_destroy(semaphore)
            semaphore.deallocate()
        }

        func finish(_ result: Result<LoopHandle, LoopError>) {
            guard self.result == nil else { return }
            self.result = result
            uv_sem_post(semaphore)
        }

        func wait() -> Result<LoopHandle, LoopError> {
            uv_sem_wait(semaphore)
            return result ?? .failure(.closed(operation: "start a thread"))
        }
    }
}
