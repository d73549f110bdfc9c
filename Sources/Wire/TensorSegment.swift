/// The payload of one TENSOR frame: a descriptor, then a run of the tensor's bytes.
///
/// ```
///  0       4 5 6   8       12      16      24      32       32+8r   …    D
/// | D      |t|r|nam| item  | index | total | start | shape …| name …| 0 | data …
/// ```
///
/// D is a multiple of 64, so data that lands in an aligned buffer is aligned itself.
public struct TensorSegment: Equatable, Sendable {
    /// Bytes before the shape.
    static let fixedByteCount = 32

    /// The tensor that this is a part of.
    public let descriptor: TensorDescriptor
    /// Where in the tensor's bytes this part starts; a multiple of the chunk.
    public let start: Int
    /// Bytes of the whole tensor.
    public let totalByteCount: Int
    /// The whole payload; the data begins at ``dataOffset``.
    public let payload: [UInt8]
    /// Where in the payload the data begins.
    public let dataOffset: Int

    /// The data of this part.
    public var data: ArraySlice<UInt8> { payload[dataOffset...] }

    /// Whether the tensor is complete with this part.
    public var isFinal: Bool { start + payload.count - dataOffset == totalByteCount }
}

/// What is wrong with a TENSOR payload: the fault of one stream, not of the connection.
public struct TensorError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What, on what, and what would have been accepted.
    public let description: String

    init(_ description: String) { self.description = description }
}

extension TensorSegment {
    /// Reads a payload and checks every field against the others.
    ///
    /// - Throws: ``TensorError`` naming the field.
    public init(payload: [UInt8]) throws(TensorError) {
        guard payload.count >= TensorDescriptor.alignment else {
            throw TensorError("payload of \(payload.count) bytes, at least 64 are needed")
        }
        let offset = Int(payload.littleEndianUInt32(at: 0))
        guard offset % TensorDescriptor.alignment == 0, offset <= payload.count,
            (TensorDescriptor.alignment...Limits.tensorDescriptorByteCount).contains(offset)
        else {
            throw TensorError("data offset \(offset) is not a multiple of 64 inside the payload")
        }
        let descriptor = try Self.readDescriptor(payload, dataOffset: offset)
        let total = try Self.readTotal(payload, of: descriptor)
        let start = payload.littleEndianUInt64(at: 24)
        guard start <= UInt64(total), start % UInt64(Limits.tensorChunkByteCount) == 0 else {
            throw TensorError("start \(start) is not a multiple of the chunk within \(total) bytes")
        }
        let expected = min(Limits.tensorChunkByteCount, total - Int(start))
        guard payload.count - offset == expected, expected > 0 || total == 0 else {
            throw TensorError(
                "segment at \(start) holds \(payload.count - offset) bytes, expected \(expected)")
        }
        self.descriptor = descriptor
        self.start = Int(start)
        self.totalByteCount = total
        self.payload = payload
        self.dataOffset = offset
    }

    private static func readDescriptor(
        _ payload: [UInt8], dataOffset: Int
    ) throws(TensorError) -> TensorDescriptor {
        guard let type = ElementType(rawValue: payload[4]) else {
            throw TensorError("element type \(payload[4]) is unknown, types are 1 to 6")
        }
        let rank = Int(payload[5])
        let nameByteCount = Int(payload.littleEndianUInt16(at: 6))
        guard rank <= Limits.tensorRank, nameByteCount <= Limits.tensorNameByteCount else {
            throw TensorError(
                "rank \(rank) and name of \(nameByteCount) bytes, at most 8 and 512 are accepted")
        }
        let nameStart = fixedByteCount + 8 * rank
        let nameEnd = nameStart + nameByteCount
        guard nameEnd <= dataOffset, payload[nameEnd..<dataOffset].allSatisfy({ $0 == 0 }),
            let name = strictUTF8(payload[nameStart..<nameEnd])
        else {
            throw TensorError("name must be UTF-8 that ends before the data, padding zero")
        }
        var shape: [Int] = []
        for axis in 0..<rank {
            let extent = payload.littleEndianUInt64(at: fixedByteCount + 8 * axis)
            guard let extent = Int(exactly: extent) else {
                throw TensorError("extent \(extent) of axis \(axis) is over 63 bits")
            }
            shape.append(extent)
        }
        return TensorDescriptor(
            name: name, type: type, shape: shape,
            item: payload.littleEndianUInt32(at: 8), index: payload.littleEndianUInt32(at: 12))
    }

    private static func readTotal(
        _ payload: [UInt8], of descriptor: TensorDescriptor
    ) throws(TensorError) -> Int {
        let stated = payload.littleEndianUInt64(at: 16)
        guard let byteCount = descriptor.byteCount, UInt64(byteCount) == stated else {
            throw TensorError(
                "\(stated) bytes stated for shape \(descriptor.shape) of \(descriptor.type)")
        }
        return byteCount
    }
}

extension TensorDescriptor {
    /// Why this descriptor cannot be sent, or nil.
    var problem: String? {
        if shape.count > Limits.tensorRank { return "rank \(shape.count) is over 8" }
        if name.utf8.count > Limits.tensorNameByteCount { return "name is over 512 bytes" }
        if byteCount == nil { return "shape \(shape) has no size" }
        return nil
    }

    /// The payloads of the TENSOR frames that carry `data`, in order.
    ///
    /// The division depends on nothing but the length: every payload but the last holds exactly
    /// ``Limits/tensorChunkByteCount`` bytes. An empty tensor is one payload without data.
    ///
    /// - Parameter data: All elements in row-major order, little-endian.
    /// - Throws: `WireError.local` when data and shape disagree.
    public func segmentPayloads(_ data: [UInt8]) throws(WireError) -> [[UInt8]] {
        if let problem { throw .local(.malformedTensor(problem)) }
        guard data.count == byteCount else {
            throw .local(
                .malformedTensor("\(data.count) bytes of data for shape \(shape) of \(type)"))
        }
        return stride(from: 0, to: max(data.count, 1), by: Limits.tensorChunkByteCount).map {
            let end = min($0 + Limits.tensorChunkByteCount, data.count)
            return segmentPayload(data[$0..<end], start: $0, total: data.count)
        }
    }

    private func segmentPayload(_ part: ArraySlice<UInt8>, start: Int, total: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(dataOffset + part.count)
        bytes.appendLittleEndian(UInt32(dataOffset))
        bytes.append(contentsOf: [type.rawValue, UInt8(shape.count)])
        bytes.appendLittleEndian(UInt16(name.utf8.count))
        bytes.appendLittleEndian(item)
        bytes.appendLittleEndian(index)
        bytes.appendLittleEndian(UInt64(total))
        bytes.appendLittleEndian(UInt64(start))
        for extent in shape { bytes.appendLittleEndian(UInt64(extent)) }
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: repeatElement(0, count: dataOffset - bytes.count))
        bytes.append(contentsOf: part)
        return bytes
    }
}
