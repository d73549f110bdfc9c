import Foundation
import TestSupport
import Testing

/// Short forms of `Ops/chaos`.
@Suite("Chaos", .serialized)
struct ChaosTests {
    private func chaos(_ arguments: [String]) throws -> (status: Int32, figures: [String: Any]) {
        let process = Process()
        process.executableURL = DaemonProcess.products.appending(path: "neurond-chaos")
        let model = TestData.fixtures.appending(path: "llama-mha/hf").path
        process.arguments = arguments + ["--model", model, "--json"]
        let out = Pipe()
        process.standardOutput = out
        try process.run()
        let data = out.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let object = try JSONSerialization.jsonObject(with: data)
        return (process.terminationStatus, object as? [String: Any] ?? [:])
    }

    @Test("processes on both sides are killed, readers stall: nothing is wrong, lost or left")
    func storm() throws {
        let (status, figures) = try chaos(["storm", "--seconds", "15", "--seed", "3"])
        #expect(status == 0, "\(figures)")
        for name in ["wrong", "lost", "leaks"] { #expect(figures[name] as? Int == 0, "\(name)") }
        for name in [
            "right", "partial", "engine_kills", "fork_server_kills", "client_kills",
            "stalled_readers",
        ] {
            #expect(figures[name] as? Int ?? 0 > 0, "\(name)")
        }
    }

    @Test("thirty-two clients at once get what each gets alone")
    func load() throws {
        let (status, figures) = try chaos(["load", "--requests", "600", "--tokens", "16"])
        #expect(status == 0, "\(figures)")
        #expect(figures["wrong"] as? Int == 0)
        #expect(figures["requests"] as? Int ?? 0 >= 600)
    }

    @Test("small requests are answered beside a user with hundreds of open ones")
    func fairness() throws {
        let (status, figures) = try chaos(["fairness", "--items", "150", "--questions", "8"])
        #expect(status == 0, "\(figures)")
        #expect(figures["still_open"] as? Int ?? 0 > 0)
    }

    @Test("a killed engine is replaced, and the next one answers alike")
    func restart() throws {
        let (status, figures) = try chaos(["restart", "--deaths", "1"])
        #expect(status == 0, "\(figures)")
        #expect(figures["wrong"] as? Int == 0)
    }
}
