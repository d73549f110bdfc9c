import EventLoop
import Foundation
import NeurondClient
import TestSupport
import Testing

/// A real daemon on a real model, in a folder of its own.
final class DaemonProcess {
    let address: Address
    let folder: URL
    private let process: Process

    /// The folder of the executables that were built with the tests.
    static var products: URL {
        URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent()
    }

    /// - Parameter model: relative to the package.
    convenience init(model: String, arguments: [String] = []) throws {
        try self.init(model: TestData.packageRoot.appending(path: model), arguments: arguments)
    }

    init(model: URL, arguments: [String] = []) throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "neurond-e2e-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let socket = folder.appending(path: "s").path
        address = .unix(path: socket)
        process = Process()
        process.executableURL = Self.products.appending(path: "neurond")
        process.arguments =
            [
                "serve", "--model", "test=" + model.path,
                "--listen", "unix:\(socket)", "--threads", "2", "--log-level", "warning",
            ] + arguments
        try process.run()
    }

    /// Connects as soon as the daemon listens.
    func connect() async throws -> Client {
        while true {
            do {
                return try await Client.connect(to: address)
            } catch {
                guard process.isRunning else { throw error }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// Runs `neuronctl` and answers exit status, standard output and standard error.
    func control(_ arguments: [String]) throws -> (status: Int32, out: String, error: String) {
        try run(Self.products.appending(path: "neuronctl"), arguments)
    }

    /// Runs a line as a user types it, in a shell that finds `neuronctl`.
    func shell(_ line: String) throws -> (status: Int32, out: String, error: String) {
        try run(URL(filePath: "/usr/bin/env"), ["bash", "-c", line])
    }

    private func run(
        _ executable: URL, _ arguments: [String]
    ) throws -> (status: Int32, out: String, error: String) {
        let control = Process()
        control.executableURL = executable
        control.arguments = arguments
        control.currentDirectoryURL = TestData.packageRoot
        var environment = ProcessInfo.processInfo.environment
        environment["NEUROND_ADDRESS"] = "\(address)"
        environment["PATH"] = "\(Self.products.path):\(environment["PATH"] ?? "")"
        control.environment = environment
        let out = Pipe()
        let error = Pipe()
        control.standardOutput = out
        control.standardError = error
        try control.run()
        let outData = out.fileHandleForReading.readDataToEndOfFile()
        let errorData = error.fileHandleForReading.readDataToEndOfFile()
        control.waitUntilExit()
        return (
            control.terminationStatus, String(decoding: outData, as: UTF8.self),
            String(decoding: errorData, as: UTF8.self)
        )
    }

    /// Ends the daemon by SIGTERM and answers its exit status.
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
        return process.terminationStatus
    }
}
