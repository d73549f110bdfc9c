import EventLoop
import Testing

@Suite("Address")
struct AddressTests {
    @Test(arguments: [
        ("unix:/run/x.sock", Address.unix(path: "/run/x.sock")),
        ("unix:relative", .unix(path: "relative")),
        ("tcp:127.0.0.1:7000", .tcp(host: "127.0.0.1", port: 7_000)),
        ("tcp:localhost:0", .tcp(host: "localhost", port: 0)),
        ("tcp:[::1]:65535", .tcp(host: "::1", port: 65_535)),
    ])
    func `each form is read and printed back`(_ text: String, _ address: Address) throws {
        #expect(try Address(parsing: text) == address)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", "/run/x.sock", "unix:", "unix:a\0b", "unix:" + String(repeating: "x", count: 108),
        "tcp:", "tcp:host", "tcp:host:", "tcp::1", "tcp:host:65536", "tcp:host:-1", "tcp:host:+1",
        "tcp:::1:80", "tcp:[]:80", "udp:host:1",
    ])
    func `anything else is refused with the text and the accepted forms`(_ text: String) throws {
        let error = try #require(throws: LoopError.self) { try Address(parsing: text) }
        #expect(error.description.contains("\"\(text)\""))
        #expect(error.description.contains("tcp:HOST:PORT"))
    }

    @Test func `the longest path that fits is accepted`() throws {
        _ = try Address(parsing: "unix:" + String(repeating: "x", count: 107))
    }

    @Test func `only this machine's addresses are local`() {
        let local = ["127.0.0.1", "127.9.9.9", "::1", "localhost"]
        let others = ["0.0.0.0", "::", "10.0.0.1", "127.example.org", "127.0.0", "127.0.0.256"]
        #expect(local.allSatisfy { Address.tcp(host: $0, port: 1).isLocal })
        #expect(!others.contains { Address.tcp(host: $0, port: 1).isLocal })
        #expect(Address.unix(path: "x").isLocal)
    }
}
