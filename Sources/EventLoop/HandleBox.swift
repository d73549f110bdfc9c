import CLibuv

/// The C memory of one libuv handle, and the only place that knows its lifetime.
///
/// libuv's contract: a handle that was initialised must be closed, and its memory belongs to
/// libuv until the close callback has run. So the box retains itself through the handle's `data`
/// field from initialisation to the close callback, holds the Swift object that the handle serves
/// for as long, and frees the memory in `deinit`, which cannot run earlier.
///
/// All handle types are C structs that begin with the fields of `uv_handle_t`; the casts between
/// them are fenced in ``pointer(as:)``.
final class HandleBox {
    /// The loop that the handle lives on.
    unowned let loop: Loop
    private let memory: UnsafeMutableRawPointer
    private var owner: AnyObject?
    /// Whether closing has begun; nothing but waiting is allowed from then on.
    private(set) var isClosed = false

    /// Allocates a handle of this type and initialises it.
    ///
    /// - Parameters:
    ///   - loop: the loop that the handle will live on.
    ///   - type: which libuv handle; decides the size.
    ///   - operation: what to call the attempt in an error.
    ///   - initialize: calls `uv_…_init` on the memory and returns its result.
    init(
        _ loop: Loop, _ type: uv_handle_type, operation: String,
        initialize: (UnsafeMutableRawPointer) -> CInt
    ) throws(LoopError) {
        loop.assertOnLoop()
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: uv_handle_size(type), alignment: MemoryLayout<uv_timer_t>.alignment)
        let code = initialize(memory)
        guard code == 0 else {
            memory.deallocate()
            throw .system(operation: operation, subject: "handle", code: code)
        }
        self.loop = loop
        self.memory = memory
        // Safety: balanced by the release in `close`, which `Loop.close()` insists on.
        pointer(as: uv_handle_t.self).pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    deinit {
        memory.deallocate()
    }

    /// Keeps `owner` alive, and reachable from callbacks, until the handle is closed.
    func attach(_ owner: AnyObject) {
        self.owner = owner
    }

    /// The handle as one of the struct types that libuv defines it to begin with.
    func pointer<Handle>(as type: Handle.Type = Handle.self) -> UnsafeMutablePointer<Handle> {
        // Safety: the caller names the handle's own type or a prefix of it (uv_handle_t,
        // uv_stream_t), which libuv documents to be layout compatible.
        memory.assumingMemoryBound(to: type)
    }

    /// The Swift object behind a handle that libuv passes to a callback.
    static func owner<Owner: AnyObject>(
        of handle: UnsafeMutableRawPointer?, as type: Owner.Type = Owner.self
    ) -> Owner? {
        box(of: handle)?.owner as? Owner
    }

    /// The box behind a handle, nil for a handle that this module did not make.
    static func box(of handle: UnsafeMutableRawPointer?) -> HandleBox? {
        // Safety: every handle of our loops was initialised by `init` above, which stored a
        // retained box; the closing callback, which releases it, is the last one to see it.
        guard let data = handle?.assumingMemoryBound(to: uv_handle_t.self).pointee.data
        else { return nil }
        return Unmanaged<HandleBox>.fromOpaque(data).takeUnretainedValue()
    }

    /// Begins to close the handle; a second call does nothing.
    func close() {
        loop.assertOnLoop()
        guard !isClosed else { return }
        isClosed = true
        uv_close(pointer(as: uv_handle_t.self)) { handle in
            guard let data = handle?.pointee.data else { return }
            // Safety: this takes over the retain of `init`; libuv is done with the memory.
            let box = Unmanaged<HandleBox>.fromOpaque(data).takeRetainedValue()
            box.owner = nil
        }
    }
}
