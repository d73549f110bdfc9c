import ArgumentParser
import Engine
import Foundation
import Kernels
import ModelFile

/// Options of every subcommand that runs an engine.
struct EngineOptions: ParsableArguments {
    @Option(help: "Compute threads. (default: all processors)")
    var threads: Int?

    @Flag(help: "Keep each compute thread on a processor of its own.")
    var pin = false

    func validate() throws {
        let accepted = 1...1024
        if let threads, !accepted.contains(threads) {
            throw ValidationError("--threads: it is \(threads); accepted: 1 to 1024")
        }
    }

    var settings: EngineSettings {
        EngineSettings(
            threads: threads ?? ProcessInfo.processInfo.activeProcessorCount, pinned: pin,
            kernels: ProcessInfo.processInfo.environment["NEUROND_KERNELS"])
    }
}

/// A comma-separated list of positive numbers.
struct CountList: ExpressibleByArgument {
    let values: [Int]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let values = parts.compactMap { Int($0) }
        guard values.count == parts.count, values.allSatisfy({ $0 > 0 }) else { return nil }
        self.values = values
    }

    init(_ values: [Int]) { self.values = values }

    var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
}

/// Measures one model in this process.
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Measure prompts, decoding, hooks, memory and loading of a model.",
        discussion: """
            The engine runs in this process, without daemon and sockets. Prompts without hooks, \
            with statistics of every neuron and with 5 % of the neurons scaled take turns; each \
            run has other tokens. Rates are medians. NEUROND_KERNELS forces a kernel path.

            Example: neurond-bench model --model 1b.gguf --threads 2 --prompts 64,512
            """)

    @Option(help: "A GGUF file or a Hugging Face model directory.")
    var model: String

    @OptionGroup var engine: EngineOptions

    @Option(
        help: "Weights in memory: int8, f16 or f32. (default: f16 for F16 files, else int8)",
        transform: parseForm)
    var weights: WeightForm?

    @Option(help: "Prompt lengths in tokens: positive, separated by commas.")
    var prompts = CountList([64, 512, 2048])

    @Option(help: "Numbers of sequences that decode together, separated by commas.")
    var sequences = CountList([1, 16])

    @Option(
        help: """
            Lengths of beginnings that two prompts share, separated by commas; the time to the \
            first token is measured without and with the beginning kept. (default: none)
            """)
    var prefix: CountList?

    @Option(help: "Tokens that each decoding sequence generates.")
    var tokens = 64

    @Option(help: "How often everything is measured; the median is shown.")
    var repetitions = 5

    @Flag(help: "Print one JSON object.")
    var json = false

    private static func parseForm(_ text: String) throws -> WeightForm {
        guard let form = WeightForm(rawValue: text) else {
            throw ValidationError("it is '\(text)'; accepted: int8, f16, f32")
        }
        return form
    }

    func validate() throws {
        guard repetitions >= 1 else {
            throw ValidationError("--repetitions: it is \(repetitions); accepted: 1 or more")
        }
        guard tokens >= 2 else {
            throw ValidationError("--tokens: it is \(tokens); accepted: 2 or more")
        }
    }

    func run() throws {
        let loaded = try LoadedModel(
            model, form: weights, engine.settings, restarts: repetitions)
        let machine = Machine.current(loaded.engine.engine.kernelPath.rawValue)
        try checkLengths(loaded.model.configuration.contextLength)
        var bench = ModelBench(loaded.engine)
        let promptRates = try measurePrompts(&bench)
        let prefixes = try measurePrefixes(&bench)
        let decoding = try measureDecoding(loaded, &bench)
        let report = ModelReport(
            machine: machine, engine: engine.settings, repetitions: repetitions,
            model: loaded.facts,
            load: loaded.load, prompts: promptRates, prefixes: prefixes, decoding: decoding)
        try report.print(asJSON: json)
    }

    /// Refuses what the context does not hold before anything is measured.
    private func checkLengths(_ context: Int) throws {
        let longest = max(
            prompts.values.max() ?? 0, ModelBench.decodePromptCount + tokens - 1,
            (prefix?.values.max() ?? 0) + ModelBench.prefixTailCount)
        guard longest <= context else {
            throw BenchError.unusable(
                option: "--prompts, --prefix, --tokens", reason: "\(longest) tokens",
                accepted: "at most the model's context of \(context)")
        }
        let most = sequences.values.max() ?? 0
        guard most <= EngineLimits.runningSequences else {
            throw BenchError.unusable(
                option: "--sequences", reason: "\(most) sequences",
                accepted: "at most \(EngineLimits.runningSequences)")
        }
    }

    private func measurePrompts(_ bench: inout ModelBench) throws -> [PromptRate] {
        let cases = prompts.values.flatMap { count in
            HookVariant.allCases.map { (count: count, variant: $0) }
        }
        var samples = cases.map { _ in Samples() }
        for variant in HookVariant.allCases {
            // Warms up: the pages of every buffer exist afterwards.
            _ = try bench.prompt(prompts.values.max() ?? 1, variant)
        }
        try Turns(count: cases.count, repetitions: repetitions).forEach { repetition, index in
            let (count, variant) = cases[index]
            samples[index].add(try bench.prompt(count, variant))
            Progress.write(
                "prompt \(count) \(variant.rawValue) \(repetition + 1)/\(repetitions): "
                    + "\(samples[index].values[repetition].short) tok/s")
        }
        return cases.indices.map { index in
            let plain = index - index % HookVariant.allCases.count
            return PromptRate(
                tokens: cases[index].count, hooks: cases[index].variant,
                tokensPerSecond: samples[index].median,
                overPlain: samples[index].medianRatio(to: samples[plain]),
                samples: samples[index])
        }
    }

    private func measurePrefixes(_ bench: inout ModelBench) throws -> [PrefixRate] {
        try (prefix?.values ?? []).map { count in
            let runs = try (0..<repetitions).map { repetition in
                let run = try bench.prefix(count)
                Progress.write(
                    "prefix \(count) \(repetition + 1)/\(repetitions): "
                        + "\((run.hitSeconds / run.coldSeconds).percent)")
                return run
            }
            return PrefixRate(tokens: count, runs: runs)
        }
    }

    /// Decoding, and between its runs reading the whole arena in order, which is what bounds it.
    private func measureDecoding(_ loaded: LoadedModel, _ bench: inout ModelBench) throws
        -> DecodeReport
    {
        let pool = try ComputePool(threadCount: engine.settings.threads, pinned: false)
        defer { pool.shutdown() }
        let kernels = try KernelSet(path: loaded.engine.engine.kernelPath)
        let reading = PeakBench(kernels: kernels, pool: pool, tries: 5)
        let counts = sequences.values
        var samples = counts.map { _ in Samples() }
        var readRates: [Double] = []
        try Turns(count: counts.count, repetitions: repetitions).forEach { repetition, index in
            readRates.append(reading.bestReadRate(loaded.model.arena.memory))
            samples[index].add(try bench.decode(sequences: counts[index], tokens: tokens))
            Progress.write(
                "decode × \(counts[index]) \(repetition + 1)/\(repetitions): "
                    + "\(samples[index].values[repetition].short) tok/s")
        }
        let bandwidth = readRates.max() ?? .nan
        let rates = zip(counts, samples).map { count, samples in
            DecodeRate(
                sequences: count, samples: samples, stepBytes: loaded.facts.stepBytes,
                bandwidth: bandwidth)
        }
        return DecodeReport(readGigabytesPerSecond: bandwidth, rates: rates)
    }
}
