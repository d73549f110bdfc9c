import CLibuv
import Glibc

/// A listening unix socket or TCP port.
public final class Listener {
    private let box: HandleBox
    private let isPipe: Bool
    private var lock: SocketLock?
    private var onConnection: ((ByteStream) -> Void)?
    /// The address that clients connect to; for TCP port 0, with the port that was chosen.
    public private(set) var boundAddress: Address

    /// Starts to listen.
    ///
    /// A socket file that nobody answers on any more is replaced; a live one, or a file that is
    /// not a socket, is refused, and so is a path that another process is about to listen on. The
    /// socket file gets its group and mode before anybody can connect, and is removed by
    /// ``close()``.
    ///
    /// - Parameters:
    ///   - loop: where the connections live.
    ///   - address: the host of a TCP address must be numeric or `localhost`.
    ///   - mode: the permissions of the socket file.
    ///   - group: the group of the socket file; nil is the process's own.
    ///   - onConnection: given each accepted stream, which is not yet being read.
    /// - Throws: ``LoopError`` saying which address and why.
    public convenience init(
        _ loop: Loop, address: Address, mode: UInt16 = 0o660, group: UInt32? = nil,
        onConnection: @escaping (ByteStream) -> Void
    ) throws(LoopError) {
        var lock: SocketLock?
        if case .unix(let path) = address {
            lock = try SocketLock(for: path)
            try Listener.removeStaleSocket(at: path)
        }
        try self.init(loop, address, onConnection)
        self.lock = lock
        try begin { listener throws(LoopError) in
            try listener.bind(address, mode: mode, group: group)
        }
    }

    /// Listens on a socket that somebody else opened, who also owns its file.
    ///
    /// - Parameters:
    ///   - loop: where the connections live.
    ///   - descriptor: closed with the listener, and by a failure.
    ///   - onConnection: given each accepted stream, which is not yet being read.
    /// - Throws: ``LoopError`` for a descriptor that is no such socket.
    public convenience init(
        _ loop: Loop, adopting descriptor: Int32, onConnection: @escaping (ByteStream) -> Void
    ) throws(LoopError) {
        let subject = "descriptor \(descriptor)"
        guard let address = InheritedSockets.address(of: descriptor) else {
            throw .system(operation: "listen on the inherited", subject: subject, code: -EINVAL)
        }
        try self.init(loop, address, onConnection)
        try begin { listener throws(LoopError) in
            let box = listener.box
            let code =
                listener.isPipe
                ? uv_pipe_open(box.pointer(), descriptor) : uv_tcp_open(box.pointer(), descriptor)
            try LoopError.check(code, "adopt", subject)
        }
    }

    /// A listener that has no socket yet.
    private init(
        _ loop: Loop, _ address: Address, _ onConnection: @escaping (ByteStream) -> Void
    ) throws(LoopError) {
        isPipe = !address.isTCP
        box = try Listener.makeBox(loop, isPipe: isPipe)
        self.onConnection = onConnection
        boundAddress = address
        box.attach(self)
    }

    /// Listens once there is a socket, and closes everything where there is none.
    private func begin(
        with openSocket: (Listener) throws(LoopError) -> Void
    ) throws(LoopError) {
        do throws(LoopError) {
            try openSocket(self)
            try listen(boundAddress)
        } catch {
            close()
            throw error
        }
    }

    private static func makeBox(_ loop: Loop, isPipe: Bool) throws(LoopError) -> HandleBox {
        guard isPipe else {
            return try HandleBox(loop, UV_TCP, operation: "make a TCP socket") { memory in
                uv_tcp_init(loop.raw, memory.assumingMemoryBound(to: uv_tcp_t.self))
            }
        }
        return try HandleBox(loop, UV_NAMED_PIPE, operation: "make a pipe") { memory in
            uv_pipe_init(loop.raw, memory.assumingMemoryBound(to: uv_pipe_t.self), 0)
        }
    }

    /// Stops listening and removes the socket file; accepted streams go on.
    public func close() {
        onConnection = nil
        box.close()
        // The socket's file is gone by now; whoever comes next finds neither.
        lock?.release()
    }

    private func bind(_ address: Address, mode: UInt16, group: UInt32?) throws(LoopError) {
        switch address {
        case .unix(let path):
            try LoopError.check(uv_pipe_bind(box.pointer(), path), "bind", "\(address)")
            // Between bind and listen a connect is refused, so nobody slips in before this.
            guard group.map({ chown(path, .max, $0) }) ?? 0 == 0 else {
                throw .system(operation: "set the group of", subject: "\(address)", code: -errno)
            }
            guard chmod(path, mode_t(mode)) == 0 else {
                throw .system(operation: "set the mode of", subject: "\(address)", code: -errno)
            }
        case .tcp(let host, let port):
            guard let numeric = SocketAddress(host: host, port: port) else {
                throw .invalidAddress(
                    text: "\(address)", reason: "a host to listen on must be numeric or localhost")
            }
            let code = numeric.withPointer { uv_tcp_bind(box.pointer(), $0, 0) }
            try LoopError.check(code, "bind", "\(address)")
        }
    }

    private func listen(_ address: Address) throws(LoopError) {
        let code = uv_listen(box.pointer(), Limits.listenBacklog) { server, status in
            guard status == 0 else { return }
            HandleBox.owner(of: server, as: Listener.self)?.accept()
        }
        if code == UV_EADDRINUSE.rawValue { throw .addressInUse(address) }
        try LoopError.check(code, "listen on", "\(address)")
        if !isPipe { boundAddress = try boundEndpoint() }
    }

    private func boundEndpoint() throws(LoopError) -> Address {
        var storage = sockaddr_storage()
        var byteCount = Int32(MemoryLayout<sockaddr_storage>.size)
        let address = try withUnsafeMutablePointer(to: &storage) {
            pointer throws(LoopError) -> Address? in
            // Safety: the storage is large enough for every family, and its size is passed.
            let raw = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
            let code = uv_tcp_getsockname(box.pointer(), raw, &byteCount)
            try LoopError.check(code, "read the port of", "\(boundAddress)")
            return SocketAddress(copying: raw, byteCount: Int(byteCount)).address
        }
        return address ?? boundAddress
    }

    private func accept() {
        // A connection that vanished before it was accepted, or for which descriptors are
        // missing, concerns nobody: the client sees the connection end.
        guard let stream = try? ByteStream(box.loop, isPipe: isPipe) else { return }
        guard uv_accept(box.pointer(), stream.box.pointer()) == 0, let onConnection else {
            stream.close()
            return
        }
        stream.didConnect()
        onConnection(stream)
    }
}
