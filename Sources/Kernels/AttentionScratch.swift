internal import KernelTypes

/// What one thread needs to attend: queries side by side, their patterns and their sums.
public final class AttentionScratch: @unchecked Sendable {
    // Sendable: addresses never change; one thread uses them at a time.
    let queries: UnsafeMutablePointer<Float>
    let pattern: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Float>

    let contextLength: Int
    let headDimension: Int

    /// Queries of the widest tile of any path.
    private static let widest = 12

    /// Memory for patterns over as many positions as a sequence may have.
    public init(contextLength: Int, headDimension: Int) {
        precondition(contextLength > 0 && headDimension > 0, "attention needs positions")
        self.contextLength = contextLength
        self.headDimension = headDimension
        let positions = roundUp(contextLength, to: KeyValueStore.blockPositions)
        queries = allocateZeroed(Float.self, count: Self.widest * headDimension)
        pattern = allocateZeroed(Float.self, count: Self.widest * positions)
        sums = allocateZeroed(
            Float.self, count: Self.widest * roundUp(headDimension, to: PanelShape.rows))
    }

    deinit {
        queries.deallocate()
        pattern.deallocate()
        sums.deallocate()
    }
}
