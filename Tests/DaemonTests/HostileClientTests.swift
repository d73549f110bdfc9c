import EventLoop
import Messages
import Testing
import Wire

@Suite("Hostile clients")
struct HostileClientTests {
    /// A header as raw bytes, with every field free.
    private static func header(
        length: UInt32 = 0, kind: UInt8, flags: UInt8 = 0, method: UInt16 = 0, stream: UInt32 = 0,
        reserved: UInt32 = 0
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
        }
        append(length)
        append(kind)
        append(flags)
        append(method)
        append(stream)
        append(reserved)
        return bytes
    }

    private static func hello(lowest: UInt16 = 1, highest: UInt16 = 1) -> [UInt8] {
        var payload = Hello(role: .client, agent: "hostile").payload
        payload[4] = UInt8(lowest)
        payload[6] = UInt8(highest)
        return header(length: UInt32(payload.count), kind: 1) + payload
    }

    static let attacks: [(String, [UInt8], GoAwayCode)] = [
        ("garbage", Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), .protocolError),
        ("a frame of 4 GiB", header(length: .max, kind: 1), .frameTooLarge),
        ("4 GiB later", hello() + header(length: .max, kind: 3, stream: 1), .frameTooLarge),
        ("an unknown kind", hello() + header(kind: 200), .protocolError),
        ("another version", hello(lowest: 7, highest: 9), .versionMismatch),
        (
            "reserved bits", hello() + header(kind: 2, method: 2, stream: 1, reserved: 1),
            .protocolError
        ),
        ("no HELLO", header(kind: 2, method: 2, stream: 1), .protocolError),
        ("a server's frame", hello() + header(kind: 5, stream: 1), .protocolError),
        (
            "data on a stream never opened", hello() + header(length: 1, kind: 3, stream: 9) + [0],
            .protocolError
        ),
    ]

    @Test func `each attack is answered with a GOAWAY and a close, and harms nobody else`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            for (name, bytes, code) in Self.attacks {
                let answer = try attack(daemon, bytes)
                #expect(answer == code, "\(name)")
            }
            let streamID = try client.request("messages=2 bytes=10")
            #expect(try daemon.end(of: streamID, client).status.code == .ok)
            let status = try daemon.waitForStatus(client) { $0.connections == 1 }
            #expect(status.engines[0].restarts == 0)
        }
    }

    /// Sends the bytes and reads until the daemon closes; the code of its GOAWAY.
    private func attack(_ daemon: DaemonFixture, _ bytes: [UInt8]) throws -> GoAwayCode? {
        let stream = try daemon.connectRaw()
        var decoder = FrameDecoder()
        var isEnded = false
        stream.onRead = { decoder.append($0) }
        stream.onEnd = { _ in
            isEnded = true
            daemon.loop.stop()
        }
        stream.startReading()
        stream.write(bytes)
        try daemon.wait { isEnded }
        stream.close()
        var code: GoAwayCode?
        while case .frame(let frame) = decoder.next() {
            if frame.kind == .goAway { code = try GoAway(payload: frame.payload).code }
        }
        return code
    }
}
