package import Hooks

/// One FFN neuron: `L21N7027`.
package struct Neuron: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
    package var layer: Int
    package var index: Int

    package init(layer: Int, index: Int) {
        self.layer = layer
        self.index = index
    }

    package static func < (one: Neuron, other: Neuron) -> Bool {
        (one.layer, one.index) < (other.layer, other.index)
    }

    package var description: String { "L\(layer)N\(index)" }
}

/// A value for every neuron of a model; shape (layers, neurons), row by row.
package struct NeuronGrid<Value: Sendable>: Sendable {
    package let layers: Int
    package let neurons: Int
    package var values: [Value]

    package init(layers: Int, neurons: Int, values: [Value]) {
        precondition(values.count == layers * neurons, "one value for each neuron")
        self.layers = layers
        self.neurons = neurons
        self.values = values
    }

    package subscript(neuron: Neuron) -> Value {
        get { values[neuron.layer * neurons + neuron.index] }
        set { values[neuron.layer * neurons + neuron.index] = newValue }
    }

    /// The neuron whose value is at an index of ``values``.
    package func neuron(at index: Int) -> Neuron {
        Neuron(layer: index / neurons, index: index % neurons)
    }
}

extension NeuronGrid: Equatable where Value: Equatable {}

/// Sums over the counted tokens and the items of one group, for every neuron.
///
/// Sums are 128-bit integers in units of 2⁻⁶⁴, so that the parts of a group merge to the bits of
/// the whole in any order. `positive` counts in units of 1; `max_abs` is in units of 2⁻⁶⁴ too and
/// merges as a maximum.
package struct NeuronStatistics: Sendable, Equatable {
    package var items: Int
    /// Counted tokens of all items.
    package var tokens: Int
    package var sums: [ElementSum: NeuronGrid<Int128>]

    package init(items: Int, tokens: Int, sums: [ElementSum: NeuronGrid<Int128>]) {
        self.items = items
        self.tokens = tokens
        self.sums = sums
    }
}
