import Testing

@testable import Kernels

/// Keys and values of one sequence in a store whose blocks are out of order.
private struct StoredSequence {
    let store: KeyValueStore
    let blocks: [Int32]
    let keys: [[Float]]
    let values: [[Float]]
    let heads: Int
    let dimension: Int

    init(
        _ kernels: KernelSet, positions: Int, heads: Int, dimension: Int,
        precision: KeyValueStore.Precision
    ) throws {
        var noise = Noise(seed: 40)
        let blockCount = (positions + 31) / 32
        store = try KeyValueStore(
            layers: 2, keyValueHeads: heads, headDimension: dimension,
            blockCapacity: blockCount + 2, precision: precision)
        blocks = (0..<blockCount).map { Int32(blockCount - $0) }
        keys = (0..<positions).map { _ in noise.floats(heads * dimension) }
        values = (0..<positions).map { _ in noise.floats(heads * dimension) }
        self.heads = heads
        self.dimension = dimension
        for position in 0..<positions {
            let row = buffer([[0] + keys[position] + values[position]])
            kernels.storeKeyValue(
                store, layer: 1, block: Int(blocks[position / 32]), slot: position % 32,
                from: row, row: 0, keyColumn: 1, valueColumn: 1 + heads * dimension)
        }
    }

    /// The pattern and the mix of a query over the first positions.
    func attend(
        _ kernels: KernelSet, _ query: [Float], head: Int, count: Int, window: Int? = nil
    ) -> (pattern: [Float], mix: [Float]) {
        let pattern = RowBuffer(rowCapacity: 2, width: keys.count + 1)
        pattern[1, count] = 42
        let z = RowBuffer(rowCapacity: 1, width: dimension + 2)
        kernels.attentionPattern(
            store, layer: 1, keyHead: head, blocks: blocks, positions: count,
            window: window, query: buffer([[0, 0, 0] + query]), row: 0, column: 3, scale: 0.25,
            into: pattern,
            patternRow: 1)
        kernels.attentionMix(
            store, layer: 1, keyHead: head, blocks: blocks, positions: count, pattern: pattern,
            patternRow: 1, into: z, row: 0, column: 1)
        #expect(pattern[1, count] == 42)
        #expect(z[0, 0] == 0 && z[0, dimension + 1] == 0)
        return (
            pattern.copyRow(1, columns: 0..<count), z.copyRow(0, columns: 1..<dimension + 1)
        )
    }

    func expected(
        _ query: [Float], head: Int, from first: Int = 0, count: Int
    ) -> (pattern: [Float], mix: [Float]) {
        let columns = head * dimension..<(head + 1) * dimension
        return ReferenceKernels.attention(
            query: query, keys: keys[first..<count].map { Array($0[columns]) },
            values: values[first..<count].map { Array($0[columns]) }, scale: 0.25)
    }
}

@Suite struct AttentionTests {
    @Test(arguments: [KeyValueStore.Precision.f32, .f16], [16, 26, 64, 128])
    func agreesWithTheReferenceOverBlockBoundaries(
        precision: KeyValueStore.Precision, dimension: Int
    ) throws {
        for kernels in try allKernels() {
            let sequence = try StoredSequence(
                kernels, positions: 100, heads: 2, dimension: dimension, precision: precision)
            var noise = Noise(seed: 41)
            let query = noise.floats(dimension, bound: 2)
            let tolerance = precision == .f32 ? Tolerance.sum : Tolerance.half
            for count in [1, 15, 16, 17, 31, 32, 33, 64, 65, 100] {
                let found = sequence.attend(kernels, query, head: 1, count: count)
                let expected = sequence.expected(query, head: 1, count: count)
                #expect(relativeError(found.pattern, expected.pattern) < tolerance)
                #expect(relativeError(found.mix, expected.mix) < tolerance)
                #expect(abs(found.pattern.reduce(0, +) - 1) < 1e-5)
            }
        }
    }

    @Test(arguments: [KeyValueStore.Precision.f32, .f16], [1, 3, 4, 8])
    func rowsTogetherHaveTheBitsOfEachAlone(
        precision: KeyValueStore.Precision, heads: Int
    ) throws {
        let dimension = 26
        for kernels in try allKernels() {
            let sequence = try StoredSequence(
                kernels, positions: 100, heads: 2, dimension: dimension, precision: precision)
            var noise = Noise(seed: 43)
            let rows = (0..<37).map { _ in noise.floats((heads + 1) * dimension, bound: 2) }
            let scratch = AttentionScratch(contextLength: 100, headDimension: dimension)
            for (first, count) in [(0, 37), (1, 1), (30, 5), (63, 37)] {
                let z = RowBuffer(rowCapacity: 37, width: (heads + 1) * dimension)
                kernels.attend(
                    sequence.store, layer: 1, keyHead: 1, blocks: sequence.blocks,
                    rows: 0..<count, position: first, heads: 1..<heads + 1, query: buffer(rows),
                    scale: 0.25, scratch: scratch, into: z)
                for row in 0..<count {
                    for head in 1...heads {
                        let columns = head * dimension..<(head + 1) * dimension
                        let alone = sequence.attend(
                            kernels, Array(rows[row][columns]), head: 1, count: first + row + 1)
                        #expect(bits([z.copyRow(row, columns: columns)]) == bits([alone.mix]))
                    }
                    #expect(z.copyRow(row, columns: 0..<dimension).allSatisfy { $0 == 0 })
                }
            }
        }
    }

