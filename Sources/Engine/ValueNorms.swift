import Dispatch
import Kernels
import Synchronization

/// Euclidean norms of neurons' value vectors as the served weights have them, worked out when a
/// layer is first asked for, and kept.
final class ValueNorms: Sendable {
    private let matrices: [PackedMatrix]
    private let kept = Mutex<[Int: [Float]]>([:])

    /// - Parameter matrices: (width, neurons), by layer.
    init(_ matrices: [PackedMatrix]) { self.matrices = matrices }

    /// Shape: (neurons).
    func norms(ofLayer layer: Int) -> [Float] {
        if let norms = kept.withLock({ $0[layer] }) { return norms }
        let norms = Self.norms(of: matrices[layer])
        kept.withLock { kept in
            let count = kept.values.reduce(norms.count) { $0 + $1.count }
            if count <= EngineLimits.keptValueNorms { kept[layer] = norms }
        }
        return norms
    }

    /// Works out the norms of layers that were not asked for yet, side by side.
    func prepare(_ layers: [Int]) {
        let missing = kept.withLock { kept in Set(layers).filter { kept[$0] == nil } }.sorted()
        guard missing.count > 1 else { return }
        DispatchQueue.concurrentPerform(iterations: missing.count) { index in
            _ = norms(ofLayer: missing[index])
        }
    }

    /// √Σx² of each column, in double precision and in order of the rows.
    private static func norms(of matrix: PackedMatrix) -> [Float] {
        var squares = [Double](repeating: 0, count: matrix.layout.inputs)
        var row: [Float] = []
        for output in 0..<matrix.layout.outputs {
            matrix.unpackRow(output, into: &row)
            for (column, value) in row.enumerated() {
                squares[column] += Double(value) * Double(value)
            }
        }
        return squares.map { Float($0.squareRoot()) }
    }
}

extension Model {
    /// ‖v‖ of every neuron of a layer; an adapter's change is no part of it.
    ///
    /// Shape: (neurons). The same bits as `WeightAlgebra.norm` of each value vector.
    public func valueNorms(ofLayer layer: Int) -> [Float] { valueNorms.norms(ofLayer: layer) }

    /// Works out the norms of several layers at once.
    public func prepareValueNorms(ofLayers layers: [Int]) { valueNorms.prepare(layers) }
}
