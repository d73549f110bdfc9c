/// Problems of one source, in the order in which it has them.
package struct ProblemSet: Sendable, Hashable {
    /// What a report calls it.
    package var name: String
    package var format: ProblemFormat
    /// SHA-256 of the bytes that were read, in hexadecimal.
    ///
    /// For a folder: of each file's path within it, a zero byte, the file's length as eight bytes,
    /// least significant first, and its bytes, in the order read.
    package var digest: String
    package var problems: [Problem]

    package init(name: String, format: ProblemFormat, digest: String, problems: [Problem]) {
        self.name = name
        self.format = format
        self.digest = digest
        self.problems = problems
    }

    /// Reads a file or a folder.
    ///
    /// - Parameters:
    ///   - path: A file of any of the shapes, or a folder of MATH's.
    ///   - format: The shape; recognised by the fields of the first item where it is nil.
    /// - Throws: `DataError` naming the file, the item and the field.
    package static func read(
        _ path: String, format: ProblemFormat? = nil
    ) throws(DataError) -> ProblemSet {
        if DataFile.isFolder(path) {
            guard format == nil || format == .math else {
                throw DataError(path, "is a folder, which only the format math reads")
            }
            return try FolderReader.read(path)
        }
        let bytes = try DataFile.read(path, limit: DataLimits.fileByteCount)
        return try read(bytes, source: path, format: format)
    }

    /// Reads what a file holds.
    package static func read(
        _ bytes: [UInt8], source: String, format: ProblemFormat? = nil
    ) throws(DataError) -> ProblemSet {
        let items = try ItemReader.items(of: bytes, source: source)
        guard let first = items.first else { throw DataError(source, "holds no problem") }
        guard let format = format ?? ProblemFormat(recognising: first) else {
            throw first.error(
                "the shape is not recognised; shapes are told apart by " + ProblemFormat.signs)
        }
        let stem = DataFile.stem(of: source)
        var problems: [Problem] = []
        for item in items {
            problems.append(try format.problem(from: item, id: "\(stem)/\(item.index)"))
        }
        try checkIdentities(of: problems, source: source)
        return ProblemSet(
            name: stem, format: format, digest: DataFile.digest(of: bytes), problems: problems)
    }

    /// Results are kept by problem, so that two problems must not share an id.
    static func checkIdentities(of problems: [Problem], source: String) throws(DataError) {
        var seen: Set<String> = []
        for (index, problem) in problems.enumerated()
        where !seen.insert(problem.id).inserted {
            throw DataError(
                source, place: "item \(index)",
                "the id \"\(problem.id)\" occurs twice; ids are unique in a set")
        }
    }
}
