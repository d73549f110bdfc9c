internal import KernelTypes

extension KernelSet {
    /// Stores one position's keys and values of all heads of a layer.
    ///
    /// - Parameters:
    ///   - slot: The position within the block, 0..<32.
    ///   - buffer: Where the keys lie from `keyColumn` and the values from `valueColumn` on,
    ///     (heads, head dimension) each.
    public func storeKeyValue(
        _ kv: KeyValueStore, layer: Int, block: Int, slot: Int, from buffer: RowBuffer, row: Int,
        keyColumn: Int, valueColumn: Int
    ) {
        kv.checkBlock(block)
        precondition(slot >= 0 && slot < KeyValueStore.blockPositions, "slot lies outside a block")
        let width = kv.headDimension
        let half = kv.precision == .f16
        let start = kv.base + block * kv.bytesPerBlock
        for head in 0..<kv.keyValueHeads {
            let key = keyColumn + head * width
            let value = valueColumn + head * width
            let keys = start + kv.keyOffset(layer: layer, head: head) + slot * kv.elementBytes
            let values =
                start + kv.valueOffset(layer: layer, head: head)
                + slot * kv.valueStride * kv.elementBytes
            table.storeElements(
                buffer.pointer(row, key..<key + width), width, keys,
                KeyValueStore.blockPositions, half)
            table.storeElements(
                buffer.pointer(row, value..<value + width), width, values, 1, half)
        }
    }

    /// One query head's attention probabilities over positions 0..<count.
    ///
    /// softmax(scale * dot(query, key)) (Vaswani and others 2017) goes into the first `count`
    /// columns of a pattern row. Positions at or past `count` are not read and do not matter.
    ///
    /// - Parameter window: Positions that the query sees, its own among them; nil for all.
    public func attentionPattern(
        _ kv: KeyValueStore, layer: Int, keyHead: Int, blocks: [Int32], positions count: Int,
        window: Int? = nil, query: RowBuffer, row: Int, column: Int, scale: Float,
        into pattern: RowBuffer, patternRow: Int
    ) {
        let offset = kv.keyOffset(layer: layer, head: keyHead)
        let target = PatternTile(
            values: pattern.pointer(patternRow, 0..<count), stride: 16, width: 1)
        let query = query.pointer(row, column..<column + kv.headDimension)
        withBlocks(kv, blocks, count) { blocks in
            let keys = kv.table(blocks, offset: offset, positionCount: count)
            table.scores(
                AttentionScores(keys: keys, queries: query, scale: scale, pattern: target))
            if let window { target.hide(count - window) }
            table.softmax(target, count)
        }
    }

    /// The sum of values weighted by a pattern row, into `headDimension` columns of `z`.
    public func attentionMix(
        _ kv: KeyValueStore, layer: Int, keyHead: Int, blocks: [Int32], positions count: Int,
        pattern: RowBuffer, patternRow: Int, into z: RowBuffer, row: Int, column: Int
    ) {
        let offset = kv.valueOffset(layer: layer, head: keyHead)
        let weights = PatternTile(
            values: pattern.pointer(patternRow, 0..<count), stride: 16, width: 1)
        let target = z.pointer(row, column..<column + kv.headDimension)
        withBlocks(kv, blocks, count) { blocks in
            let values = kv.table(blocks, offset: offset, positionCount: count)
            table.mix(
                AttentionMix(
                    values: values, first: 0, pattern: weights, target: target,
                    targetStride: kv.headDimension))
        }
    }

    /// Attention of consecutive positions of one sequence, for query heads that share a key head.
    ///
    /// Each row's result has the bits that `attentionPattern` and `attentionMix` give it alone.
    ///
    /// - Parameters:
    ///   - blocks: The sequence's blocks; the rows' own keys and values are stored by now.
    ///   - rows: Rows of `query` and of `z`.
    ///   - position: The first row's position; each row attends to all up to its own.
    ///   - window: Positions that a row sees, its own among them; nil for all.
    ///   - heads: Query heads; head h has columns h * headDimension... of `query` and `z`.
    ///   - scratch: This thread's, for contexts and heads of at least this size.
    public func attend(
        _ kv: KeyValueStore, layer: Int, keyHead: Int, blocks: [Int32], rows: Range<Int>,
        position: Int, window: Int? = nil, heads: Range<Int>, query: RowBuffer, scale: Float,
        scratch: AttentionScratch, into z: RowBuffer
    ) {
        guard !rows.isEmpty, !heads.isEmpty else { return }
        let count = position + rows.count
        precondition(
            count <= scratch.contextLength && kv.headDimension <= scratch.headDimension,
            "the scratch memory is too small")
        precondition(window ?? 1 > 0, "a row sees its own position")
        let pass = AttentionPass(
            kernels: table, kv: kv, layer: layer, keyHead: keyHead, rows: rows,
            position: position, heads: heads, query: query, scale: scale, window: window,
            scratch: scratch, z: z)
        withBlocks(kv, blocks, count) { pass.run(blocks: $0) }
    }

    private func withBlocks(
        _ kv: KeyValueStore, _ blocks: [Int32], _ count: Int,
        _ body: (UnsafePointer<Int32>) -> Void
    ) {
        precondition(count > 0, "attention needs a position")
        precondition(
            count <= blocks.count * KeyValueStore.blockPositions, "more positions than blocks hold")
        blocks.withUnsafeBufferPointer { numbers in
            for block in numbers { kv.checkBlock(Int(block)) }
            guard let numbers = numbers.baseAddress else { return }
            body(numbers)
        }
    }
}

extension KeyValueStore {
    /// Keys or values of one head over the first positions of some blocks.
    func table(
        _ blocks: UnsafePointer<Int32>, offset: Int, positionCount: Int
    ) -> BlockTable {
        BlockTable(
            base: UnsafeRawPointer(base), blockStride: bytesPerBlock, offset: offset,
            blocks: blocks, positionCount: positionCount, headDimension: headDimension,
            valueStride: valueStride, half: precision == .f16)
    }
}
