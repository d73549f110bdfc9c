internal import KernelTypes

/// The tiles of one call of `KernelSet.attend`.
///
/// Queries are numbered row by row, heads within a row. A tile takes the next 12, 4 or 1 of them:
/// they share every load of a key or a value. Positions that only its later rows may see are
/// added for each query apart.
struct AttentionPass {
    let kernels: KernelTable
    let kv: KeyValueStore
    let layer: Int
    let keyHead: Int
    let rows: Range<Int>
    let position: Int
    let heads: Range<Int>
    let query: RowBuffer
    let scale: Float
    let scratch: AttentionScratch
    let z: RowBuffer

    func run(blocks: UnsafePointer<Int32>) {
        let queryCount = rows.count * heads.count
        var first = 0
        while first < queryCount {
            let left = queryCount - first
            let width = left >= kernels.tileRows ? kernels.tileRows : left >= 4 ? 4 : 1
            attend(first, width, blocks)
            first += width
        }
    }

    private func attend(_ first: Int, _ width: Int, _ blocks: UnsafePointer<Int32>) {
        let keys = kv.table(
            blocks, offset: kv.keyOffset(layer: layer, head: keyHead),
            positionCount: positions(first + width - 1))
        let pattern = PatternTile(values: scratch.pattern, stride: 16 * width, width: width)
        for index in 0..<width { gather(first + index, index, width) }
        kernels.scores(
            AttentionScores(
                keys: keys, queries: scratch.queries, scale: scale, pattern: pattern))
        for index in 0..<width {
            kernels.softmax(pattern.query(index), positions(first + index))
        }
        mix(first, pattern, blocks)
        for index in 0..<width {
            target(first + index).update(from: sums(index), count: kv.headDimension)
        }
    }

    /// Adds up values: those that all queries see together, then each query's own rest.
    private func mix(_ first: Int, _ pattern: PatternTile, _ blocks: UnsafePointer<Int32>) {
        let offset = kv.valueOffset(layer: layer, head: keyHead)
        let shared = positions(first)
        func values(_ count: Int) -> BlockTable {
            kv.table(blocks, offset: offset, positionCount: count)
        }
        kernels.mix(
            AttentionMix(
                values: values(shared), first: 0, pattern: pattern, target: sums(0),
                targetStride: kv.valueStride))
        for index in 0..<pattern.width where positions(first + index) > shared {
            kernels.mix(
                AttentionMix(
                    values: values(positions(first + index)), first: shared,
                    pattern: pattern.query(index), target: sums(index),
                    targetStride: kv.valueStride))
        }
    }

    /// Positions that a query sees.
    private func positions(_ index: Int) -> Int { position + index / heads.count + 1 }

    private func row(_ index: Int) -> Int { rows.lowerBound + index / heads.count }

    private func columns(_ index: Int) -> Range<Int> {
        let start = (heads.lowerBound + index % heads.count) * kv.headDimension
        return start..<start + kv.headDimension
    }

    /// Puts a query's values side by side with those of the others: [dimension][query].
    private func gather(_ index: Int, _ place: Int, _ width: Int) {
        let source = query.pointer(row(index), columns(index))
        for dimension in 0..<kv.headDimension {
            scratch.queries[dimension &* width &+ place] = source[dimension]
        }
    }

    private func sums(_ place: Int) -> UnsafeMutablePointer<Float> {
        scratch.sums + place * kv.valueStride
    }

    private func target(_ index: Int) -> UnsafeMutablePointer<Float> {
        z.pointer(row(index), columns(index))
    }
}
