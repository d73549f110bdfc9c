import Foundation
import HostileFiles
import TestSupport
import Testing

@testable import ModelFile

@Suite struct RowDecoderTests {
    private func decode(_ bytes: [UInt8], _ encoding: TensorEncoding, count: Int) -> [Float] {
        var output = [Float](repeating: .nan, count: count)
        // One byte in front, so that no block is aligned.
        ([0xEE] + bytes).withUnsafeBytes { input in
            output.withUnsafeMutableBufferPointer { target in
                RowDecoder.decode(
                    UnsafeRawBufferPointer(rebasing: input[1...]), as: encoding, into: target)
            }
        }
        return output
    }

    private func half(_ value: Float16) -> [UInt8] { littleEndian(value.bitPattern) }

    @Test func halfPrecisionIsWidenedExactlyForEveryBitPattern() {
        for pattern in UInt16.min...UInt16.max {
            let expected = Float(Float16(bitPattern: pattern))
            let widened = RowDecoder.widen(pattern)
            #expect(
                expected.isNaN ? widened.isNaN : widened.bitPattern == expected.bitPattern,
                "pattern \(pattern)")
        }
    }

    @Test func plainFloatsAreReadAsTheyAre() {
        let values: [Float] = [0, -0.0, 1.5, -3.25e-30, .greatestFiniteMagnitude]
        #expect(
            decode(littleEndian(values), .f32, count: 5).map(\.bitPattern)
                == values.map(\.bitPattern))
        #expect(decode(half(1.5) + half(-0.1), .f16, count: 2) == [1.5, Float(Float16(-0.1))])
        #expect(decode([0xC0, 0x3F, 0x00, 0xC1], .bf16, count: 2) == [1.5, -8])
    }

    @Test func q8IsScaleTimesSignedByte() {
        let quants = (0..<32).map { Int8($0 * 8 - 128) }
        let block = half(0.25) + quants.map { UInt8(bitPattern: $0) }
        #expect(decode(block, .q8x0, count: 32) == quants.map { Float($0) * 0.25 })
    }

    @Test func q4IsScaleTimesNibbleMinusEight() {
        // Byte i holds number i in its low half, number i + 16 in its high half.
        let block = half(0.5) + (0..<16).map { UInt8($0 | (15 - $0) << 4) }
        let low = (0..<16).map { Float($0 - 8) / 2 }
        let expected = low + (0..<16).map { Float(7 - $0) / 2 }
        #expect(decode(block, .q4x0, count: 32) == expected)
    }

    @Test func q4WithMinimumIsScaleTimesNibblePlusMinimum() {
        let block = half(0.5) + half(-3) + (0..<16).map { UInt8($0 | (15 - $0) << 4) }
        let low = (0..<16).map { Float($0) / 2 - 3 }
        let expected = low + (0..<16).map { Float(15 - $0) / 2 - 3 }
        #expect(decode(block, .q4x1, count: 32) == expected)
    }

    @Test func q5TakesItsFifthBitFromTheHighBits() {
        // High bits set for the numbers 1, 16 and 31.
        let high = littleEndian(UInt32(0x8001_0002))
        let nibbles = (0..<16).map { UInt8($0 | $0 << 4) }
        let quants: [Float] = (0..<32).map { (index: Int) in
            Float(index % 16 + ([1, 16, 31].contains(index) ? 16 : 0))
        }
        let centered = decode(half(2) + high + nibbles, .q5x0, count: 32)
        #expect(centered == quants.map { ($0 - 16) * 2 })
        let shifted = decode(half(2) + half(0.5) + high + nibbles, .q5x1, count: 32)
        #expect(shifted == quants.map { $0 * 2 + 0.5 })
    }

    @Test(arguments: TensorEncoding.allCases)
    func blocksFollowEachOther(encoding: TensorEncoding) {
        var generator = Generator(state: 11)
        let blocks: [[UInt8]] = (0..<3).map { _ in
            // Bytes below 64 spell no infinite scale, wherever a format keeps it.
            let rest = (2..<encoding.blockByteCount + 2).map { _ in
                UInt8(generator.next() & 63)
            }
            return Array((half(0.125) + rest).prefix(encoding.blockByteCount))
        }
        let together = decode(blocks.flatMap { $0 }, encoding, count: 3 * encoding.blockLength)
        let apart = blocks.flatMap { decode($0, encoding, count: encoding.blockLength) }
        #expect(together.map(\.bitPattern) == apart.map(\.bitPattern))
    }

    /// Blocks of the `gguf` package and the values that it reads from them.
    @Test(arguments: TensorEncoding.allCases.filter { $0.blockLength > 1 })
    func blocksHaveTheValuesOfTheReference(encoding: TensorEncoding) throws {
        let path = TestData.fixtures.appending(path: "quant-blocks.safetensors").path
        let file = try SafetensorsFile(path: path)
        let blocks = try #require(file.tensor(named: "\(encoding).blocks"))
        let expected = try file.floats(named: "\(encoding).values")
        let decoded = decode(file.bytes(of: blocks), encoding, count: expected.count)
        #expect(expected.count == 512)
        #expect(decoded.map(\.bitPattern) == expected.map(\.bitPattern))
    }
}
