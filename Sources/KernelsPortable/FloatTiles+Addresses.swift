internal import KernelTypes

extension FloatTiles {
    /// The first row of the last, shorter tile; `rowCount` if there is none.
    @inline(__always)
    var tiledRows: Int { rowCount &- rowCount % ActivationTiles.tileRows }

    /// The first row of the tile that a row belongs to.
    @inline(__always)
    func tileStart(of row: Int) -> Int {
        row < tiledRows ? row &- row % ActivationTiles.tileRows : tiledRows
    }

    /// The first value of the tile that starts at a row.
    @inline(__always)
    func tile(at row: Int) -> UnsafeMutablePointer<Float> {
        base + row &* inputCount
    }
}

/// Copies rows into their tiles: [input][row of the tile].
func tile(_ rows: TileRows) {
    let tiles = rows.tiles
    var row = rows.first
    while row < rows.end {
        let first = tiles.tileStart(of: row)
        let width = min(ActivationTiles.tileRows, tiles.rowCount &- first)
        let target = tiles.tile(at: first) + (row &- first)
        let source = rows.values + row &* rows.stride
        var input = 0
        while input < tiles.inputCount {
            target[input &* width] = source[input]
            input &+= 1
        }
        row &+= 1
    }
}
