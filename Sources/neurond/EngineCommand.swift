import ArgumentParser
import Build
import Daemon
import Engine
import Foundation
import Kernels
import ModelFile
import Service
import Wire

/// The process that reads the model and forks the engines; started by `neurond serve`, never by
/// hand.
struct EngineCommand: ParsableCommand {
    static let commandName = "engine"

    static let configuration = CommandConfiguration(
        commandName: commandName, abstract: "The engine processes of a daemon.",
        shouldDisplay: false)

    @Option(help: "Model file or directory.")
    var model: String

    @Option(help: "Weights in memory.", transform: Self.form)
    var weights: WeightForm

    @Option(help: "Compute threads of each engine.")
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
        try ForkServer.run {
            let model = try load($0)
            // Directories have their tokenizer in a file of its own.
            return (model, model.digest + model.tokenizerDigest)
        } engine: {
            try serve($0, connection: $1)
        }
    }

    private static func form(_ text: String) throws -> WeightForm {
        guard let form = WeightForm(rawValue: text) else {
            throw ValidationError(
                "accepted: " + WeightForm.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return form
    }

    // MARK: Before the fork

    /// Reads and packs the model, all that engines need of it.
    ///
    /// The packing threads have ended when it returns.
    private func load(_ note: ForkServer.Note) throws -> Model {
        let start = ContinuousClock.now
        note("loading", ["model": modelName, "path": model])
        let source = try ModelSource.open(model)
        var nextTenth = 1
        let arena = try WeightArena.build(from: source, form: weights, threads: threads) { done in
            guard Int(done * 10) >= nextTenth else { return }
            nextTenth = Int(done * 10) + 1
            note("packing weights", ["percent": "\(Int(done * 100))"])
        }
        let model = try Model(arena)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let manifest = arena.manifest
        note(
            "model ready",
            [
                "digest": manifest.digest, "bytes": "\(arena.memory.byteCount)",
                "seconds": "\(Int(seconds.rounded(.up)))", "source": manifest.sourceType,
                "resident": manifest.form.rawValue,
                "loss": manifest.conversionLoss?.text ?? "none",
            ])
        return model
    }

    // MARK: After it

    private func serve(_ model: Model, connection: Int32) throws {
        var options = StepEngine.Options(
            threads: threads, kernels: ProcessInfo.processInfo.environment["NEUROND_KERNELS"])
        if let cacheBytes { options.keyValueBytes = cacheBytes }
        options.prefixCacheBytes = prefixCacheBytes
        options.sharesPrefixes = !privatePrefixes
        let engine = try StepEngine(model: model, objects: ObjectStore(), options: options)
        let service = EngineService(
            engine: engine, modelName: modelName, build: Build.version,
            residentByteCount: { ProcessMemory.residentByteCount })
        try EngineHost.run(descriptor: connection, build: Build.version) {
            method, payload, incoming, sink in
            await service.handle(
                method: method, payload: payload, incoming: incoming,
                sink: ServiceSink(sink: sink))
        }
        engine.shutdown()
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
