import Testing

@testable import Kernels

@Suite struct TaskSharesTests {
    @Test func ownTasksComeFromTheFrontAndOthersFromTheBack() {
        let shares = TaskShares(workerCount: 3)
        shares.deal(8)
        // Shares are 0..<2, 2..<5 and 5..<8.
        let taken = (0..<9).map { _ in shares.take(for: 1) }
        #expect(taken == [2, 3, 4, 7, 6, 5, 1, 0, nil])
    }

    @Test(arguments: [0, 1, 2, 5, 64], [1, 2, 7])
    func everyTaskIsTakenOnce(count: Int, workers: Int) {
        let shares = TaskShares(workerCount: workers)
        for _ in 0..<2 {
            shares.deal(count)
            var taken: [Int] = []
            var isDone = [Bool](repeating: false, count: workers)
            while isDone.contains(false) {
                for worker in 0..<workers {
                    if let task = shares.take(for: worker) {
                        taken.append(task)
                    } else {
                        isDone[worker] = true
                    }
                }
            }
            #expect(taken.sorted() == Array(0..<count))
        }
    }
}
