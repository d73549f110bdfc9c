import HostileFiles
import Kernels
import ModelFile
import TestSupport
import Testing

@testable import Engine

@Suite struct ConversionLossTests {
    private func build(_ builder: GGUFBuilder, _ form: WeightForm) throws -> ArenaManifest {
        let directory = try TemporaryDirectory()
        let path = try directory.write("model.gguf", builder.bytes())
        return try WeightArena.build(from: .open(path), form: form, threads: 1).manifest
    }

    /// A model whose matrices are whole groups of 32.
    private static let whole = GGUFBuilder.model(width: 64, headDimension: 32, neurons: 32)

    /// A scale of 0.25 and quants from -16.
    private static let q8Block =
        littleEndian(Float16(0.25).bitPattern) + (0..<32).map { UInt8(bitPattern: Int8($0 - 16)) }

    @Test func whatTheFileHasInTheResidentFormLosesNothing() throws {
        let bytes = Self.whole.storingMatrices(as: 8, blockLength: 32, block: Self.q8Block)
        let halves = Self.whole.storingMatrices(
            as: 1, blockLength: 1, block: littleEndian(Float16(0.1).bitPattern))
        #expect(try build(bytes, .int8).conversionLoss == nil)
        #expect(try build(halves, .f16).conversionLoss == nil)
        #expect(try build(bytes, .f32).conversionLoss == nil)
    }

    /// 4 bits are at most 15 steps of 0.1 from the minimum: int8 cannot meet them all.
    @Test func aSecondQuantizationIsMeasured() throws {
        let values = (0..<32).map { Float16(0.1) * Float16($0 % 16) - 0.8 }
        let halves = Self.whole.storingMatrices(
            as: 1, blockLength: 32, block: values.flatMap { littleEndian($0.bitPattern) })
        let loss = try #require(try build(halves, .int8).conversionLoss)
        let expected = Self.lossOfInt8(values.map { Float($0) })
        #expect(expected > 0.001)
        #expect(abs(loss.mean - expected) < 1e-9)
        #expect(abs(loss.worst - expected) < 1e-9)
    }

    @Test func theMatrixThatLosesMostIsNamed() throws {
        var builder = Self.whole.storingMatrices(as: 8, blockLength: 32, block: Self.q8Block)
        builder.change("blk.0.ffn_up.weight") {
            $0.type = 0
            $0.data = littleEndian((0..<64 * 32).map { Float($0 % 29) / 7 })
        }
        let loss = try #require(try build(builder, .int8).conversionLoss)
        #expect(loss.worstMatrix == "blk.0.ffn_up.weight")
        #expect(loss.mean == loss.worst)
        #expect(loss.text.hasPrefix("rms error 0."))
    }

    /// Weights are scaled by the largest of 32, which becomes 127 of a half-precision scale.
    private static func lossOfInt8(_ values: [Float]) -> Double {
        let largest = values.map(abs).max() ?? 0
        let scale = Float(Float16(largest / 127))
        let errors = values.map { Double(($0 * (127 / largest)).rounded() * scale) - Double($0) }
        let squares = { (numbers: [Double]) in numbers.reduce(0) { $0 + $1 * $1 } }
        return (squares(errors) / squares(values.map(Double.init))).squareRoot()
    }

    @Test(arguments: [(WeightForm.int8, Float(1e8)), (.f16, 70_000)])
    func aWeightThatTheResidentFormCannotHoldIsRefused(form: WeightForm, value: Float) throws {
        var builder = Self.whole
        builder.change("blk.0.attn_v.weight") {
            $0.data.replaceSubrange(64 * 4..<64 * 4 + 4, with: littleEndian([-value]))
        }
        #expect {
            try build(builder, form)
        } throws: { error in
            let text = "\(error)"
            return text.contains("\"blk.0.attn_v.weight\", row 1") && text.contains("resident as")
        }
        #expect(try build(builder, .f32).form == .f32)
    }
}
