import CLibuv
import Glibc

/// An event loop, confined to the thread that creates it.
///
/// One turn of the loop runs, in this order: timers that are due; input and output, which is
/// where streams, listeners, signals, child exits and posted jobs call back; and last the
/// closing of handles. A callback therefore never sees the memory of a closed handle reused.
public final class Loop {
    /// The way in from other threads.
    public let handle: LoopHandle
    let raw: UnsafeMutablePointer<uv_loop_t>
    /// One buffer for all reads of the loop: libuv asks for it, fills it and hands it over in one
    /// go, so no two streams ever hold it at once.
    let readBuffer: UnsafeMutableBufferPointer<Int8>
    private var wake: HandleBox?
    private var deferred: [() -> Void] = []
    private var isClosed = false

    /// Makes a loop that belongs to the calling thread.
    ///
    /// SIGPIPE is blocked on this thread, so that writing to a vanished peer is an error and not
    /// the end of the process.
    ///
    /// - Throws: ``LoopError/system(operation:subject:code:)`` when descriptors run out.
    public init() throws(LoopError) {
        let raw = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
        let code = uv_loop_init(raw)
        guard code == 0 else {
            raw.deallocate()
            throw .system(operation: "make", subject: "an event loop", code: code)
        }
        self.raw = raw
        readBuffer = .allocate(capacity: Limits.readBufferByteCount)
        handle = LoopHandle()
        do throws(LoopError) {
            try attachWake()
        } catch {
            isClosed = true
            uv_loop_close(raw)
            throw error
        }
        Loop.blockBrokenPipeSignal()
    }

    deinit {
        precondition(isClosed, "a Loop was released before it was closed")
        readBuffer.deallocate()
        raw.deallocate()
    }

    /// The loop's clock in milliseconds: monotonic, and constant within one callback.
    public var now: UInt64 {
        uv_now(raw)
    }

    /// Runs callbacks until ``stop()``.
    public func run() {
        assertOnLoop()
        uv_run(raw, UV_RUN_DEFAULT)
    }

    /// Runs callbacks until ``stop()``, or until no handle is open that could call back.
    ///
    /// Jobs posted by other threads run, but the possibility of further ones keeps nothing going.
    public func runUntilIdle() {
        assertOnLoop()
        guard let wake else { return }
        uv_unref(wake.pointer())
        uv_run(raw, UV_RUN_DEFAULT)
        uv_ref(wake.pointer())
    }

    /// Makes ``run()`` return after the current turn.
    public func stop() {
        assertOnLoop()
        uv_stop(raw)
    }

    /// Runs `body` in the next turn of the loop, after the current callback has returned.
    public func later(_ body: @escaping () -> Void) {
        assertOnLoop()
        deferred.append(body)
        handle.wake()
    }

    /// Traps where the caller is not on the loop's thread: a broken invariant, never an error.
    public func assertOnLoop() {
        precondition(handle.isOnLoop, "an event loop's object was used on another thread")
    }

    /// Frees the loop; no object of it may be used afterwards.
    ///
    /// Jobs that were posted before run; see ``LoopHandle`` for those posted after.
    ///
    /// - Throws: ``LoopError/handlesStillOpen(kinds:)``, in which case the loop is as before.
    public func close() throws(LoopError) {
        assertOnLoop()
        guard !isClosed else { return }
        repeat {
            runPostedJobs()
            let open = openHandles().filter { $0 !== wake }
            guard open.isEmpty else { throw .handlesStillOpen(kinds: open.map(Loop.kind)) }
        } while !deferred.isEmpty || !handle.detachIfIdle()
        wake?.close()
        wake = nil
        // Every handle is closing, so this ends once the close callbacks have run and requests
        // on libuv's own threads (name lookups) have come back.
        uv_run(raw, UV_RUN_DEFAULT)
        try LoopError.check(uv_loop_close(raw), "close", "the event loop")
        isClosed = true
        handle.finish()
    }

    /// Closes every handle of the loop, whoever owns it; used when a thread is shut down.
    public func closeAllHandles() {
        assertOnLoop()
        for box in openHandles() where box !== wake { box.close() }
    }

    /// Runs what other threads posted and what ``later(_:)`` was given.
    func runPostedJobs() {
        handle.runPostedJobs(on: self)
        let bodies = deferred
        deferred = []
        for body in bodies { body() }
    }

    private func attachWake() throws(LoopError) {
        handle.bind(to: self)
        let box = try HandleBox(self, UV_ASYNC, operation: "make a wake-up") { memory in
            uv_async_init(raw, memory.assumingMemoryBound(to: uv_async_t.self)) { wake in
                HandleBox.owner(of: wake, as: Loop.Wake.self)?.loop?.runPostedJobs()
            }
        }
        box.attach(Wake(self))
        wake = box
        handle.attach(box.pointer())
    }

    private func openHandles() -> [HandleBox] {
        let list = OpenHandleList()
        uv_walk(
            raw,
            { handle, context in
                // Safety: `context` is the list below, alive for the duration of the walk.
                guard let handle, let context, uv_is_closing(handle) == 0 else { return }
                guard let box = HandleBox.box(of: handle) else { return }
                Unmanaged<OpenHandleList>.fromOpaque(context).takeUnretainedValue()
                    .boxes.append(box)
            }, Unmanaged.passUnretained(list).toOpaque())
        return withExtendedLifetime(list) { list.boxes }
    }

    private static func kind(of box: HandleBox) -> String {
        // Safety: libuv returns a static string for every type of handle it made.
        uv_handle_type_name(uv_handle_get_type(box.pointer())).map { String(cString: $0) }
            ?? "unknown"
    }

    private static func blockBrokenPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private final class OpenHandleList {
        var boxes: [HandleBox] = []
    }

    /// What the wake-up handle keeps: weak, so that a loop does not retain itself.
    private final class Wake {
        weak var loop: Loop?
        init(_ loop: Loop) { self.loop = loop }
    }
}
