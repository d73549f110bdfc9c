/// The type numbers of GGUF metadata values.
enum GGUFValueType: UInt32, Sendable {
    case uint8 = 0
    case int8
    case uint16
    case int16
    case uint32
    case int32
    case float32
    case bool
    case string
    case array
    case uint64
    case int64
    case float64

    /// The size of one value; nil for strings and arrays.
    var byteCount: Int? {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .string, .array: nil
        }
    }
}

/// One metadata value; strings and arrays stay in the file and are decoded when asked for.
enum GGUFValue: Sendable, Equatable {
    case unsigned(UInt64)
    case signed(Int64)
    case float(Double)
    case bool(Bool)
    /// The bytes' place in the file.
    case string(Range<Int>)
    case array(GGUFArray)

    /// What kind of value this is, for messages.
    var kind: String {
        switch self {
        case .unsigned: "an unsigned integer"
        case .signed: "a signed integer"
        case .float: "a floating-point number"
        case .bool: "a truth value"
        case .string: "a string"
        case .array(let array): "an array of \(array.elementType)"
        }
    }
}

/// An array value: checked to lie in the file whole, element by element.
struct GGUFArray: Sendable, Equatable {
    let elementType: GGUFValueType
    let count: Int
    /// The elements' place in the file.
    let range: Range<Int>
}
