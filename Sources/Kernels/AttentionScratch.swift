internal import KernelTypes

/// What one thread needs to attend: queries side by side, their patterns and their sums.
public final class AttentionScratch: @unchecked Sendable {
    // Sendable: addresses never change; one thread uses them at a time.
    let queries: UnsafeMutablePointer<Float>
    let pattern: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Float>
    private let memory: [ZeroedMemory]

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
        let perQuery = [
            headDimension, positions, roundUp(headDimension, to: PanelShape.rows),
        ]
        memory = perQuery.map {
            ZeroedMemory(byteCount: Self.widest * $0 * MemoryLayout<Float>.stride)
        }
        queries = memory[0].elements(of: Float.self)
        pattern = memory[1].elements(of: Float.self)
        sums = memory[2].elements(of: Float.self)
    }
}
