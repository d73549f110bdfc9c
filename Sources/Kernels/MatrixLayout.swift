internal import KernelTypes

/// How weights are stored.
public enum WeightForm: String, Sendable, CaseIterable, Codable {
    /// Signed bytes in groups of 32 inputs, one half-precision scale for each group.
    case int8
    /// Half precision.
    case f16
    /// Single precision.
    case f32
}

/// The shape of one packed matrix of (outputs, inputs).
///
/// Outputs come in panels of 16, int8 inputs in groups of 32; what a shape lacks to whole panels
/// and groups is padded inside. `PanelShape` describes the bytes.
public struct MatrixLayout: Sendable, Equatable, Codable {
    /// Output rows of one panel.
    public static let panelRows = PanelShape.rows
    /// Inputs of one int8 group.
    public static let groupWidth = PanelShape.groupWidth

    /// How each weight is stored, which decides the bytes of a panel.
    public let form: WeightForm
    /// Rows of the matrix: the width of what a product writes.
    public let outputs: Int
    /// Columns of the matrix: the width of what a product reads.
    public let inputs: Int

    /// A layout of a positive shape.
    public init(form: WeightForm, outputs: Int, inputs: Int) {
        precondition(outputs > 0 && inputs > 0, "a matrix needs outputs and inputs")
        self.form = form
        self.outputs = outputs
        self.inputs = inputs
    }

    /// Panels of 16 outputs, the last possibly short.
    public var panelCount: Int { (outputs + Self.panelRows - 1) / Self.panelRows }

    /// Groups of 32 inputs, the last possibly short.
    public var groupCount: Int { (inputs + Self.groupWidth - 1) / Self.groupWidth }

    /// Bytes of the whole matrix, a multiple of 64.
    public var byteCount: Int { panelCount * panelByteCount }

    /// Bytes of one panel, a multiple of 64.
    public var panelByteCount: Int {
        switch form {
        case .int8:
            groupCount * PanelShape.groupQuantBytes
                + roundUp(groupCount * PanelShape.groupScaleBytes, to: PanelShape.alignment)
        case .f16: roundUp(inputs * PanelShape.rows * 2, to: PanelShape.alignment)
        case .f32: inputs * PanelShape.rows * 4
        }
    }

    /// Where one element lies: int8 and float forms differ only here.
    func offset(output: Int, input: Int) -> Int {
        let panel = output / PanelShape.rows * panelByteCount
        let lane = output % PanelShape.rows
        switch form {
        case .int8:
            let block = input / PanelShape.blockWidth * PanelShape.alignment
            return panel + block + lane * PanelShape.blockWidth + input % PanelShape.blockWidth
        case .f16: return panel + (input * PanelShape.rows + lane) * 2
        case .f32: return panel + (input * PanelShape.rows + lane) * 4
        }
    }

    /// Where the scale of one group of one output lies.
    func scaleOffset(output: Int, group: Int) -> Int {
        let panel = output / PanelShape.rows * panelByteCount
        let scales = panel + groupCount * PanelShape.groupQuantBytes
        return scales + (group * PanelShape.rows + output % PanelShape.rows) * 2
    }
}

/// The smallest multiple of `step` that is not below `value`.
func roundUp(_ value: Int, to step: Int) -> Int {
    (value + step - 1) / step * step
}
