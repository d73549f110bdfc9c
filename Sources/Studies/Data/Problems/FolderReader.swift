internal import Crypto
internal import StrictJSON

/// Reads MATH's folders: `train` and `test` with a folder for each subject, of one file a problem.
///
/// The folder that is named may be the one that holds both splits, one split, or one subject.
enum FolderReader {
    static func read(_ path: String) throws(DataError) -> ProblemSet {
        var files: [(path: String, split: String?)] = []
        let name = DataFile.stem(of: path)
        try collect(path, below: "", split: splits.contains(name) ? name : nil, &files)
        guard !files.isEmpty else {
            throw DataError(path, "holds no file of the form [train|test/]subject/N.json")
        }
        var hash = SHA256()
        var problems: [Problem] = []
        for (index, file) in files.enumerated() {
            let source = "\(path)/\(file.path)"
            let bytes = try DataFile.read(source, limit: DataLimits.oneProblem.maximumByteCount)
            hash.update(data: Array(file.path.utf8) + [0])
            hash.update(data: (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) })
            hash.update(data: bytes)
            let item = try ItemReader.single(bytes, source: source, index: index)
            let id = "\(name)/\(file.path.dropLast(".json".count))"
            var problem = try ProblemFormat.math.problem(from: item, id: id)
            problem.split = file.split
            problems.append(problem)
        }
        return ProblemSet(
            name: name, format: .math, digest: Hexadecimal.text(hash.finalize()),
            problems: problems)
    }

    private static let splits = ["test", "train"]

    /// Files of a folder and of those within it, by name; numbers in numeric order.
    private static func collect(
        _ root: String, below folder: String, split: String?,
        _ files: inout [(path: String, split: String?)]
    ) throws(DataError) {
        for name in try DataFile.names(in: folder.isEmpty ? root : "\(root)/\(folder)") {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            if DataFile.isFolder("\(root)/\(path)") {
                // Three levels: split, subject, files.
                guard path.split(separator: "/").count <= 2 else { continue }
                let inner = splits.contains(name) ? name : split
                try collect(root, below: path, split: inner, &files)
            } else if name.hasSuffix(".json") {
                files.append((path, split))
                guard files.count <= DataLimits.problemCount else {
                    throw DataError(root, "holds more than \(DataLimits.problemCount) problems")
                }
            }
        }
    }
}
