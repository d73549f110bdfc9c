internal import KernelTypes

/// Memory that is zero at first, on a 64-byte boundary, for as long as this object lives.
///
/// A large one is committed page by page when first touched, so that rows which no step has used
/// yet cost nothing.
final class ZeroedMemory {
    let base: UnsafeMutableRawPointer
    private let mapping: Mapping?

    init(byteCount: Int) {
        guard byteCount >= Limits.hugePageThreshold else {
            base = .allocate(
                byteCount: max(PanelShape.alignment, byteCount), alignment: PanelShape.alignment)
            base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
            mapping = nil
            return
        }
        // Huge pages lie on their own boundaries: room to begin on one.
        let room = byteCount + Limits.hugePage
        do throws(KernelError) {
            let mapping = try Mapping.lazy(byteCount: room, subject: "scratch memory")
            mapping.preferHugePages()
            self.mapping = mapping
            base = mapping.base.alignedUp(toMultipleOf: Limits.hugePage)
        } catch {
            preconditionFailure("no address space for \(room) bytes: \(error)")
        }
    }

    deinit {
        if let mapping { mapping.unmap() } else { base.deallocate() }
    }

    /// The same bytes as elements, whose value is zero where all their bytes are.
    func elements<Element: BitwiseCopyable>(
        of type: Element.Type
    ) -> UnsafeMutablePointer<Element> {
        base.assumingMemoryBound(to: type)
    }
}
