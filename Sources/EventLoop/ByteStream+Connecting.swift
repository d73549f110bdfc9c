import CLibuv
import Glibc

extension ByteStream {
    /// Connects to an address.
    ///
    /// - Parameters:
    ///   - loop: where the stream will live.
    ///   - address: a host name is looked up on another thread; its first address is used.
    ///   - done: told once, never before this function returns, on the loop.
    public static func connect(
        _ loop: Loop, to address: Address,
        _ done: @escaping (Result<ByteStream, LoopError>) -> Void
    ) {
        loop.assertOnLoop()
        do throws(LoopError) {
            switch address {
            case .unix(let path):
                let stream = try ByteStream(loop, isPipe: true)
                ConnectRequest(stream, address, done).connect(path: path)
            case .tcp(let host, let port):
                let stream = try ByteStream(loop, isPipe: false)
                let request = ConnectRequest(stream, address, done)
                if let numeric = SocketAddress(host: host, port: port) {
                    request.connect(numeric)
                } else {
                    request.lookUp(host: host, port: port)
                }
            }
        } catch {
            loop.later { done(.failure(error)) }
        }
    }
}

/// A connection attempt, alive until it has reported.
private final class ConnectRequest {
    private let stream: ByteStream
    private let address: Address
    private let done: (Result<ByteStream, LoopError>) -> Void
    private let raw = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
    private let lookUp = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)

    init(
        _ stream: ByteStream, _ address: Address,
        _ done: @escaping (Result<ByteStream, LoopError>) -> Void
    ) {
        self.stream = stream
        self.address = address
        self.done = done
    }

    deinit {
        raw.deallocate()
        lookUp.deallocate()
    }

    func connect(path: String) {
        retain()
        uv_pipe_connect(raw, stream.box.pointer(), path, ConnectRequest.didConnect)
    }

    func connect(_ socketAddress: SocketAddress) {
        retain()
        let code = socketAddress.withPointer {
            uv_tcp_connect(raw, stream.box.pointer(), $0, ConnectRequest.didConnect)
        }
        if code != 0 { finishLater(code) }
    }

    func lookUp(host: String, port: UInt16) {
        retain()
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        let code = uv_getaddrinfo(
            stream.box.loop.raw, lookUp,
            { request, status, list in
                guard let data = request?.pointee.data else { return }
                let request = Unmanaged<ConnectRequest>.fromOpaque(data).takeRetainedValue()
                request.didLookUp(list, status: status)
                uv_freeaddrinfo(list)
            }, host, String(port), &hints)
        if code != 0 { finishLater(code) }
    }

    private func didLookUp(_ list: UnsafeMutablePointer<addrinfo>?, status: CInt) {
        guard status == 0, let first = list?.pointee, let pointer = first.ai_addr else {
            finish(status)
            return
        }
        guard !stream.isClosed else {
            finish(UV_ECANCELED.rawValue)
            return
        }
        connect(SocketAddress(copying: pointer, byteCount: Int(first.ai_addrlen)))
    }

    /// Keeps the request alive until its callback takes it back.
    private func retain() {
        // Safety: each path that starts an operation ends in exactly one `takeRetainedValue`.
        let data = Unmanaged.passRetained(self).toOpaque()
        raw.pointee.data = data
        lookUp.pointee.data = data
    }

    private static let didConnect: uv_connect_cb = { raw, status in
        guard let data = raw?.pointee.data else { return }
        Unmanaged<ConnectRequest>.fromOpaque(data).takeRetainedValue().finish(status)
    }

    /// For an operation that libuv refused to start, whose callback will never run.
    private func finishLater(_ code: CInt) {
        Unmanaged.passUnretained(self).release()
        stream.box.loop.later { [self] in finish(code) }
    }

    private func finish(_ code: CInt) {
        if code == 0 && !stream.isClosed {
            stream.didConnect()
            done(.success(stream))
        } else {
            stream.close()
            done(.failure(.system(operation: "connect to", subject: "\(address)", code: code)))
        }
    }
}
