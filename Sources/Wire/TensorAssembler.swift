/// A whole tensor as received.
public struct ReceivedTensor: Equatable, Sendable {
    /// What it is.
    public let descriptor: TensorDescriptor
    /// All elements in row-major order, little-endian.
    public let data: [UInt8]

    /// A tensor from its parts.
    public init(descriptor: TensorDescriptor, data: [UInt8]) {
        self.descriptor = descriptor
        self.data = data
    }
}

/// Joins the segments of one stream into tensors.
///
/// Tensors do not interleave on a stream: after a segment with MORE the next TENSOR frame
/// continues the same tensor, and no MESSAGE comes between.
public struct TensorAssembler: Sendable {
    /// Largest tensor that is accepted.
    public let byteLimit: Int

    private var descriptor: TensorDescriptor?
    private var data: [UInt8] = []

    /// An assembler for one stream.
    public init(byteLimit: Int) { self.byteLimit = byteLimit }

    /// Whether a tensor has begun and not ended.
    public var isInsideTensor: Bool { descriptor != nil }

    /// Takes one TENSOR frame; returns the tensor when it is complete.
    ///
    /// - Throws: ``TensorError`` when the segment does not continue what came before.
    public mutating func append(_ frame: Frame) throws(TensorError) -> ReceivedTensor? {
        precondition(frame.kind == .tensor, "only TENSOR frames are assembled")
        let segment = try TensorSegment(payload: frame.payload)
        guard segment.totalByteCount <= byteLimit else {
            throw TensorError(
                "tensor of \(segment.totalByteCount) bytes, the limit is \(byteLimit)")
        }
        guard segment.isFinal != frame.header.flags.contains(.more) else {
            throw TensorError("MORE must be set on every segment but a tensor's last")
        }
        guard segment.start == data.count, descriptor == nil || descriptor == segment.descriptor
        else {
            throw TensorError("segment at \(segment.start) does not follow byte \(data.count)")
        }
        data.append(contentsOf: segment.data)
        guard segment.isFinal else {
            descriptor = segment.descriptor
            return nil
        }
        defer {
            descriptor = nil
            data = []
        }
        return ReceivedTensor(descriptor: segment.descriptor, data: data)
    }
}
