import ArgumentParser
import Foundation
import Kernels

/// Measures kernels against what this machine can do.
struct MicroCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "micro",
        abstract: "Measure matrix products against this machine's own peaks.",
        discussion: """
            First, for every kernel path that runs here: how fast byte and float products are in \
            registers, and how fast memory is read. Then int8 and f16 products of several shapes \
            in each path, as shares of those. Paths take turns; rates are medians, peaks are the \
            best seen. NEUROND_KERNELS measures one path only.

            Example: neurond-bench micro --threads 2
            """)

    @Option(help: "Compute threads. (default: all processors)")
    var threads: Int?

    @Option(help: "How often everything is measured.")
    var repetitions = 5

    @Flag(help: "One small shape, briefly: shows that it works, not how fast it is.")
    var quick = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads: it is \(threads); accepted: 1 to 1024")
        }
        guard repetitions >= 1 else {
            throw ValidationError("--repetitions: it is \(repetitions); accepted: 1 or more")
        }
    }

    func run() throws {
        let effort = MicroEffort(quick: quick, repetitions: repetitions)
        let forced = ProcessInfo.processInfo.environment["NEUROND_KERNELS"] ?? ""
        let sets =
            forced.isEmpty
            ? try KernelSet.available().map { try KernelSet(path: $0) }
            : [try KernelSet.best(forced: forced)]
        let count = threads ?? ProcessInfo.processInfo.activeProcessorCount
        let machine = Machine.current(sets.map(\.path.rawValue).joined(separator: ", "))
        let bench = MicroBench(kernelSets: sets, threads: count, effort: effort)
        let peaks = try bench.peaks()
        let report = MicroReport(
            machine: machine, threads: count, repetitions: effort.repetitions, peaks: peaks,
            products: try bench.products(peaks: peaks))
        try report.print(asJSON: json)
    }
}

/// How much is measured, and how long.
struct MicroEffort {
    /// (inputs, outputs) of the products: up, square and down of a 1B model, up of a small one.
    let shapes: [(inputs: Int, outputs: Int)]
    let rows: [Int]
    let repetitions: Int
    /// Seconds of one measurement at least.
    let leastSeconds: Double
    /// Tries of each peak, of which the best counts.
    let peakTries: Int
    /// Memory whose reading is measured: well beyond caches.
    let readBytes: Int
    /// Weights that pass by before the same come again.
    let weightBytes: Int

    init(quick: Bool, repetitions: Int) {
        if quick {
            shapes = [(256, 512)]
            rows = [1, 16]
            self.repetitions = 1
            (leastSeconds, peakTries) = (0.001, 2)
            (readBytes, weightBytes) = (16 << 20, 1 << 20)
        } else {
            shapes = [(2048, 8192), (2048, 2048), (8192, 2048), (768, 3072)]
            rows = [1, 16, 64, 512]
            self.repetitions = repetitions
            (leastSeconds, peakTries) = (0.1, 20)
            (readBytes, weightBytes) = (1 << 30, 256 << 20)
        }
    }
}

/// Runs the measurements of `micro`.
struct MicroBench {
    let kernelSets: [KernelSet]
    let threads: Int
    let effort: MicroEffort

    /// For each path: with one thread, and with all if these are more.
    func peaks() throws -> [PeakReport] {
        let memory = try WeightMemory.filled(byteCount: effort.readBytes)
        return try Set([1, threads]).sorted().flatMap { count in
            let pool = try ComputePool(threadCount: count, pinned: false)
            defer { pool.shutdown() }
            return kernelSets.map { kernels in
                Progress.write("peaks of \(kernels.path), \(count) threads")
                return PeakBench(kernels: kernels, pool: pool, tries: effort.peakTries)
                    .measure(memory)
            }
        }
    }

    func products(peaks: [PeakReport]) throws -> [ProductReport] {
        let pool = try ComputePool(threadCount: threads, pinned: false)
        defer { pool.shutdown() }
        return try [WeightForm.int8, .f16].flatMap { form in
            try effort.shapes.flatMap { shape in
                try products(form, shape.inputs, shape.outputs, pool, peaks)
            }
        }
    }

    private func products(
        _ form: WeightForm, _ inputs: Int, _ outputs: Int, _ pool: ComputePool,
        _ peaks: [PeakReport]
    ) throws -> [ProductReport] {
        let layout = MatrixLayout(form: form, outputs: outputs, inputs: inputs)
        let weights = try ProductWeights(layout, totalBytes: effort.weightBytes)
        return effort.rows.flatMap { rows in
            Progress.write("\(form) \(inputs) × \(outputs), \(rows) rows")
            let benches = kernelSets.map { ProductBench($0, pool, weights, rows: rows) }
            var samples = kernelSets.map { _ in Samples() }
            for bench in benches { _ = bench.secondsPerProduct(lasting: 0) }
            Turns(count: benches.count, repetitions: effort.repetitions).forEach { _, index in
                samples[index].add(
                    benches[index].secondsPerProduct(lasting: effort.leastSeconds))
            }
            let portable = zip(kernelSets, samples).first { $0.0.path == .portable }?.1
            return zip(kernelSets, samples).map { kernels, samples in
                report(layout, rows, kernels, samples, portable: portable, peaks)
            }
        }
    }

    private func report(
        _ layout: MatrixLayout, _ rows: Int, _ kernels: KernelSet, _ samples: Samples,
        portable: Samples?, _ peaks: [PeakReport]
    ) -> ProductReport {
        let seconds = samples.median
        let peak = peaks.last { $0.path == kernels.path.rawValue && $0.threads == threads }
        let bound =
            layout.form == .int8 ? peak?.byteGigaoperations : peak?.floatGigaoperations
        let operations = Double(2 * layout.inputs * layout.outputs * rows) / seconds * 1e-9
        let bytes = Double(layout.byteCount) / seconds * 1e-9
        return ProductReport(
            path: kernels.path.rawValue, form: layout.form.rawValue, inputs: layout.inputs,
            outputs: layout.outputs, rows: rows, threads: threads, gigaoperations: operations,
            overPeak: operations / (bound ?? .nan),
            overPortable: portable?.medianRatio(to: samples), weightGigabytesPerSecond: bytes,
            overBandwidth: bytes / (peak?.readGigabytesPerSecond ?? .nan))
    }
}
