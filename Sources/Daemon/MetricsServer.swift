import EventLoop

/// The answer to one HTTP request.
struct HTTPReply {
    let status: Int
    let body: String
    let type: String

    init(_ status: Int, _ body: String, type: String = "text/plain; charset=utf-8") {
        self.status = status
        self.body = body
        self.type = type
    }

    static let notFound = HTTPReply(404, "try /metrics, /live, /ready or /health\n")

    /// Head and body as they go out; the connection closes after them.
    var bytes: [UInt8] {
        let reasons = [
            200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
            431: "Request Header Fields Too Large", 503: "Service Unavailable",
        ]
        let content = Array(body.utf8)
        let head =
            "HTTP/1.1 \(status) \(reasons[status] ?? "")\r\nContent-Type: \(type)\r\n"
            + "Content-Length: \(content.count)\r\nConnection: close\r\n\r\n"
        return Array(head.utf8) + content
    }
}

/// The little of HTTP that monitoring needs: one GET a connection, and nothing of its body.
///
/// Not for the world: few connections at once, a short head, a short time, no keep-alive.
final class MetricsServer {
    private let loop: Loop
    private let answer: (_ path: String, _ reply: @escaping (HTTPReply) -> Void) -> Void
    private var listener: Listener?
    private var visits: [Visit] = []

    /// Listens.
    ///
    /// - Parameter answer: called with a path and what takes the reply.
    init(
        _ loop: Loop, address: Address,
        answer: @escaping (_ path: String, _ reply: @escaping (HTTPReply) -> Void) -> Void
    ) throws(LoopError) {
        self.loop = loop
        self.answer = answer
        listener = try Listener(loop, address: address) { [weak self] in self?.accept($0) }
    }

    /// Where it listens, with the port that was chosen.
    var address: Address? { listener?.boundAddress }

    /// Stops listening, and leaves everybody.
    func close() {
        listener?.close()
        listener = nil
        for visit in visits { visit.close() }
        visits = []
    }

    private func accept(_ stream: ByteStream) {
        guard visits.count < DaemonLimits.metricsConnections else { return stream.close() }
        let visit = Visit(loop, stream)
        visits.append(visit)
        visit.begin(
            ask: { [weak self, weak visit] path in
                self?.answer(path) { visit?.reply($0) }
            },
            left: { [weak self, weak visit] in self?.visits.removeAll { $0 === visit } })
    }
}

/// One connection of the metrics server.
private final class Visit {
    private let stream: ByteStream
    private let timer: Timer
    private var head: [UInt8] = []
    private var isAsked = false
    private var left: (() -> Void)?

    init(_ loop: Loop, _ stream: ByteStream) {
        self.stream = stream
        timer = Timer(loop)
    }

    func begin(ask: @escaping (String) -> Void, left: @escaping () -> Void) {
        self.left = left
        timer.start(afterMilliseconds: DaemonLimits.metricsMilliseconds) { [weak self] in
            self?.close()
        }
        stream.onEnd = { [weak self] _ in self?.close() }
        stream.onRead = { [weak self] bytes in
            guard let self, !isAsked else { return }
            head += bytes
            switch HTTPHead.parse(head) {
            case .incomplete: break
            case .refused(let status):
                isAsked = true
                reply(HTTPReply(status, "GET /metrics, /live, /ready or /health\n"))
            case .get(let path):
                isAsked = true
                ask(path)
            }
        }
        stream.startReading()
    }

    func reply(_ reply: HTTPReply) {
        guard !stream.isClosed else { return }
        stream.write(reply.bytes) { [weak self] _ in self?.close() }
    }

    func close() {
        timer.close()
        stream.close()
        left?()
        left = nil
    }
}

/// The head of a request, as far as it has come.
enum HTTPHead: Equatable {
    case incomplete
    case get(path: String)
    /// Not what is served, with the status that says so.
    case refused(Int)

    /// Reads a head; only its first line matters.
    static func parse(_ bytes: [UInt8]) -> HTTPHead {
        let end = Array("\r\n\r\n".utf8)
        let isWhole = bytes.indices.contains { bytes[$0...].starts(with: end) }
        guard isWhole else {
            return bytes.count < DaemonLimits.metricsHeadByteCount ? .incomplete : .refused(431)
        }
        guard bytes.count <= DaemonLimits.metricsHeadByteCount else { return .refused(431) }
        let line = bytes.prefix { $0 != 0x0D }
        let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 3, words[2].starts(with: "HTTP/1.".utf8) else { return .refused(400) }
        guard words[0].elementsEqual("GET".utf8) else { return .refused(405) }
        let path = words[1].prefix { $0 != UInt8(ascii: "?") }
        return .get(path: String(decoding: path, as: UTF8.self))
    }
}
