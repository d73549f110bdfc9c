import EventLoop
import Foundation
import Messages
import Testing
import Wire

/// The metrics server under readers who behave and readers who do not.
@Suite("Metrics server", .serialized)
struct MetricsServerTests {
    private func withServer(_ body: (DaemonFixture, TestClient) throws -> Void) throws {
        try DaemonFixture.run("metrics") { fixture in
            let client = try fixture.connect()
            _ = try fixture.waitForStatus(client) { $0.state == "ready" }
            try body(fixture, client)
        }
    }

    @Test("every metric has help, type and a closed set of labels")
    func exposition() throws {
        try withServer { fixture, client in
            _ = try fixture.end(of: client.request("messages=3 bytes=10"), client)
            let text = try #require(
                try fixture.visit("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"))
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            let body = text.components(separatedBy: "\r\n\r\n").dropFirst().joined()
            for name in [
                "requests_total", "requests_running", "requests_waiting", "queue_seconds",
                "request_seconds", "prompt_tokens_total", "generated_tokens_total",
                "layer_evals_total", "batch_rows", "prefix_cache_queries_total",
                "prefix_cache_hits_total", "result_cache_hits_total", "hooks_fired_total",
                "hooks_refused_total", "capture_bytes_total", "reply_bytes_total",
                "resident_bytes",
                "model_load_seconds", "build_info",
            ] {
                #expect(body.contains("# TYPE neurond_\(name) "), "\(name)")
            }
            let labels: Set = [
                "verb", "outcome", "lane", "le", "reused", "kind", "version",
                "site", "op", "reason",
            ]
            for match in body.matches(of: /([a-z_]+)="/) {
                #expect(labels.contains(String(match.output.1)), "\(match.output.1)")
            }
            #expect(body.contains(#"neurond_requests_total{verb="Generate",outcome="#))
        }
    }

    @Test("the documentation lists the metrics that are served, and no others")
    func documentation() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appending(path: "Docs/operations.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `neurond_") }
        let documented = rows.flatMap { row in
            row.matches(of: /`neurond_([a-z_]+)/).map { String($0.output.1) }
        }
        try withServer { fixture, _ in
            let body = try #require(try fixture.get("/metrics")).body
            let served = body.matches(of: #/TYPE neurond_([a-z_]+) /#).map { String($0.output.1) }
            #expect(documented.sorted() == served.sorted())
        }
    }

    @Test("bytes of captures are counted apart from other answers")
    func captureBytes() throws {
        try withServer { fixture, client in
            func count(_ name: String) throws -> Int {
                let body = try #require(try fixture.get("/metrics")).body
                let line = try #require(
                    body.split(separator: "\n").first {
                        $0.hasPrefix("neurond_\(name)_bytes_total ")
                    })
                return try #require(line.split(separator: " ").last.flatMap { Int($0) })
            }
            _ = try fixture.end(of: client.request("messages=3 bytes=10"), client)
            #expect(try count("capture") == 0)
            let before = try count("reply")
            _ = try fixture.end(of: client.request("tensor=5000"), client)
            // The descriptor counts as well.
            #expect(try count("capture") == count("reply") - before)
            #expect(try (5_000..<5_200).contains(count("capture")))
            let after = try count("capture")
            _ = try fixture.end(of: client.request("tensor=100", method: .columns), client)
            #expect(try count("capture") == after)
        }
    }

    @Test("live and ready answer, and other paths and verbs are refused")
    func health() throws {
        try withServer { fixture, _ in
            for (request, expected) in [
                ("GET /live HTTP/1.0", "200"), ("GET /ready?x HTTP/1.1", "200"),
                ("GET /health HTTP/1.1", "200"),
                ("GET / HTTP/1.1", "404"), ("POST /metrics HTTP/1.1", "405"), ("nonsense", "400"),
            ] {
                let found = try fixture.visit(request + "\r\n\r\n")
                #expect(found?.hasPrefix("HTTP/1.1 \(expected) ") == true, "\(request)")
            }
        }
    }

    @Test("a head beyond the limit is refused before it has ended")
    func longHead() throws {
        try withServer { fixture, _ in
            let head = "GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 5_000)
            let answer = try fixture.visit(head)
            #expect(answer?.hasPrefix("HTTP/1.1 431 ") == true)
        }
    }
}
