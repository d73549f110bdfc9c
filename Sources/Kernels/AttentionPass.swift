internal import KernelTypes

/// The tiles of one call of `KernelSet.attend`.
///
/// Queries are numbered row by row, heads within a row. A tile takes the next 12, 4 or 1 of them:
/// they share every load of a key or a value. Positions that only its later rows may see are
/// added for each query apart.
///
/// With a window a tile begins at the block of its first query's first position; what lies before
/// a query's own window gets a score of minus infinity, which changes no bit of the softmax, and is
/// not mixed in.
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
    /// Positions that a query sees, its own among them; nil for all.
    let window: Int?
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
        let skipped = start(first) / KeyValueStore.blockPositions
        let tile = Tile(
            first: first, base: skipped * KeyValueStore.blockPositions, blocks: blocks + skipped,
            pattern: PatternTile(values: scratch.pattern, stride: 16 * width, width: width))
        let keys = kv.table(
            tile.blocks, offset: kv.keyOffset(layer: layer, head: keyHead),
            positionCount: positions(first + width - 1) - tile.base)
        for index in 0..<width { gather(first + index, index, width) }
        kernels.scores(
            AttentionScores(
                keys: keys, queries: scratch.queries, scale: scale, pattern: tile.pattern))
        for index in 0..<width {
            let query = tile.pattern.query(index)
            query.hide(start(first + index) - tile.base)
            kernels.softmax(query, positions(first + index) - tile.base)
        }
        mix(tile)
        for index in 0..<width {
            target(first + index).update(from: sums(index), count: kv.headDimension)
        }
    }

    /// Some queries that are computed together.
    private struct Tile {
        /// The first one's number.
        let first: Int
        /// The position that they count from, and the block that has it.
        let base: Int
        let blocks: UnsafePointer<Int32>
        let pattern: PatternTile
    }

    /// Adds up values: for each query those that the last one no longer sees, then those that all
    /// see together, then each query's own rest.
    private func mix(_ tile: Tile) {
        let last = tile.first + tile.pattern.width - 1
        let shared = (start(last) - tile.base)..<max(start(last), positions(tile.first)) - tile.base
        let isCut = start(last) > tile.base
        for index in 0..<tile.pattern.width where isCut {
            sums(index).update(repeating: 0, count: kv.valueStride)
            let end = min(positions(tile.first + index) - tile.base, shared.lowerBound)
            mix(tile, index, start(tile.first + index) - tile.base, to: end)
        }
        if !shared.isEmpty {
            mix(tile, tile.pattern, from: shared.lowerBound, to: shared.upperBound, into: sums(0))
        }
        for index in 0..<tile.pattern.width {
            let end = positions(tile.first + index) - tile.base
            mix(tile, index, shared.upperBound, to: end)
        }
    }

    /// Adds up values for one query, possibly none.
    private func mix(_ tile: Tile, _ index: Int, _ first: Int, to end: Int) {
        guard first < end else { return }
        mix(tile, tile.pattern.query(index), from: first, to: end, into: sums(index))
    }

    private func mix(
        _ tile: Tile, _ pattern: PatternTile, from first: Int, to end: Int,
        into target: UnsafeMutablePointer<Float>
    ) {
        kernels.mix(
            AttentionMix(
                values: kv.table(
                    tile.blocks, offset: kv.valueOffset(layer: layer, head: keyHead),
                    positionCount: end),
                first: first, pattern: pattern, target: target, targetStride: kv.valueStride))
    }

    /// The position after the last one that a query sees.
    private func positions(_ index: Int) -> Int { position + index / heads.count + 1 }

    /// The first position that a query sees.
    private func start(_ index: Int) -> Int {
        window.map { max(0, positions(index) - $0) } ?? 0
    }

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

extension PatternTile {
    /// Gives the first positions of a single query a score that has no weight.
    func hide(_ count: Int) {
        for position in 0..<max(0, count) {
            values[position / 16 * stride + position % 16] = -.infinity
        }
    }
}
