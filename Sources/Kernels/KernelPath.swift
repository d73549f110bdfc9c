internal import CIntrinsics
internal import KernelTypes
internal import KernelsAVX2
internal import KernelsAVX512
internal import KernelsPortable

/// One instruction set's kernels.
public enum KernelPath: String, Sendable, CaseIterable {
    /// What every processor of the architecture runs.
    case portable
    /// x86-64-v3: AVX2, FMA, F16C.
    case avx2
    /// x86-64-v4 with VNNI byte products.
    case avx512vnni

    /// Whether this processor has the instructions and this system saves their registers.
    var isSupported: Bool {
        switch self {
        case .portable: true
        case .avx2: processor_runs_avx2()
        case .avx512vnni: processor_runs_avx512_vnni()
        }
    }

    /// The path's entry points; call only if supported.
    func makeTable() -> KernelTable {
        switch self {
        case .portable: KernelsPortable.makeKernelTable()
        case .avx2: KernelsAVX2.makeKernelTable()
        case .avx512vnni: KernelsAVX512.makeKernelTable()
        }
    }

    /// The processor's control register rule, for tests with registers that this machine lacks.
    static func isStateSaved(control: UInt64, wide: Bool) -> Bool {
        processor_state_saved(control, wide)
    }
}
