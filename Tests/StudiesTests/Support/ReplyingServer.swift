import Foundation
import Synchronization

/// Answers HTTP requests on the loopback interface, all alike, and keeps what it was asked.
final class ReplyingServer: Sendable {
    struct Refused: Error {}

    let port: UInt16
    private let listener: Int32
    private let received = Mutex<[String]>([])

    init(reply body: [UInt8]) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 1) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard isBound else {
            close(listener)
            throw Refused()
        }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        let reply = Array(head.utf8) + body
        Thread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                let text = Self.request(on: connection)
                received.withLock { $0.append(text) }
                _ = send(connection, reply, reply.count, Int32(MSG_NOSIGNAL))
                close(connection)
            }
            close(listener)
        }.start()
    }

    /// What was asked so far; each request is kept before it is answered.
    var requests: [String] { received.withLock { $0 } }

    /// Lets the thread end.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// Reads up to the end of the body that Content-Length announces.
    private static func request(on connection: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
            let text = String(decoding: bytes, as: UTF8.self)
            let length = text.lowercased().firstMatch(of: /content-length: (\d+)/)
            guard let head = text.firstRange(of: "\r\n\r\n"), let length = length,
                let expected = Int(length.1)
            else { continue }
            if text[head.upperBound...].utf8.count >= expected { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
