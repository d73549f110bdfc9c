import Testing

@testable import Kernels

@Suite struct KernelSetTests {
    @Test func theBestPathIsTheLastAvailable() throws {
        let available = KernelSet.available()
        #expect(available.first == .portable)
        #expect(try KernelSet.best(forced: nil).path == available.last)
        #expect(try KernelSet.best(forced: "").path == available.last)
        for path in available {
            #expect(try KernelSet.best(forced: path.rawValue).path == path)
        }
    }

    @Test func anUnknownNameIsRefusedWithTheAcceptedOnes() {
        let error = #expect(throws: KernelError.unknownPath(name: "mmx")) {
            try KernelSet.best(forced: "mmx")
        }
        #expect(error?.description.contains("'mmx'") == true)
        #expect(error?.description.contains("portable") == true)
    }

    @Test func anUnsupportedPathIsRefused() {
        for path in KernelPath.allCases where !KernelSet.available().contains(path) {
            #expect(throws: KernelError.unsupportedPath(path)) { try KernelSet(path: path) }
        }
        let text = KernelError.unsupportedPath(.avx512vnni).description
        #expect(text.contains("avx512vnni") && text.contains("portable"))
    }

    @Test func registersMustBeSavedByTheSystem() {
        #expect(!KernelPath.isStateSaved(control: 0, wide: false))
        #expect(!KernelPath.isStateSaved(control: 0b011, wide: false))
        #expect(KernelPath.isStateSaved(control: 0b111, wide: false))
        #expect(!KernelPath.isStateSaved(control: 0b111, wide: true))
        #expect(!KernelPath.isStateSaved(control: 0x67, wide: true))
        #expect(KernelPath.isStateSaved(control: 0xe7, wide: true))
    }
}
