import Testing

@testable import Daemon

@Suite("ForkMessage")
struct ForkMessageTests {
    private static let orders: [ForkOrder] = [.start(engine: 1), .kill(engine: .max)]

    private static let reports: [ForkReport] = [
        .note("packing weights", fields: ["percent": "10"]), .loaded(digest: "ab"),
        .failed("no \"model\" here\n"), .started(engine: 3, process: 77),
        .notStarted(engine: 4, reason: "no memory"), .exited(engine: 5, status: 1, signal: 0),
    ]

    @Test func `what is written is read`() throws {
        for order in Self.orders { #expect(try ForkOrder(decoding: order.encoded) == order) }
        for report in Self.reports {
            #expect(try ForkReport(decoding: report.encoded) == report)
            #expect(report.bounded == report)
        }
    }

    @Test(arguments: [
        "", "{", "nonsense", "[]", "{}", "{\"stop\":{}}", "{\"start\":{}}",
        "{\"start\":{\"engine\":-1}}", "{\"start\":{\"engine\":\"1\"}}",
        "{\"start\":{\"engine\":1},\"kill\":{\"engine\":1}}", "\u{0}",
        "{\"start\":{\"engine\":18446744073709551616}}",
    ])
    func `what is no order is refused`(text: String) {
        let bytes = Array(text.utf8)
        #expect(throws: MalformedForkMessage(kind: "ForkOrder", byteCount: bytes.count)) {
            try ForkOrder(decoding: bytes)
        }
    }

    @Test func `what is cut off or not text is refused`() {
        for report in Self.reports {
            #expect(throws: MalformedForkMessage.self) {
                try ForkReport(decoding: report.encoded.dropLast())
            }
        }
        #expect(throws: MalformedForkMessage.self) {
            try ForkReport(decoding: [0x7B, 0xFF, 0xFE, 0x7D])
        }
        #expect(throws: MalformedForkMessage.self) {
            try ForkReport(decoding: ForkOrder.start(engine: 1).encoded)
        }
    }

    @Test func `the longest texts keep to the limit of a message`() throws {
        // Six bytes for one: nothing grows more when it is escaped.
        let long = String(repeating: "\u{1}", count: 1 << 20)
        let fields = (0..<100).map { ("\($0)" + long, long) }
        let reports: [ForkReport] = [
            .note(long, fields: Dictionary(fields) { first, _ in first }), .failed(long),
            .notStarted(engine: .max, reason: long),
            .failed(String(repeating: "é", count: 1 << 20)),
        ]
        for report in reports {
            let bytes = report.bounded.encoded
            #expect(bytes.count <= DaemonLimits.forkMessageByteCount)
            #expect(try ForkReport(decoding: bytes) == report.bounded)
        }
    }
}
