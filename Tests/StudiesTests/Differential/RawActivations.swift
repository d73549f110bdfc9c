import Hooks

@testable import Studies

/// Activations of a small model, row by row, and the statistics that a daemon makes of them.
struct RawActivations {
    static let shape = (layers: 4, neurons: 16)

    /// (chain, position, neuron); chains differ in length.
    var chains: [[[Double]]]

    /// Normally distributed activations; the planted neurons' are `gain` times as large.
    ///
    /// Their number of chains and lengths vary with the seed's coordinates only.
    static func planted(
        _ neurons: Set<Neuron>, gain: Double, chains: Int, seed: UInt64
    ) -> RawActivations {
        let size = shape.layers * shape.neurons
        return RawActivations(
            chains: (0..<chains).map { chain in
                (0..<(24 + chain % 5)).map { position in
                    (0..<size).map { index in
                        let value = CounterRandom.normal(
                            seed: seed,
                            coordinates: (UInt32(chain), UInt32(position), UInt32(index), 0))
                        let neuron = Neuron(
                            layer: index / shape.neurons, index: index % shape.neurons)
                        return Double(value) * (neurons.contains(neuron) ? gain : 1)
                    }
                }
            })
    }

    /// Sums of every kind over the chains, each chain's value rounded to the unit.
    func statistics(of chosen: Range<Int>? = nil) -> NeuronStatistics {
        let some = chains[chosen ?? chains.indices]
        let size = Self.shape.layers * Self.shape.neurons
        var sums: [ElementSum: NeuronGrid<Int128>] = [:]
        for sum in ElementSum.allCases {
            let values = (0..<size).map { index in
                some.reduce(Int128(0)) { total, chain in
                    let value = Self.value(of: sum, over: chain.map { $0[index] })
                    return sum == .maxAbs ? max(total, value) : total + value
                }
            }
            sums[sum] = NeuronGrid(
                layers: Self.shape.layers, neurons: Self.shape.neurons, values: values)
        }
        return NeuronStatistics(
            items: some.count, tokens: some.reduce(0) { $0 + $1.count }, sums: sums)
    }

    private static func value(of sum: ElementSum, over row: [Double]) -> Int128 {
        let count = Double(row.count)
        let absolute = row.reduce(0) { $0 + abs($1) }
        let squares = row.reduce(0) { $0 + $1 * $1 }
        return switch sum {
        case .sumAbs: exact(absolute)
        case .sumSquares: exact(squares)
        case .sum: exact(row.reduce(0, +))
        case .positive: Int128(row.count { $0 > 0 })
        case .maxAbs: exact(row.map(abs).max() ?? 0)
        case .meanAbs: exact(absolute / count)
        case .rms: exact((squares / count).squareRoot())
        case .l2OverN: exact(squares.squareRoot() / count)
        case .l2: exact(squares.squareRoot())
        }
    }

    private static func exact(_ value: Double) -> Int128 { Int128((value * 0x1p64).rounded()) }
}

/// A grid of four neurons a layer.
func grid<Value>(_ rows: [[Value]]) -> NeuronGrid<Value> {
    NeuronGrid(layers: rows.count, neurons: rows[0].count, values: rows.flatMap { $0 })
}

func neuron(_ layer: Int, _ index: Int) -> Neuron { Neuron(layer: layer, index: index) }
