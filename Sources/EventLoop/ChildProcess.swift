import CLibuv

/// A child process that is watched until it exits.
public final class ChildProcess {
    private let box: HandleBox
    private var onExit: ((Int64, Int32) -> Void)?
    /// The child's process id; 0 never occurs.
    public private(set) var processIdentifier: Int32 = 0

    /// Starts a program.
    ///
    /// The child gets default signal handling, an empty signal mask, and of our descriptors those
    /// that are listed, the standard ones too. (All descriptors of this module are closed on exec;
    /// what others left open for children is inherited as always.)
    ///
    /// - Parameters:
    ///   - loop: where `onExit` runs.
    ///   - executable: a path, or a name to find in `PATH`.
    ///   - arguments: everything after the program's own name.
    ///   - environment: the child's variables; nil inherits ours.
    ///   - descriptors: the child's descriptor `i` becomes a copy of `descriptors[i]`; -1 leaves
    ///     it closed, or on `/dev/null` for the three standard ones.
    ///   - onExit: runs once with the exit status and the signal that ended it, or 0. The watch
    ///     closes itself afterwards.
    /// - Throws: ``LoopError`` when the program cannot be started.
    public init(
        _ loop: Loop, executable: String, arguments: [String], environment: [String: String]?,
        descriptors: [Int32], onExit: @escaping (_ status: Int64, _ signal: Int32) -> Void
    ) throws(LoopError) {
        guard descriptors.count <= Limits.childDescriptorCount else {
            throw .tooManyDescriptors(
                count: descriptors.count, limit: Limits.childDescriptorCount)
        }
        var code: CInt = 0
        // libuv registers the handle even if the program cannot be started, so that it must be
        // closed like any other; hence initialisation always "succeeds" here.
        box = try HandleBox(loop, UV_PROCESS, operation: "start a process") { memory in
            code = ChildProcess.spawn(
                loop, memory.assumingMemoryBound(to: uv_process_t.self),
                [executable] + arguments, environment, descriptors)
            return 0
        }
        guard code == 0 else {
            box.close()
            throw .system(operation: "start", subject: executable, code: code)
        }
        self.onExit = onExit
        processIdentifier = uv_process_get_pid(box.pointer())
        box.attach(self)
    }

    /// Sends a signal to the child; no effect once it has exited.
    ///
    /// - Parameter signal: the number, such as `SIGKILL`.
    public func kill(_ signal: Int32) {
        box.loop.assertOnLoop()
        guard !box.isClosed else { return }
        uv_process_kill(box.pointer(), signal)
    }

    /// Stops watching; a child that still runs is neither ended nor waited for.
    public func close() {
        onExit = nil
        box.close()
    }

    private func didExit(status: Int64, signal: Int32) {
        let onExit = self.onExit
        close()
        onExit?(status, signal)
    }

    private static func spawn(
        _ loop: Loop, _ process: UnsafeMutablePointer<uv_process_t>, _ command: [String],
        _ environment: [String: String]?, _ descriptors: [Int32]
    ) -> CInt {
        var arguments = CStringList(command)
        var variables = environment.map { list in
            CStringList(list.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        }
        var streams = descriptors.map { descriptor in
            var stream = uv_stdio_container_t()
            stream.flags = descriptor < 0 ? UV_IGNORE : UV_INHERIT_FD
            stream.data.fd = descriptor
            return stream
        }
        defer {
            arguments.deallocate()
            variables?.deallocate()
        }
        return streams.withUnsafeMutableBufferPointer { streams in
            // Safety: uv_spawn reads the options before it returns and keeps none of them.
            var options = uv_process_options_t()
            options.file = UnsafePointer(arguments.pointers[0])
            options.args = arguments.pointers.baseAddress
            options.env = variables?.pointers.baseAddress
            options.stdio = streams.baseAddress
            options.stdio_count = CInt(streams.count)
            options.exit_cb = { process, status, signal in
                HandleBox.owner(of: process, as: ChildProcess.self)?
                    .didExit(status: status, signal: signal)
            }
            return uv_spawn(loop.raw, process, &options)
        }
    }
}

/// A null-terminated list of C strings.
private struct CStringList {
    let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>

    init(_ strings: [String]) {
        pointers = .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() {
            let bytes = Array(string.utf8CString)
            let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
            _ = copy.initialize(from: bytes)
            pointers.initializeElement(at: index, to: copy.baseAddress)
        }
        pointers.initializeElement(at: strings.count, to: nil)
    }

    mutating func deallocate() {
        for pointer in pointers { pointer?.deallocate() }
        pointers.deallocate()
    }
}
