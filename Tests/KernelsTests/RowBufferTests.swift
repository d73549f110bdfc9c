import ExitTesting
import Testing

@testable import Kernels

@Suite struct RowBufferTests {
    @Test func rowsAreZeroAtFirstAndApart() {
        let rows = RowBuffer(rowCapacity: 3, width: 17)
        #expect(rows.stride == 32)
        rows[1, 16] = 4
        rows.setRow(2, from: [1, 2], at: 15)
        #expect(rows.copyRow(0, columns: 0..<17).allSatisfy { $0 == 0 })
        #expect(rows.copyRow(1, columns: 15..<17) == [0, 4])
        #expect(rows.copyRow(2, columns: 14..<17) == [0, 1, 2])
        rows.copyRow(from: rows, row: 2, to: 0)
        #expect(rows.copyRow(0, columns: 14..<17) == [0, 1, 2])
    }

    @Test func aViewReadsAndWritesItsColumns() {
        let rows = RowBuffer(rowCapacity: 1, width: 5)
        let count = rows.withRow(0, columns: 1..<4) { view in
            for index in view.indices { view[index] = Float(index + 1) }
            return view.count
        }
        #expect(count == 3)
        #expect(rows.copyRow(0, columns: 0..<5) == [0, 1, 2, 3, 0])
    }

    @Test(.enabled(if: exitTestsAreOn))
    func leavingTheBufferTraps() async {
        await #expect(processExitsWith: .failure) {
            let rows = RowBuffer(rowCapacity: 1, width: 5)
            rows[0, 5] = 1
        }
        await #expect(processExitsWith: .failure) {
            let rows = RowBuffer(rowCapacity: 1, width: 5)
            _ = rows[1, 0]
        }
    }
}
