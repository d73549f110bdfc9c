import Synchronization
import Testing

@testable import Kernels

/// A count that many threads raise.
private final class Counter: Sendable {
    let value = Atomic<Int>(0)
}

@Suite struct ComputePoolTests {
    @Test(arguments: [1, 2, 3, 8])
    func everyTaskRunsOnceInEveryRun(threads: Int) throws {
        let pool = try ComputePool(threadCount: threads, pinned: threads == 2)
        #expect(pool.threadCount == threads)
        let counts = RowBuffer(rowCapacity: 64, width: 1)
        for run in 1...10_000 {
            let tasks = run % 6
            pool.run(taskCount: tasks) { task, worker in
                counts[task, 0] += 1
                if worker < 0 || worker >= threads { counts[63, 0] = -1 }
            }
        }
        // Task t runs in the runs whose number of tasks is above t; 10,000 = 1,666 * 6 + 4.
        let expected: [Float] = [8334, 6667, 5000, 3333, 1666, 0]
        #expect((0..<6).map { counts[$0, 0] } == expected)
        #expect(counts[63, 0] == 0)
        pool.shutdown()
    }

    @Test func writesOfOneRunAreSeenByTheNext() throws {
        let pool = try ComputePool(threadCount: 4, pinned: false)
        let rows = RowBuffer(rowCapacity: 40, width: 2)
        for run in 0..<1000 {
            let (from, to) = (run % 2, 1 - run % 2)
            pool.run(taskCount: 40) { task, _ in
                rows[task, to] = rows[39 - task, from] + 1
            }
        }
        #expect((0..<40).allSatisfy { rows[$0, 0] == 1000 })
    }

    @Test func callersFromSeveralThreadsTakeTurns() async throws {
        let pool = try ComputePool(threadCount: 2, pinned: false)
        let total = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<200 {
                        pool.run(taskCount: 3) { _, _ in total.value.add(1, ordering: .relaxed) }
                    }
                }
            }
        }
        #expect(total.value.load(ordering: .relaxed) == 2400)
    }

    @Test func aPoolThatIsShutDownStillRunsOnItsCaller() throws {
        let pool = try ComputePool(threadCount: 3, pinned: false)
        pool.shutdown()
        pool.shutdown()
        let workers = RowBuffer(rowCapacity: 5, width: 1)
        pool.run(taskCount: 5) { task, worker in workers[task, 0] = Float(worker + 1) }
        #expect((0..<5).allSatisfy { workers[$0, 0] == 1 })
    }

    @Test func rowsHaveTheSameBitsOnAnyNumberOfThreads() throws {
        let kernels = try KernelSet.best(forced: nil)
        let matrix = try noiseMatrix(.int8, outputs: 300, inputs: 96, seed: 50)
        var noise = Noise(seed: 51)
        let rows = (0..<14).map { _ in noise.floats(96) }
        let expected = bits(product(kernels, matrix, rows))
        let prepared = PreparedRows(rowCapacity: 14, inputs: 96, form: .int8)
        kernels.prepare(buffer(rows), columns: 0..<96, rows: 0..<14, of: 14, into: prepared)
        for threads in [2, 5] {
            let pool = try ComputePool(threadCount: threads, pinned: false)
            let output = RowBuffer(rowCapacity: 14, width: 300)
            pool.run(taskCount: 19) { panel, _ in
                kernels.product(
                    matrix, prepared, rowCount: 14, panels: panel..<panel + 1, into: output, at: 0)
            }
            #expect(bits((0..<14).map { output.copyRow($0, columns: 0..<300) }) == expected)
        }
    }
}
