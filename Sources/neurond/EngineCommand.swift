import ArgumentParser
import Build
import Daemon
import Engine
import Foundation
import Glibc
import Service
import Wire

/// One engine process; started by `neurond serve`, never by hand.
struct EngineCommand: ParsableCommand {
    static let commandName = "engine"

    static let configuration = CommandConfiguration(
        commandName: commandName, abstract: "One engine process of a daemon.",
        shouldDisplay: false)

    @Option(help: "Compute threads.")
    var threads: Int

    @Option(help: "What clients may call the model.")
    var modelName: String

    @Option(help: "Bytes of attention state.")
    var cacheBytes: Int?

    @Option(help: "Bytes of it that are kept for prompts that begin alike. (default: all)")
    var prefixCacheBytes: Int?

    @Flag(help: "Keep the beginnings of prompts for their own share alone.")
    var privatePrefixes = false

    func run() throws {
        var status = stat()
        guard fstat(DaemonLimits.arenaDescriptor, &status) == 0, status.st_size > 0 else {
            throw NotStartedByDaemon()
        }
        let arena = try WeightArena(
            descriptor: DaemonLimits.arenaDescriptor, byteCount: Int(status.st_size))
        var options = StepEngine.Options(
            threads: threads, kernels: ProcessInfo.processInfo.environment["NEUROND_KERNELS"])
        if let cacheBytes { options.keyValueBytes = cacheBytes }
        options.prefixCacheBytes = prefixCacheBytes
        options.sharesPrefixes = !privatePrefixes
        let engine = try StepEngine(
            model: Model(arena), objects: ObjectStore(), options: options)
        let service = EngineService(
            engine: engine, modelName: modelName, build: Build.version,
            residentByteCount: { ProcessMemory.residentByteCount })
        try EngineHost.run(build: Build.version) { method, payload, incoming, sink in
            await service.handle(
                method: method, payload: payload, incoming: incoming,
                sink: ServiceSink(sink: sink))
        }
        engine.shutdown()
    }

    /// The descriptors that a daemon hands over are missing.
    private struct NotStartedByDaemon: Error, CustomStringConvertible {
        let description =
            "engine: descriptor 4 is no weight arena; engines are started by `neurond serve`"
    }
}

/// Gives the service's replies to the process's connection.
private struct ServiceSink: ReplySink {
    let sink: EngineSink

    func send(message payload: [UInt8]) async {
        await sink.send(message: payload)
    }

    func send(tensor descriptor: TensorDescriptor, data: [UInt8]) async {
        await sink.send(tensor: descriptor, data: data)
    }
}
