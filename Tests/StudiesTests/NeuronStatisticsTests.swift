import Testing

@testable import Studies

@Suite("Neurons and grids") struct NeuronGridTests {
    @Test("a value is found by layer and index, and its neuron by its place")
    func placesAreRowByRow() {
        var grid = NeuronGrid(layers: 2, neurons: 3, values: [0, 1, 2, 3, 4, 5])
        #expect(grid[Neuron(layer: 1, index: 0)] == 3)
        grid[Neuron(layer: 0, index: 2)] = 9
        #expect(grid.values == [0, 1, 9, 3, 4, 5])
        #expect(grid.neuron(at: 5) == Neuron(layer: 1, index: 2))
        #expect(Neuron(layer: 1, index: 2).description == "L1N2")
    }
}
