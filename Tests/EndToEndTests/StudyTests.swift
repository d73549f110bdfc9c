import Foundation
import Glibc
import Messages
import NeurondClient
import TestSupport
import Testing

/// A whole study on the bundled model survives whatever dies.
@Suite("Studies that are cut off", .serialized, .timeLimit(.minutes(30)))
struct StudyTests {
    /// Every part of the study, with as little of each as still gives numbers.
    private static let configuration = """
        seed = 5
        [data]
        contrast_items = 16
        test_items = 12
        [sampling]
        samples = 4
        temperature = 1.0
        maximum_tokens = 64
        [interventions]
        factors = [0.0]
        scopes = ["all"]
        [sweeps]
        thresholds = [1.0, 1.15]
        scales = [0.5, 1.5]
        [baselines]
        draws = 1
        [projection]
        neurons = 3
        tokens = 4
        [evaluation]
        maximum_tokens = 64
        resamples = 100
        """

    /// A `neuronctl study` under way, whose events are read as they come.
    private final class StudyProcess {
        private let process = Process()
        private let events = Pipe()

        init(_ arguments: [String], of daemon: DaemonProcess, store: String) throws {
            process.executableURL = DaemonProcess.products.appending(path: "neuronctl")
            process.arguments =
                ["study"] + arguments
                + ["--store", store, "--address", "\(daemon.address)", "--json"]
            process.currentDirectoryURL = TestData.packageRoot
            process.standardOutput = FileHandle.nullDevice
            process.standardError = events
            try process.run()
        }

        /// Reads until `isLast` holds of an event, or to the end; answers what was read.
        func read(until isLast: ([String: Any]) -> Bool = { _ in false }) throws
            -> [[String: Any]]
        {
            var read: [[String: Any]] = []
            var bytes = Data()
            while true {
                let more = events.fileHandleForReading.availableData
                guard !more.isEmpty else { return read }
                bytes += more
                while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Data(bytes[..<end])
                    bytes = Data(bytes[(end + 1)...])
                    guard let event = try event(line) else { continue }
                    read.append(event)
                    if isLast(event) { return read }
                }
            }
        }

        /// A line as an event; other remarks are none.
        private func event(_ line: Data) throws -> [String: Any]? {
            guard line.first == UInt8(ascii: "{") else { return nil }
            let object = try JSONSerialization.jsonObject(with: line) as? [String: Any]
            return object?["event"] == nil ? nil : object
        }

        /// Kills the process, and says whether it was still at work.
        func kill() -> Bool {
            Glibc.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            return process.terminationReason == .uncaughtSignal
        }

        /// What Ctrl-C does.
        func interrupt() { process.interrupt() }

        var status: Int32 {
            process.waitUntilExit()
            return process.terminationStatus
        }
    }

    /// The files of a finished run, by name.
    private func exported(
        _ daemon: DaemonProcess, store: String
    ) throws -> [String: Data] {
        let folder = daemon.folder.appending(path: UUID().uuidString)
        let export = try daemon.control([
            "study", "export", "1", "--store", store, "-o", folder.path, "--format", "csv",
            "--format", "safetensors", "--format", "neuron-sets", "--format", "markdown",
        ])
        #expect(export.status == 0, "\(export.error)")
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            files[name] = try Data(contentsOf: folder.appending(path: name))
        }
        return files
    }

    @Test("three times kill -9, Ctrl-C and a dead engine change no bit of the results")
    func killed() async throws {
        let daemon = try DaemonProcess(model: "Models/abacus")
        let client = try await daemon.connect()
        let config = daemon.folder.appending(path: "study.toml").path
        try Self.configuration.write(toFile: config, atomically: true, encoding: .utf8)
        let run = ["run", "differential", "--config", config]

        let whole = daemon.folder.appending(path: "whole.sqlite").path
        let undisturbed = try StudyProcess(run, of: daemon, store: whole)
        let events = try undisturbed.read()
        #expect(undisturbed.status == 0)
        let expected = try exported(daemon, store: whole)
        #expect(expected.count > 5, "\(expected.keys.sorted())")

        // Each process gets further than the one before, and dies somewhere behind this event.
        let cut = daemon.folder.appending(path: "cut.sqlite").path
        var arguments = run
        for part in [0.1, 0.4, 0.7] {
            let moment = events[Int(part * Double(events.count))]
            let process = try StudyProcess(arguments, of: daemon, store: cut)
            let read = try process.read { event in
                event["label"] as? String == moment["label"] as? String
            }
            #expect(read.last?["label"] as? String == moment["label"] as? String)
            #expect(process.kill(), "it was done before it was killed")
            arguments = ["resume"]
        }
        let interrupted = try StudyProcess(arguments, of: daemon, store: cut)
        #expect(try !interrupted.read { $0["event"] as? String == "advanced" }.isEmpty)
        interrupted.interrupt()
        #expect(interrupted.status == 130)
        let list = try daemon.control(["study", "list", "--store", cut])
        #expect(list.out.contains("run 1\tdifferential\tinterrupted"), "\(list.out)")

        let engine = try #require(try await client.status().engines.first)
        let last = try StudyProcess(["resume"], of: daemon, store: cut)
        var engineDied = false
        let rest = try last.read { event in
            guard event["event"] as? String == "advanced", !engineDied else { return false }
            engineDied = Glibc.kill(engine.process, SIGKILL) == 0
            return false
        }
        #expect(last.status == 0 && engineDied)
        #expect(try await client.status().engines.first?.restarts == 1)
        let asked = rest.filter { $0["event"] as? String == "started" }
        #expect(asked.contains { $0["stored"] as? Int == $0["total"] as? Int })
        #expect(try exported(daemon, store: cut) == expected)

        let again = try StudyProcess(run, of: daemon, store: cut)
        let starts = try again.read().filter { $0["event"] as? String == "started" }
        #expect(again.status == 0 && !starts.isEmpty)
        #expect(starts.allSatisfy { $0["stored"] as? Int == $0["total"] as? Int })
        let difference = try daemon.control(["study", "diff", "1", "2", "--store", cut])
        #expect(difference.out == "runs 1 and 2 do not differ\n")
        client.close()
        #expect(daemon.stop() == 0)
    }
}
