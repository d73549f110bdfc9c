import Kernels
import Synchronization

/// What one kernel path reaches on this machine at best.
struct PeakReport: Encodable {
    let path: String
    let threads: Int
    /// Products of bytes by the path's own instruction, each multiplication and addition counted.
    let byteGigaoperations: Double
    /// Fused multiply-adds of floats, each counted as two.
    let floatGigaoperations: Double
    /// Memory read in order, each thread its own part.
    let readGigabytesPerSecond: Double
}

/// Measures what kernels are compared with: the best of many tries, since a peak is a bound.
struct PeakBench {
    let kernels: KernelSet
    let pool: ComputePool
    let tries: Int

    /// Long enough to measure, short enough that some try goes undisturbed.
    private static let trySeconds = 0.004

    /// - Parameter memory: well beyond caches, every page filled.
    func measure(_ memory: WeightMemory) -> PeakReport {
        PeakReport(
            path: kernels.path.rawValue, threads: pool.threadCount,
            byteGigaoperations: best { kernels.multiplyBytesAtPeak(rounds: $0) },
            floatGigaoperations: best { kernels.multiplyFloatsAtPeak(rounds: $0) },
            readGigabytesPerSecond: bestReadRate(memory))
    }

    /// The best of all tries of reading the memory, in gigabytes a second.
    func bestReadRate(_ memory: WeightMemory) -> Double {
        (0..<tries).map { _ in readRate(memory) }.max() ?? .nan
    }

    /// One reading in order, each thread its own part.
    private func readRate(_ memory: WeightMemory) -> Double {
        let threads = pool.threadCount
        let part = memory.byteCount / threads / 256 * 256
        let (seconds, _) = Clock.time {
            pool.run(taskCount: threads) { task, _ in
                let start = task * part
                let sum = kernels.readAll(memory, bytes: start..<start + part)
                Self.sink.wrappingAdd(sum, ordering: .relaxed)
            }
        }
        return Double(part * threads) / seconds * 1e-9
    }

    /// Where sums go that only show that memory was read.
    private static let sink = Atomic<Int32>(0)

    /// Billions of operations a second, all threads together.
    private func best(_ body: @escaping @Sendable (Int) -> Int) -> Double {
        let rounds = Self.rounds { _ = body($0) }
        let rates = (0..<tries).map { _ in
            let total = Atomic<Int>(0)
            let (seconds, _) = Clock.time {
                pool.run(taskCount: pool.threadCount) { _, _ in
                    total.wrappingAdd(body(rounds), ordering: .relaxed)
                }
            }
            return Double(total.load(ordering: .relaxed)) / seconds * 1e-9
        }
        return rates.max() ?? .nan
    }

    /// Rounds of a loop that last as long as a try; found by doubling.
    private static func rounds(_ body: (Int) -> Void) -> Int {
        var rounds = 1 << 10
        while rounds < 1 << 40 {
            let (taken, _) = Clock.time { body(rounds) }
            if taken >= trySeconds { break }
            rounds *= 2
        }
        return rounds
    }
}

extension WeightMemory {
    /// Memory whose every page exists.
    static func filled(byteCount: Int) throws -> WeightMemory {
        let memory = try WeightMemory(byteCount: byteCount, name: "neurond-bench")
        let piece = [UInt8](repeating: 0x55, count: min(byteCount, 1 << 20))
        for offset in stride(from: 0, to: byteCount, by: piece.count) {
            memory.write(Array(piece.prefix(byteCount - offset)), at: offset)
        }
        return memory
    }
}
