package import Hooks

/// What a study ends with.
package struct StudyResults: Sendable, Equatable {
    package var tables: [StudyTable] = []
    package var figures: [StudyFigure] = []
    package var neuronSets: [StudyNeuronSet] = []
    package var tensors: [StudyTensor] = []
    /// The whole story in Markdown.
    package var report = ""

    package init() {}
}

/// A picture made of letters: a histogram, bars over the layers.
package struct StudyFigure: Sendable, Equatable, Codable {
    /// A word for file names.
    package let name: String
    package let title: String
    package let text: String
    package let sources: [StudySource]

    package init(_ name: String, title: String, text: String, sources: [StudySource] = []) {
        self.name = name
        self.title = title
        self.text = text
        self.sources = sources
    }
}

/// Neurons that were found.
package struct StudyNeuronSet: Sendable, Equatable {
    /// A word for file names.
    package let name: String
    /// With the model's digest and how it came about, as files of hooks have it.
    package let set: NeuronSet

    package init(_ name: String, _ set: NeuronSet) {
        self.name = name
        self.set = set
    }

    /// - Parameter origin: How the set came about, in one sentence.
    package init(
        _ name: String, neurons: some Sequence<Neuron>, of model: ModelIdentity, origin: String
    ) {
        let layers = Dictionary(grouping: neurons, by: \.layer)
        self.init(
            name,
            NeuronSet(
                modelDigest: model.digest,
                neurons: layers.mapValues { IndexRanges(indices: $0.map(\.index)) },
                origin: origin))
    }
}

/// Numbers for programs: a value for every neuron, for instance.
package struct StudyTensor: Sendable, Equatable {
    package let name: String
    package let shape: [Int]
    package let values: [Double]

    package init(_ name: String, shape: [Int], values: [Double]) {
        precondition(shape.reduce(1, *) == values.count, "tensor \(name): one value for each place")
        self.name = name
        self.shape = shape
        self.values = values
    }

    package init(_ name: String, _ grid: NeuronGrid<Double>) {
        self.init(name, shape: [grid.layers, grid.neurons], values: grid.values)
    }
}
