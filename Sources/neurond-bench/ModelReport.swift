import Foundation

/// What `model` found out.
struct ModelReport: Report {
    let machine: Machine
    let engine: EngineSettings
    let repetitions: Int
    let model: ModelFacts
    let load: LoadReport
    let prompts: [PromptRate]
    /// Empty unless asked for.
    let prefixes: [PrefixRate]
    let decoding: DecodeReport

    var tables: [TextTable] {
        [promptTable] + (prefixes.isEmpty ? [] : [prefixTable]) + [decodeTable, loadTable]
    }

    private var setting: String {
        let name = URL(fileURLWithPath: model.path).lastPathComponent
        return "\(name), \(model.form), \(machine.kernels), \(engine.threads) threads"
    }

    private var promptTable: TextTable {
        var table = TextTable(
            "Prompts: \(setting)", ["prompt", "hooks", "tok/s", "over plain"])
        table.rows = prompts.map {
            ["\($0.tokens)", $0.hooks.rawValue, $0.tokensPerSecond.short, $0.overPlain.short]
        }
        return table
    }

    private var prefixTable: TextTable {
        var table = TextTable(
            "Time to the first token of a prompt that begins as an earlier one: \(setting)",
            ["shared tokens", "of them kept", "without, s", "with, s", "with over without"])
        table.rows = prefixes.map {
            [
                "\($0.tokens)", "\($0.cachedTokens)", $0.coldSeconds.median.short,
                $0.hitSeconds.median.short, $0.hitOverCold.percent,
            ]
        }
        return table
    }

    private var decodeTable: TextTable {
        var table = TextTable(
            "Decoding: \(setting); reading the arena: "
                + "\(decoding.readGigabytesPerSecond.short) GB/s",
            ["sequences", "tok/s in total", "weights read, GB/s", "of reading"])
        table.rows = decoding.rates.map {
            [
                "\($0.sequences)", $0.tokensPerSecond.short, $0.weightGigabytesPerSecond.short,
                $0.overReading.percent,
            ]
        }
        return table
    }

    private var loadTable: TextTable {
        var table = TextTable("Loading and memory: \(setting)", ["what", "figure"])
        table.rows = [
            ["file to first token, s", load.seconds.short],
            ["of it opening", load.openSeconds.short],
            ["of it hashing and packing", load.packSeconds.short],
            ["of it engine and first token", load.firstTokenSeconds.short],
            ["arena to first token of a new engine, s", load.restartSeconds.median.short],
            ["file, bytes", "\(model.fileBytes)"],
            ["resident, bytes", "\(load.residentBytes)"],
            ["resident over file", load.residentOverFile.short],
        ]
        return table
    }
}

/// Rate of prompts of one length under some hooks.
struct PromptRate: Encodable {
    let tokens: Int
    let hooks: HookVariant
    /// Median over repetitions.
    let tokensPerSecond: Double
    /// Median of the ratios to the prompt without hooks of the same repetition.
    let overPlain: Double
    let samples: Samples
}

/// One prompt whose beginning was run, and one whose beginning was kept.
struct PrefixRun {
    /// From submission to the first generated token.
    let coldSeconds: Double
    let hitSeconds: Double
    let cachedTokens: Int
}

/// What a kept beginning of a prompt saves.
struct PrefixRate: Encodable {
    let tokens: Int
    /// Tokens of the second prompt that were not run, the fewest of all repetitions.
    let cachedTokens: Int
    let coldSeconds: Samples
    let hitSeconds: Samples
    /// Median of the ratios of pairs.
    let hitOverCold: Double

    init(tokens: Int, runs: [PrefixRun]) {
        self.tokens = tokens
        cachedTokens = runs.map(\.cachedTokens).min() ?? 0
        var (cold, hit) = (Samples(), Samples())
        for run in runs {
            cold.add(run.coldSeconds)
            hit.add(run.hitSeconds)
        }
        coldSeconds = cold
        hitSeconds = hit
        hitOverCold = hit.medianRatio(to: cold)
    }
}

/// Decoding and what bounds it.
struct DecodeReport: Encodable {
    /// Best rate of reading the arena in order with as many threads.
    let readGigabytesPerSecond: Double
    let rates: [DecodeRate]
}

/// Rate of some sequences decoding together.
struct DecodeRate: Encodable {
    let sequences: Int
    /// Median over repetitions, of all sequences together.
    let tokensPerSecond: Double
    /// Weights that pass by each second at this rate, each read once a step.
    let weightGigabytesPerSecond: Double
    let overReading: Double
    let samples: Samples

    init(sequences: Int, samples: Samples, stepBytes: Int, bandwidth: Double) {
        self.sequences = sequences
        self.samples = samples
        tokensPerSecond = samples.median
        let steps = tokensPerSecond / Double(sequences)
        weightGigabytesPerSecond = steps * Double(stepBytes) * 1e-9
        overReading = weightGigabytesPerSecond / bandwidth
    }
}
