import Kernels
import ModelFile

/// What it cost to bring the weights of a file into the form that they are resident in.
///
/// Weights that were quantized before are quantized a second time, which no source of the model
/// tells about. For each matrix the loss is the root mean square of (resident − source) over that
/// of the source, on a sample of `rowsPerMatrix` rows that are spread evenly.
public struct ConversionLoss: Codable, Sendable, Equatable {
    /// The mean over the matrices that could not be taken over as they were.
    public var mean: Double
    /// The loss of the matrix that lost most.
    public var worst: Double
    /// That matrix's name in the file.
    public var worstMatrix: String

    /// Enough for a stable figure, and so few that loading takes no longer.
    static let rowsPerMatrix = 32

    /// More bytes than one takes as JSON: two numbers, a name of 255 bytes, the keys.
    static let encodedByteCount = 512

    /// The loss in words, for logs.
    public var text: String { "rms error \(Self.percent(mean)), at most \(Self.percent(worst))" }

    private static func percent(_ share: Double) -> String {
        "\((share * 1e4).rounded() / 100) %"
    }
}

/// Measures what packing costs, matrix by matrix.
struct ConversionMeter {
    private var losses: [(matrix: String, loss: Double)] = []

    /// What was lost, or nil if every matrix was taken over as it was.
    var result: ConversionLoss? {
        guard let worst = losses.max(by: { $0.loss < $1.loss }) else { return nil }
        let sum = losses.reduce(0) { $0 + $1.loss }
        return ConversionLoss(
            mean: sum / Double(losses.count), worst: worst.loss,
            worstMatrix: String(worst.matrix.prefix(255)))
    }

    /// Compares rows of a tensor with what they have become.
    ///
    /// - Parameters:
    ///   - reader: the tensor in the file.
    ///   - matrix: where its rows were packed.
    ///   - base: the row there that is the tensor's first.
    mutating func measure(
        _ reader: TensorReader, in matrix: PackedMatrix, base: Int
    ) throws(ModelFileError) {
        guard !matrix.layout.form.holds(reader.sourceType) else { return }
        var (source, resident) = ([Float](), [Float]())
        var (error, size) = (0.0, 0.0)
        let count = min(reader.rows, ConversionLoss.rowsPerMatrix)
        for sample in 0..<count {
            let row = sample * reader.rows / count
            try reader.readRow(row, into: &source)
            matrix.unpackRow(base + row, into: &resident)
            for (before, after) in zip(source, resident) {
                let difference = Double(after) - Double(before)
                error += difference * difference
                size += Double(before) * Double(before)
            }
        }
        losses.append((reader.name, size > 0 ? (error / size).squareRoot() : 0))
    }
}

extension WeightForm {
    /// Whether weights of a file's type are the same in this form.
    func holds(_ type: TensorEncoding) -> Bool {
        switch self {
        case .int8: type == .q8x0
        case .f16: type == .f16
        case .f32: true
        }
    }

    /// The largest weight that this form can hold: half precision ends at 65,504, which bounds a
    /// group's scale as well.
    var largestMagnitude: Float {
        switch self {
        case .int8: 65_504 * 127
        case .f16: 65_504
        case .f32: .greatestFiniteMagnitude
        }
    }
}
