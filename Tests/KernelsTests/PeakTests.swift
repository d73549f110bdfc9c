import Kernels
import Testing

@Suite struct PeakTests {
    @Test(arguments: KernelSet.available())
    func operationsFollowTheRounds(path: KernelPath) throws {
        let kernels = try KernelSet(path: path)
        #expect(kernels.multiplyBytesAtPeak(rounds: 0) == 0)
        #expect(kernels.multiplyFloatsAtPeak(rounds: 0) == 0)
        // At least four products of 64 bytes, or of 16 floats, in a round.
        let bytes = kernels.multiplyBytesAtPeak(rounds: 10)
        #expect(bytes >= 10 * 4 * 64 * 2)
        #expect(kernels.multiplyBytesAtPeak(rounds: 30) == 3 * bytes)
        let floats = kernels.multiplyFloatsAtPeak(rounds: 10)
        #expect(floats >= 10 * 4 * 16 * 2)
        #expect(kernels.multiplyFloatsAtPeak(rounds: 30) == 3 * floats)
    }

    @Test(arguments: KernelSet.available())
    func readingTakesInEveryByte(path: KernelPath) throws {
        let memory = try WeightMemory(byteCount: 4096, name: "test")
        var noise = Noise(seed: 5)
        memory.write((0..<4096).map { _ in UInt8(truncatingIfNeeded: noise.next()) }, at: 0)
        let kernels = try KernelSet(path: path)
        for range in [0..<4096, 256..<512, 1024..<4096, 512..<512] {
            let bytes = memory.readBytes(at: range.lowerBound, count: range.count)
            let expected = stride(from: 0, to: bytes.count, by: 4).reduce(Int32(0)) { sum, start in
                let word = bytes[start..<start + 4].reversed().reduce(UInt32(0)) {
                    $0 << 8 | UInt32($1)
                }
                return sum &+ Int32(bitPattern: word)
            }
            #expect(kernels.readAll(memory, bytes: range) == expected)
        }
    }
}