    @Test(arguments: [1, 5, 16, 31, 32, 40, 99], [1, 3, 4])
    func aWindowHidesWhatLiesBeforeIt(window: Int, heads: Int) throws {
        let dimension = 26
        for kernels in try allKernels() {
            let sequence = try StoredSequence(
                kernels, positions: 100, heads: 2, dimension: dimension, precision: .f32)
            var noise = Noise(seed: 44)
            let rows = (0..<37).map { _ in noise.floats((heads + 1) * dimension, bound: 2) }
            let scratch = AttentionScratch(contextLength: 100, headDimension: dimension)
            func mix(_ count: Int, from first: Int, _ rows: [[Float]]) -> RowBuffer {
                let z = RowBuffer(rowCapacity: count, width: (heads + 1) * dimension)
                kernels.attend(
                    sequence.store, layer: 1, keyHead: 1, blocks: sequence.blocks,
                    rows: 0..<count, position: first, window: window, heads: 1..<heads + 1,
                    query: buffer(rows), scale: 0.25, scratch: scratch, into: z)
                return z
            }
            for (first, count) in [(0, 37), (30, 5), (63, 37)] {
                let together = mix(count, from: first, rows)
                for row in 0..<count {
                    let alone = mix(1, from: first + row, [rows[row]])
                    let end = first + row + 1
                    for head in 1...heads {
                        let columns = head * dimension..<(head + 1) * dimension
                        let found = together.copyRow(row, columns: columns)
                        #expect(bits([found]) == bits([alone.copyRow(0, columns: columns)]))
                        let query = Array(rows[row][columns])
                        let expected = sequence.expected(
                            query, head: 1, from: max(0, end - window), count: end)
                        #expect(relativeError(found, expected.mix) < Tolerance.sum)
                        let hooked = sequence.attend(
                            kernels, query, head: 1, count: end, window: window)
                        #expect(bits([found]) == bits([hooked.mix]))
                        #expect(hooked.pattern.prefix(max(0, end - window)).allSatisfy { $0 == 0 })
                    }
                }
            }
        }
    }

    @Test func laterRowsDoNotReachEarlierOnes() throws {
        for kernels in try allKernels() {
            let sequence = try StoredSequence(
                kernels, positions: 20, heads: 1, dimension: 32, precision: .f16)
            let poison = buffer([Array(repeating: Float.infinity, count: 64)])
            kernels.storeKeyValue(
                sequence.store, layer: 1, block: Int(sequence.blocks[0]), slot: 15, from: poison,
                row: 0, keyColumn: 0, valueColumn: 32)
            let z = RowBuffer(rowCapacity: 20, width: 32)
            kernels.attend(
                sequence.store, layer: 1, keyHead: 0, blocks: sequence.blocks, rows: 0..<20,
                position: 0, heads: 0..<1,
                query: buffer(Array(repeating: Array(repeating: 1, count: 32), count: 20)),
                scale: 1, scratch: AttentionScratch(contextLength: 20, headDimension: 32), into: z)
            for row in 0..<20 {
                let finite = z.copyRow(row, columns: 0..<32).allSatisfy(\.isFinite)
                #expect(finite == (row < 15), "\(kernels.path) \(row)")
            }
        }
    }

    @Test func laterPositionsInTheLastBlockDoNotMatter() throws {
        for kernels in try allKernels() {
            let long = try StoredSequence(
                kernels, positions: 60, heads: 1, dimension: 32, precision: .f16)
            let query = Array(repeating: Float(0.5), count: 32)
            let before = long.attend(kernels, query, head: 0, count: 40)
            let poison = buffer([Array(repeating: Float.nan, count: 64)])
            kernels.storeKeyValue(
                long.store, layer: 1, block: Int(long.blocks[1]), slot: 8, from: poison, row: 0,
                keyColumn: 0, valueColumn: 32)
            let after = long.attend(kernels, query, head: 0, count: 40)
            #expect(bits([before.pattern, before.mix]) == bits([after.pattern, after.mix]))
            let poisoned = long.attend(kernels, query, head: 0, count: 41)
            #expect(poisoned.pattern.allSatisfy { $0.isNaN })
            #expect(poisoned.mix.allSatisfy { $0.isNaN })
        }
    }

    @Test func aReleasedBlockReadsAsZero() throws {
        let kernels = try KernelSet.best(forced: nil)
        let sequence = try StoredSequence(
            kernels, positions: 32, heads: 1, dimension: 16, precision: .f32)
        sequence.store.release(block: Int(sequence.blocks[0]))
        let query = Array(repeating: Float(1), count: 16)
        let found = sequence.attend(kernels, query, head: 0, count: 4)
        #expect(found.pattern == [0.25, 0.25, 0.25, 0.25])
        #expect(found.mix.allSatisfy { $0 == 0 })
    }

    @Test func sizesThatDoNotFitAreRefused() {
        #expect(throws: KernelError.self) {
            try KeyValueStore(
                layers: 1 << 30, keyValueHeads: 1 << 30, headDimension: 128,
                blockCapacity: 1 << 30, precision: .f16)
        }
        #expect(throws: KernelError.self) {
            try KeyValueStore(
                layers: 1, keyValueHeads: 0, headDimension: 128, blockCapacity: 1,
                precision: .f16)
        }
    }
}
