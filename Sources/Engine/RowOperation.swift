import Kernels
import ModelFile

/// Something that a pass does to some rows, whatever the others are; threads share the rows.
///
/// A value of a concrete type and no closure, which threads could be given in the heap only: a step
/// allocates nothing for it.
protocol RowOperation: Sendable {
    func perform(_ rows: Range<Int>)
}

/// Leaves rows as they are.
struct NoOperation: RowOperation {
    func perform(_ rows: Range<Int>) {}
}

/// One operation after the other.
struct Chain<First: RowOperation, Second: RowOperation>: RowOperation {
    let first: First
    let second: Second

    init(_ first: First, _ second: Second) {
        self.first = first
        self.second = second
    }

    func perform(_ rows: Range<Int>) {
        first.perform(rows)
        second.perform(rows)
    }
}

/// Actions of hooks at some sites, and an operation.
struct Hooked<Operation: RowOperation>: RowOperation {
    let hooks: HookRuns
    let sites: [SiteElements]
    let operation: Operation

    func perform(_ rows: Range<Int>) {
        hooks.act(sites, rows)
        operation.perform(rows)
    }
}

/// Adds value noise to the MLP's contribution.
struct AddValueNoise: RowOperation {
    let hooks: HookRuns
    let layer: Int
    let buffers: StepBuffers

    func perform(_ rows: Range<Int>) {
        hooks.addValueNoise(layer, rows, act: buffers.act, out: buffers.contribution)
    }
}

/// Norm of rows into `buffers.normed`.
struct Normalize: RowOperation {
    let pass: ForwardPass
    let input: RowBuffer
    let norm: Model.Norm

    func perform(_ rows: Range<Int>) {
        let (kernels, epsilon) = (pass.kernels, pass.model.configuration.normEpsilon)
        if let bias = norm.bias {
            kernels.layerNorm(
                input, rows: rows, weight: norm.gain, bias: bias, epsilon: epsilon,
                into: pass.buffers.normed)
        } else {
            kernels.rmsNorm(
                input, rows: rows, weight: norm.gain, epsilon: epsilon, into: pass.buffers.normed)
        }
    }
}

/// Puts rows into the form that the product with a matrix reads.
struct Prepare: RowOperation {
    let pass: ForwardPass
    let input: RowBuffer
    /// Rows of the product.
    let count: Int
    let matrix: PackedMatrix

    func perform(_ rows: Range<Int>) {
        pass.kernels.prepare(
            input, columns: 0..<matrix.layout.inputs, rows: rows, of: count,
            into: pass.preparedRows(for: matrix))
    }
}

/// Neuron coefficients from what the MLP's input projection gave.
struct Activate: RowOperation {
    let pass: ForwardPass

    func perform(_ rows: Range<Int>) {
        let (kernels, buffers) = (pass.kernels, pass.buffers)
        let (width, block) = (
            pass.model.configuration.neuronCount, pass.model.configuration.block
        )
        if block.isGated {
            kernels.swiglu(buffers.gateUp, rows: rows, width: width, into: buffers.act)
        } else {
            kernels.gelu(
                buffers.gateUp, rows: rows, width: width, byTanh: block.activation == .geluTanh,
                into: buffers.act)
        }
    }
}

/// Adds the contribution of attention or MLP to the residual stream.
struct AddContribution: RowOperation {
    let pass: ForwardPass

    func perform(_ rows: Range<Int>) {
        pass.kernels.add(pass.buffers.contribution, rows: rows, into: pass.buffers.residual)
    }
}
