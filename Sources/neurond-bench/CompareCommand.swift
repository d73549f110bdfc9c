import ArgumentParser
import Engine
import Foundation
import Kernels

/// Measures the same file in other programs, in turns with the engine.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Measure the same model in other programs, in turns with the engine.",
        discussion: """
            Each repetition runs every work in every program with as many threads, one after the \
            other; ratios are medians over repetitions. A program that is not named is left out. \
            OpenVINO needs a directory of the same shape that `Ops/bench` exports, and the Python \
            of the environment that it makes.

            Example: neurond-bench compare --model 1b.gguf --threads 2 \
            --llama-bench llama-bench --llama-batched-bench llama-batched-bench
            """)

    @Option(help: "A GGUF file.")
    var model: String

    @OptionGroup var engine: EngineOptions

    @Option(help: "Prompt lengths in tokens: positive, separated by commas.")
    var prompts = CountList([64, 512, 2048])

    @Option(help: "Numbers of sequences that decode together, separated by commas.")
    var sequences = CountList([1, 16])

    @Option(help: "Tokens that each decoding sequence generates.")
    var tokens = 64

    @Option(help: "How often everything is measured; the median is shown.")
    var repetitions = 5

    @Option(help: "The program llama-bench of llama.cpp.")
    var llamaBench: String?

    @Option(help: "The program llama-batched-bench of llama.cpp, for several sequences.")
    var llamaBatchedBench: String?

    @Option(help: "A model of the same shape as OpenVINO reads it.")
    var openvino: String?

    @Option(help: "The Python that has openvino-genai.")
    var python = "/usr/bin/python3"

    @Option(help: "The script that measures OpenVINO.")
    var openvinoScript = "Ops/bench_openvino.py"

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard llamaBench != nil || openvino != nil else {
            throw ValidationError(
                "nothing to compare with; give --llama-bench PATH, --openvino DIRECTORY or both")
        }
        try checkFiles()
        guard repetitions >= 1 else {
            throw ValidationError("--repetitions: it is \(repetitions); accepted: 1 or more")
        }
        guard tokens >= 2 else {
            throw ValidationError("--tokens: it is \(tokens); accepted: 2 or more")
        }
    }

    /// What cannot be there is said before minutes of measuring.
    private func checkFiles() throws {
        var needed = [("--llama-bench", llamaBench), ("--llama-batched-bench", llamaBatchedBench)]
        if openvino != nil {
            needed += [("--python", python), ("--openvino-script", openvinoScript)]
        }
        needed.append(("--openvino", openvino))
        for case (let option, let path?) in needed
        where !FileManager.default.fileExists(atPath: path) {
            throw ValidationError("\(option): there is no \(path)")
        }
    }

    func run() throws {
        let loaded = try LoadedModel(model, form: nil, engine.settings, restarts: 0)
        let machine = Machine.current(loaded.engine.engine.kernelPath.rawValue)
        let works =
            prompts.values.map { Work.prompt($0) }
            + sequences.values.map { Work.decode(sequences: $0, tokens: tokens) }
        let contenders = try makeContenders(loaded, works)
        let report = CompareReport(
            machine: machine, engine: engine.settings, repetitions: repetitions,
            model: loaded.facts,
            works: try measure(works, contenders))
        try report.print(asJSON: json)
    }

    private func makeContenders(
        _ loaded: LoadedModel, _ works: [Work]
    ) throws -> [any Contender] {
        let threads = engine.settings.threads
        var contenders: [any Contender] = [try EngineContender(loaded.engine, warmingUpWith: works)]
        if let llamaBench {
            contenders.append(
                LlamaContender(
                    bench: llamaBench, batchedBench: llamaBatchedBench, model: model,
                    threads: threads))
        }
        if let openvino {
            contenders.append(
                try OpenVINOContender(
                    python: python, script: openvinoScript, model: openvino, threads: threads))
        }
        return contenders
    }

    private func measure(_ works: [Work], _ contenders: [any Contender]) throws -> [WorkReport] {
        var samples = works.map { _ in contenders.map { _ in Samples() } }
        try Turns(count: works.count, repetitions: repetitions).forEach { repetition, work in
            for step in contenders.indices {
                let index = (step + repetition) % contenders.count
                guard let rate = try contenders[index].rate(of: works[work]) else { continue }
                samples[work][index].add(rate)
                Progress.write(
                    "\(works[work].name) \(repetition + 1)/\(repetitions), "
                        + "\(contenders[index].name): \(rate.short) tok/s")
            }
        }
        return zip(works, samples).map { work, samples in
            WorkReport(
                work: work.name,
                contenders: zip(contenders, samples).map { contender, rates in
                    ContenderReport(contender.name, rates, ours: samples[0])
                })
        }
    }
}
