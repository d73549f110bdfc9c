// A model may lie in several files, `NAME-00001-of-00003.gguf` and so on. Each part is a GGUF file
// with tensors of its own; the first has the metadata. Parts say which they are by `split.no`
// (from 0), `split.count` and `split.tensors.count`.

extension GGUFContainer {
    private static let numberKey = "split.no"
    private static let tensorCountKey = "split.tensors.count"

    /// How many parts the model has that this file is a part of.
    static let splitCountKey = "split.count"

    /// Opens a file; for any part of a split model, the whole model.
    ///
    /// - Throws: `ModelFileError`, also for parts that are missing or do not belong together.
    static func open(_ path: String) throws(ModelFileError) -> GGUFContainer {
        let container = try GGUFContainer(try FileBytes(mapping: path))
        guard let count = try container.integer(splitCountKey), count > 1 else { return container }
        return try joined(try parts(of: container, count: count))
    }

    /// The parts in order; the one that was opened is not opened again.
    private static func parts(
        of opened: GGUFContainer, count: Int
    ) throws(ModelFileError) -> [GGUFContainer] {
        guard count <= Limits.shardCount else {
            throw opened.bytes.malformed(
                splitCountKey, "it is \(count)", accepted: "at most \(Limits.shardCount)")
        }
        let number = try opened.requiredInteger(numberKey)
        guard let name = SplitName(opened.bytes.path), name.count == count,
            name.index == number
        else {
            throw opened.bytes.malformed(
                "file name",
                "\(numberKey) is \(number) and \(splitCountKey) \(count), from which "
                    + "the other parts' names follow",
                accepted: SplitName(prefix: "NAME", index: number, count: count).path)
        }
        var parts: [GGUFContainer] = []
        for index in 0..<count {
            if index == number {
                parts.append(opened)
                continue
            }
            let path = SplitName(prefix: name.prefix, index: index, count: count).path
            let part = try GGUFContainer(try FileBytes(mapping: path))
            try part.require(numberKey, index)
            try part.require(splitCountKey, count)
            parts.append(part)
        }
        return parts
    }

    /// One container with the first part's metadata and the tensors of all.
    private static func joined(_ parts: [GGUFContainer]) throws(ModelFileError) -> GGUFContainer {
        var whole = parts[0]
        let tensorCount = try whole.requiredInteger(tensorCountKey)
        var places = Dictionary(uniqueKeysWithValues: whole.tensors.map { ($0.name, 0) })
        for (index, part) in parts.enumerated().dropFirst() {
            try part.require(tensorCountKey, tensorCount)
            try part.requireMetadata(of: whole)
            for var tensor in part.tensors {
                if let other = places.updateValue(index, forKey: tensor.name) {
                    throw part.bytes.malformed(
                        "tensor \(quoted(tensor.name))",
                        "it is there twice, in the parts \(other + 1) and \(index + 1)",
                        accepted: "each tensor once")
                }
                tensor.part = index
                whole.tensors.append(tensor)
            }
            whole.parts += part.parts
        }
        guard whole.tensors.count == tensorCount else {
            throw whole.bytes.malformed(
                tensorCountKey,
                "it is \(tensorCount), and the parts have \(whole.tensors.count) tensors together",
                accepted: "as many as there are")
        }
        return whole
    }

    private func require(_ key: String, _ number: Int) throws(ModelFileError) {
        let found = try requiredInteger(key)
        guard found == number else {
            throw bytes.malformed(
                key, "it is \(found)",
                accepted: "\(number), as in its name "
                    + "and in the other parts")
        }
    }

    /// Refuses keys that the first part does not have with the same value: another model's.
    private func requireMetadata(of first: GGUFContainer) throws(ModelFileError) {
        for key in values.keys.sorted()
        where !key.hasPrefix("split.") && key != Self.alignmentKey && !hasSameValue(key, first) {
            throw bytes.malformed(
                key, "it differs from the first part's, so this is a part of another model",
                accepted: "no such key, or the first part's value")
        }
    }

    private func hasSameValue(_ key: String, _ other: GGUFContainer) -> Bool {
        switch (values[key], other.values[key]) {
        case (.string(let mine), .string(let others)):
            return hasSameBytes(mine, other, others)
        case (.array(let mine), .array(let others)):
            return mine.elementType == others.elementType && mine.count == others.count
                && hasSameBytes(mine.range, other, others.range)
        case (let mine, let others):
            return mine == others
        }
    }

    private func hasSameBytes(
        _ range: Range<Int>, _ other: GGUFContainer, _ otherRange: Range<Int>
    ) -> Bool {
        bytes.withBytes(in: range) { mine in
            other.bytes.withBytes(in: otherRange) { mine.elementsEqual($0) }
        }
    }
}

/// One file of a model: where its tensor data lies.
struct GGUFPart: Sendable {
    /// The file.
    let bytes: FileBytes

    /// Where tensor data starts.
    let dataStart: Int

    /// How many bytes of tensor data its table asks for, with padding after the last tensor.
    let dataByteCount: Int

    /// Tensor data starts at multiples of this many bytes.
    let alignment: Int

    /// Checks that the file holds the data of its tensors.
    func requireData(of tensors: some Sequence<GGUFTensor>) throws(ModelFileError) {
        let available = bytes.byteCount(from: dataStart)
        for tensor in tensors
        where Range.checked(
            start: tensor.offset, count: tensor.byteCount, limit: available) == nil
        {
            throw bytes.malformed(
                "tensor \(quoted(tensor.name))",
                "its \(tensor.byteCount) bytes at data offset \(tensor.offset) reach past the "
                    + "\(available) bytes of data in the file", accepted: "a complete file")
        }
        guard dataByteCount <= available else {
            throw bytes.malformed(
                "tensor data", "\(available) bytes are there, \(dataByteCount) are needed",
                accepted: "data padded to the alignment of \(alignment)")
        }
    }
}

/// The name of one part: `PREFIX-00001-of-00003.gguf`.
struct SplitName: Equatable {
    /// The path as far as the parts share it.
    let prefix: String

    /// From 0; the name says one more.
    let index: Int

    /// How many parts there are.
    let count: Int

    /// The name of the part with an index from 0.
    init(prefix: String, index: Int, count: Int) {
        self.prefix = prefix
        self.index = index
        self.count = count
    }

    /// Reads a path; nil if it is no part's.
    init?(_ path: String) {
        guard path.hasSuffix(".gguf") else { return nil }
        let pieces = path.dropLast(5).split(separator: "-", omittingEmptySubsequences: false)
        let tail = Array(pieces.suffix(3))
        guard pieces.count >= 4, tail[1] == "of", let number = Self.digits(tail[0]), number > 0,
            let count = Self.digits(tail[2])
        else { return nil }
        prefix = pieces.dropLast(3).joined(separator: "-")
        index = number - 1
        self.count = count
    }

    /// The path.
    var path: String { "\(prefix)-\(Self.padded(index + 1))-of-\(Self.padded(count)).gguf" }

    private static func digits(_ text: Substring) -> Int? {
        guard text.utf8.count == 5, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private static func padded(_ number: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
