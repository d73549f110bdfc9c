/// Element types of tensors.
///
/// Raw values are those of `DataType` in common.proto.
public enum ElementType: UInt8, Sendable, CaseIterable {
    /// IEEE 754 binary32.
    case float32 = 1
    /// IEEE 754 binary16.
    case float16 = 2
    /// IEEE 754 binary64.
    case float64 = 3
    /// Two's complement, 32 bits.
    case int32 = 4
    /// Two's complement, 64 bits.
    case int64 = 5
    /// Unsigned bytes.
    case uint8 = 6

    /// Bytes of one element.
    public var byteCount: Int {
        switch self {
        case .uint8: 1
        case .float16: 2
        case .float32, .int32: 4
        case .float64, .int64: 8
        }
    }
}

/// What a tensor is: everything that each of its TENSOR frames repeats.
///
/// Labels of its rows (positions, token ids) stand in the message that announced the tensor;
/// `item` and `index` say which announcement that is.
public struct TensorDescriptor: Equatable, Sendable {
    /// Data starts at a multiple of this many bytes from the start of the payload.
    public static let alignment = 64

    /// Name, unique among the tensors of one item.
    public var name: String
    /// Type of the elements, little-endian.
    public var type: ElementType
    /// Extents, outermost first; empty for a scalar.
    public var shape: [Int]
    /// Item that the tensor answers.
    public var item: UInt32
    /// Place in that item's list of announced tensors.
    public var index: UInt32

    /// A descriptor from its fields.
    public init(
        name: String, type: ElementType, shape: [Int], item: UInt32 = 0, index: UInt32 = 0
    ) {
        self.name = name
        self.type = type
        self.shape = shape
        self.item = item
        self.index = index
    }

    /// Bytes of all elements, or nil where the product overflows or an extent is negative.
    public var byteCount: Int? {
        var count = type.byteCount
        for extent in shape {
            guard extent >= 0 else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard !overflow else { return nil }
            count = product
        }
        return count
    }

    /// Bytes from the start of a payload to its data: fields, name and zero padding.
    public var dataOffset: Int {
        let used = TensorSegment.fixedByteCount + 8 * shape.count + name.utf8.count
        return (used + Self.alignment - 1) / Self.alignment * Self.alignment
    }
}
