import Foundation
import Hooks

extension NeuronStatistics {
    /// Name of the form that ``stored`` has.
    static let storedFormat = "statistics-1"

    /// Little-endian: items, tokens, layers, neurons and the number of sums as 64-bit integers.
    ///
    /// Then for each sum, in the order of its name: the length of the name, the name, and a 128-bit
    /// two's complement integer for each neuron, the low word first, row by row.
    var stored: Data {
        var writer = ByteWriter()
        let shape = sums.values.first.map { ($0.layers, $0.neurons) } ?? (0, 0)
        for count in [items, tokens, shape.0, shape.1, sums.count] { writer.write(UInt64(count)) }
        for (sum, grid) in sums.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            writer.write(UInt64(sum.rawValue.utf8.count))
            writer.write(sum.rawValue.utf8)
            for value in grid.values { writer.write(value) }
        }
        return writer.data
    }

    /// Takes ``stored`` apart.
    ///
    /// - Throws: ``StudyError`` where it is damaged.
    init(stored: Data) throws(StudyError) {
        var reader = ByteScanner(stored, what: "sums of neurons")
        // Every count is of something that takes at least a byte, but for items and tokens.
        let items = try reader.count(limit: Int.max / 2)
        let tokens = try reader.count(limit: Int.max / 2)
        let layers = try reader.count(limit: stored.count)
        let neurons = try reader.count(limit: stored.count)
        let kinds = try reader.count(limit: ElementSum.allCases.count)
        var sums: [ElementSum: NeuronGrid<Int128>] = [:]
        for _ in 0..<kinds {
            let name = try reader.read(count: try reader.count(limit: stored.count))
            let (count, isTooLarge) = layers.multipliedReportingOverflow(by: neurons)
            guard let sum = ElementSum(rawValue: String(decoding: name, as: UTF8.self)),
                !isTooLarge, count <= reader.remaining / 16
            else { throw reader.damaged }
            var values: [Int128] = []
            values.reserveCapacity(count)
            for _ in 0..<count { values.append(try reader.read(Int128.self)) }
            sums[sum] = NeuronGrid(layers: layers, neurons: neurons, values: values)
        }
        guard reader.remaining == 0 else { throw reader.damaged }
        self.init(items: items, tokens: tokens, sums: sums)
    }
}
