internal import StrictJSON

/// Takes the objects of a data file apart: JSON Lines, an array, or a task with `examples`.
enum ItemReader {
    /// The objects of a file, with the line or the place of each.
    static func items(of bytes: [UInt8], source: String) throws(DataError) -> [RawItem] {
        guard let start = bytes.firstIndex(where: { !isBlank($0) }) else { return [] }
        switch bytes[start] {
        case UInt8(ascii: "["):
            return try wrapped(try elements(of: bytes, source: source), source)
        case UInt8(ascii: "{"):
            // A first line that is an object of itself is the first of many.
            let line = bytes[start...].prefix { $0 != 0x0A }
            let isLines =
                (try? JSONValue(parsing: Array(line), limits: DataLimits.oneProblem)) != nil
            return isLines
                ? try lines(of: bytes, source: source)
                : try wrapped(try examples(of: bytes, source: source), source)
        default:
            throw DataError(
                source, "is not JSON: a data file is JSON Lines, or an array of objects")
        }
    }

    /// The object of a file that is one problem.
    static func single(_ bytes: [UInt8], source: String, index: Int) throws(DataError) -> RawItem {
        let value = try parse(bytes, DataLimits.oneProblem, source: source, place: nil)
        guard let object = value.objectValue else {
            throw DataError(source, "is \(value.kind); an object is expected")
        }
        return RawItem(object: object, source: source, place: "item \(index)", index: index)
    }

    private static func lines(of bytes: [UInt8], source: String) throws(DataError) -> [RawItem] {
        var items: [RawItem] = []
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() where !line.allSatisfy(isBlank) {
            let place = "line \(number + 1)"
            let value = try parse(
                Array(line), DataLimits.oneProblem, source: source, place: place)
            items.append(try item(value, source, place, index: items.count))
            try checkCount(items.count, source)
        }
        return items
    }

    private static func elements(
        of bytes: [UInt8], source: String
    ) throws(DataError) -> [JSONValue] {
        let value = try parse(bytes, DataLimits.wholeFile, source: source, place: nil)
        return value.arrayValue ?? []
    }

    /// The elements of `examples`, as the tasks of BIG-bench have them.
    private static func examples(
        of bytes: [UInt8], source: String
    ) throws(DataError) -> [JSONValue] {
        let value = try parse(bytes, DataLimits.wholeFile, source: source, place: nil)
        guard let examples = value["examples"]?.arrayValue else {
            throw DataError(
                source, "is one object without an array \"examples\"; write one object a line")
        }
        return examples
    }

    private static func wrapped(
        _ values: [JSONValue], _ source: String
    ) throws(DataError) -> [RawItem] {
        try checkCount(values.count, source)
        var items: [RawItem] = []
        for (index, value) in values.enumerated() {
            items.append(try item(value, source, "item \(index)", index: index))
        }
        return items
    }

    private static func item(
        _ value: JSONValue, _ source: String, _ place: String, index: Int
    ) throws(DataError) -> RawItem {
        guard let object = value.objectValue else {
            throw DataError(source, place: place, "is \(value.kind); an object is expected")
        }
        return RawItem(object: object, source: source, place: place, index: index)
    }

    private static func checkCount(_ count: Int, _ source: String) throws(DataError) {
        guard count <= DataLimits.problemCount else {
            throw DataError(source, "holds more than \(DataLimits.problemCount) problems")
        }
    }

    private static func parse(
        _ bytes: [UInt8], _ limits: JSONLimits, source: String, place: String?
    ) throws(DataError) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes, limits: limits)
        } catch {
            let spot = place ?? error.place(in: bytes).description
            throw DataError(source, place: spot, error.explanation)
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
