import ExitTesting
import Glibc
import Testing

@testable import Kernels

@Suite struct WeightMemoryTests {
    @Test func bytesAndFloatsRoundTrip() throws {
        let memory = try WeightMemory(byteCount: 100, name: "test")
        memory.write([1, 2, 3], at: 97)
        memory.writeFloats([1.5, -2], at: 8)
        #expect(memory.readBytes(at: 96, count: 4) == [0, 1, 2, 3])
        #expect(memory.readFloats(at: 4, count: 3) == [0, 1.5, -2])
        #expect(memory.readBytes(at: 100, count: 0) == [])
    }

    @Test func sealedMemoryKeepsItsBytesAndIsReadOnly() throws {
        let memory = try WeightMemory(byteCount: 8192, name: "test")
        memory.write([7], at: 8191)
        #expect(!memory.isReadOnly)
        try memory.seal()
        try memory.seal()
        #expect(memory.isReadOnly)
        #expect(memory.readBytes(at: 8191, count: 1) == [7])
    }

    @Test func itBeginsOnTheBoundaryOfAHugePage() throws {
        for byteCount in [1, 4096, (2 << 20) + 1] {
            let memory = try WeightMemory(byteCount: byteCount, name: "test")
            #expect(Int(bitPattern: memory.pointer(0, 1)) % (2 << 20) == 0)
            memory.write([1], at: byteCount - 1)
            #expect(memory.readBytes(at: byteCount - 1, count: 1) == [1])
        }
    }

    @Test func moreThanTheMachineHasIsOneError() throws {
        let available = try #require(AvailableMemory.now())
        #expect(available.byteCount > 0)
        let error = try #require(throws: KernelError.self) {
            try WeightMemory(byteCount: 1 << 45, name: "weights")
        }
        #expect("\(error)".contains("weights"))
        #expect("\(error)".contains("\(1 << 45) bytes of memory are needed"))
        #expect("\(error)".contains(" are available ("))
    }

    @Test func sizesThatDoNotFitAreRefused() throws {
        #expect(throws: KernelError.self) { try WeightMemory(byteCount: 0, name: "test") }
        #expect(throws: KernelError.self) { try WeightMemory(byteCount: -1, name: "test") }
    }

    @Test(.enabled(if: exitTestsAreOn))
    func writingSealedMemoryTraps() async {
        await #expect(processExitsWith: .failure) {
            let memory = try WeightMemory(byteCount: 10, name: "test")
            try memory.seal()
            memory.write([1], at: 0)
        }
    }

    @Test(.enabled(if: exitTestsAreOn))
    func aPointerFromBeforeTheSealCannotWriteEither() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            let memory = try WeightMemory(byteCount: 10, name: "test")
            let early = memory.mutablePointer(0, 1)
            try memory.seal()
            early.storeBytes(of: 1, as: UInt8.self)
        }
    }

    @Test(.enabled(if: exitTestsAreOn))
    func readingPastTheEndTraps() async {
        await #expect(processExitsWith: .failure) {
            let memory = try WeightMemory(byteCount: 10, name: "test")
            _ = memory.readBytes(at: 9, count: 2)
        }
    }
}
