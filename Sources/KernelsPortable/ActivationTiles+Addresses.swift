internal import CIntrinsics
internal import KernelTypes

extension ActivationTiles {
    /// Rows of a whole tile: as many as the vector registers hold sums of.
    @inline(__always)
    static var tileRows: Int { lanes_wide_tile() ? 12 : 4 }

    /// Bytes of 4 activations of one row.
    @inline(__always)
    static var blockBytes: Int { lanes_activation_block_bytes() }

    /// Bytes of one row's share of a group: 8 blocks, a scale and an offset.
    @inline(__always)
    static var rowGroupBytes: Int { 8 &* blockBytes &+ 8 }

    /// The first row of the last, shorter tile; `rowCount` if there is none.
    @inline(__always)
    var tiledRows: Int { rowCount &- rowCount % Self.tileRows }

    /// The first row of the tile that a row belongs to.
    @inline(__always)
    func tileStart(of row: Int) -> Int {
        row < tiledRows ? row &- row % Self.tileRows : tiledRows
    }

    /// The first byte of the tile that starts at a row.
    @inline(__always)
    func tile(at row: Int) -> UnsafeMutableRawPointer {
        base + row &* groupCount &* Self.rowGroupBytes
    }
}
