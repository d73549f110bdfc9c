import Engine
import Foundation
import Kernels
import ModelFile

/// A model from file to first answered token, and how long each part took.
struct LoadedModel {
    let model: Model
    let engine: BenchEngine
    let facts: ModelFacts
    let load: LoadReport

    /// - Parameter form: nil takes the file's own: f16 for F16, else int8.
    init(_ path: String, form: WeightForm?, _ settings: EngineSettings, restarts: Int) throws {
        let start = Clock.now
        let packing = try Packing(path, form: form, threads: settings.threads)
        let packed = Clock.now
        model = try Model(packing.arena)
        engine = try BenchEngine(model, settings)
        var bench = ModelBench(engine)
        _ = try bench.firstToken()
        let answered = Clock.now
        facts = packing.facts
        let resident = ResidentMemory.current
        load = LoadReport(
            openSeconds: packing.opened - start, packSeconds: packed - packing.opened,
            firstTokenSeconds: answered - packed, seconds: answered - start,
            restartSeconds: try Self.restarts(of: packing.arena, settings, count: restarts),
            residentBytes: resident,
            residentOverFile: Double(resident) / Double(facts.fileBytes))
    }

    /// An arena from a file that is closed again when this is made.
    private struct Packing {
        let arena: WeightArena
        let facts: ModelFacts
        /// When the file's tables had been read.
        let opened: Double

        init(_ path: String, form: WeightForm?, threads: Int) throws {
            let source = try ModelSource.open(path)
            let chosen = form ?? (source.sourceType == "F16" ? .f16 : .int8)
            opened = Clock.now
            arena = try WeightArena.build(from: source, form: chosen, threads: threads)
            facts = ModelFacts(
                path: path, type: source.sourceType, form: chosen.rawValue,
                parameters: source.parameterCount, fileBytes: source.fileByteCount,
                arenaBytes: arena.memory.byteCount, stepBytes: arena.manifest.bytesPerStep)
        }
    }

    /// Seconds from the arena to the first token of a new engine.
    ///
    /// The model's tables are read anew, which a daemon's next engine is spared: it is forked with
    /// them.
    private static func restarts(
        of arena: WeightArena, _ settings: EngineSettings, count: Int
    ) throws -> Samples {
        var samples = Samples()
        for _ in 0..<count {
            let (seconds, _) = try Clock.time {
                var bench = ModelBench(try BenchEngine(Model(arena), settings))
                return try bench.firstToken()
            }
            samples.add(seconds)
        }
        return samples
    }
}

/// What was measured.
struct ModelFacts: Encodable {
    let path: String
    /// How the file stores most weights.
    let type: String
    /// Form of the matrices in memory.
    let form: String
    let parameters: Int
    let fileBytes: Int
    let arenaBytes: Int
    /// Bytes of weights that a step with logits reads.
    let stepBytes: Int
}

/// From file to first token.
struct LoadReport: Encodable {
    let openSeconds: Double
    let packSeconds: Double
    let firstTokenSeconds: Double
    let seconds: Double
    let restartSeconds: Samples
    /// Resident bytes of the process after the first token.
    let residentBytes: Int
    let residentOverFile: Double
}

extension ArenaManifest {
    /// Bytes of the matrices that every step with logits reads: all but a lookup-only embedding.
    var bytesPerStep: Int {
        matrices.reduce(0) { sum, entry in
            let isLookup = entry.key == "embedding" && !configuration.tiedHead
            return isLookup ? sum : sum + entry.value.layout.byteCount
        }
    }
}

/// Memory of this process.
enum ResidentMemory {
    /// Bytes of resident pages, shared ones included; 0 where the system does not say.
    static var current: Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        let words = line?.split(whereSeparator: \.isWhitespace) ?? []
        return words.count > 1 ? (Int(words[1]) ?? 0) * 1024 : 0
    }
}
