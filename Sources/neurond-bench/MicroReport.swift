/// What `micro` found out.
struct MicroReport: Report {
    let machine: Machine
    let threads: Int
    let repetitions: Int
    let peaks: [PeakReport]
    let products: [ProductReport]

    var tables: [TextTable] { [peakTable, productTable] }

    private var peakTable: TextTable {
        var table = TextTable(
            "Peaks of \(machine.processor)",
            ["path", "threads", "bytes, G op/s", "f32, GFLOP/s", "reading, GB/s"])
        table.rows = peaks.map {
            [
                $0.path, "\($0.threads)", $0.byteGigaoperations.short,
                $0.floatGigaoperations.short, $0.readGigabytesPerSecond.short,
            ]
        }
        return table
    }

    private var productTable: TextTable {
        var table = TextTable(
            "Products, \(threads) threads",
            [
                "form", "inputs × outputs", "rows", "path", "G op/s", "of peak", "over portable",
                "weights, GB/s",
                "of bandwidth",
            ])
        table.rows = products.map {
            [
                $0.form, "\($0.inputs) × \($0.outputs)", "\($0.rows)", $0.path,
                $0.gigaoperations.short, $0.overPeak.percent, $0.overPortable?.short ?? "–",
                $0.weightGigabytesPerSecond.short,
                $0.overBandwidth.percent,
            ]
        }
        return table
    }
}
