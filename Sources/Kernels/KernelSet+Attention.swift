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
    public func attentionPattern(
        _ kv: KeyValueStore, layer: Int, keyHead: Int, blocks: [Int32], positions count: Int,
        query: RowBuffer, row: Int, column: Int, scale: Float, into pattern: RowBuffer,
        patternRow: Int
    ) {
        let offset = kv.keyOffset(layer: layer, head: keyHead)
        let scores = pattern.pointer(patternRow, 0..<count)
        let query = query.pointer(row, column..<column + kv.headDimension)
        withBlocks(kv, offset, blocks, count) { keys in
            table.scores(keys, query, scale, scores)
            table.softmax(scores, count)
        }
    }

    /// The sum of values weighted by a pattern row, into `headDimension` columns of `z`.
    public func attentionMix(
        _ kv: KeyValueStore, layer: Int, keyHead: Int, blocks: [Int32], positions count: Int,
        pattern: RowBuffer, patternRow: Int, into z: RowBuffer, row: Int, column: Int
    ) {
        let offset = kv.valueOffset(layer: layer, head: keyHead)
        let weights = pattern.pointer(patternRow, 0..<count)
        let target = z.pointer(row, column..<column + kv.headDimension)
        withBlocks(kv, offset, blocks, count) { values in
            table.mix(values, weights, target)
        }
    }

    private func withBlocks(
        _ kv: KeyValueStore, _ offset: Int, _ blocks: [Int32], _ count: Int,
        _ body: (BlockTable) -> Void
    ) {
        precondition(count > 0, "attention needs a position")
        precondition(
            count <= blocks.count * KeyValueStore.blockPositions, "more positions than blocks hold")
        blocks.withUnsafeBufferPointer { numbers in
            for block in numbers { kv.checkBlock(Int(block)) }
            guard let numbers = numbers.baseAddress else { return }
            body(
                BlockTable(
                    base: UnsafeRawPointer(kv.base), blockStride: kv.bytesPerBlock, offset: offset,
                    blocks: numbers, positionCount: count, headDimension: kv.headDimension,
                    valueStride: kv.valueStride, half: kv.precision == .f16))
        }
    }
}
