import Testing

/// Numbers from model files: arithmetic on them goes through `CheckedSize` and the two readers that
/// are built on it, and nothing is allocated by them before they were held against the file's size.
@Suite struct SizeArithmeticTests {
    /// The small module of checked arithmetic and reads; each of its operations checks first.
    static let checked: Set = ["CheckedSize.swift", "ByteCursor.swift", "FileBytes.swift"]

    /// Readers of the containers' tables. What reads rows afterwards reads where these found them.
    static let prefixes = [
        "GGUF", "Safetensors", "HuggingFaceShards", "ModelDirectory", "TensorTable",
    ]

    /// Files with these prefixes that read no file.
    static let others: Set = ["GGUFWriter.swift", "SafetensorsWriter.swift", "GGUFMetadata.swift"]

    /// Plain arithmetic that remains, with what has checked it.
    static let arithmetic: [String: [(code: String, why: String)]] = [
        "GGUFContainer.swift": [
            ("part.dataStart + tensor.offset", "the container's initializer added the largest")
        ],
        "GGUFContainer+Split.swift": [
            ("number - 1", "five digits of a path, above 0"),
            ("5 - digits.count", "at least 0 is taken"),
        ],
        "ModelDirectory.swift": [("parts.count - 2", "there are at least two")],
    ]

    /// Space that is reserved or filled by a count, with what has held the count to the file.
    static let allocations: [String: [(code: String, why: String)]] = [
        "SafetensorsFile.swift": [("count: tensor.elementCount", "the elements lie in the file")],
        "GGUFContainer+Split.swift": [("count: max(0, 5", "at most five digits")],
    ]

    static func readers() -> [Repository.File] {
        Repository.files(under: "Sources/ModelFile").filter { file in
            prefixes.contains(where: file.name.hasPrefix) && !others.contains(file.name)
                && !checked.contains(file.name)
        }
    }

    /// A line of code without its comment and without the contents of its strings.
    static func bare(_ line: Substring) -> String {
        let pieces = line.split(separator: "\"", omittingEmptySubsequences: false)
        let code = pieces.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            .joined(separator: "\"\"")
        return String(code[...].code)
    }

    /// Whether a line adds, subtracts, multiplies or shifts numbers; joining strings and lists is neither.
    static func calculates(_ line: String) -> Bool {
        [" + ", " - ", " * ", " << "].contains { sign in
            line.split(separator: sign, omittingEmptySubsequences: false).adjacentPairs
                .contains {
                    !$0.hasSuffix("\"\"") && !$1.hasPrefix("\"\"") && !$0.isBlank
                        && !$1.hasPrefix("[")
                }
        }
    }

    @Test func calculationsAreFound() {
        for line in ["let end = start + 8", "a * b", "x << 3", "f(a - b, \"c\" + d)"] {
            #expect(Self.calculates(Self.bare(line[...])))
        }
        for line in ["prefix + \"scores\"", "    + \"more\"", "// a + b", "a &+ b", "f(\"a + b\")"]
        {
            #expect(!Self.calculates(Self.bare(line[...])))
        }
    }

    @Test func numbersFromFilesAreCalculatedWithCheckedSizes() {
        var used: Set<String> = []
        for file in Self.readers() {
            for (index, line) in file.lines.enumerated() {
                let code = Self.bare(line)
                guard Self.calculates(code), !code.isOnlyAboutText else { continue }
                let known = (Self.arithmetic[file.name] ?? []).filter { code.contains($0.code) }
                used.formUnion(known.map { "\(file.name): \($0.code)" })
                #expect(
                    !known.isEmpty,
                    "\(file.path):\(index + 1) calculates: use CheckedSize, or say why")
            }
        }
    }

    @Test func nothingIsAllocatedByAnUncheckedNumber() {
        for file in Self.readers() {
            for (index, line) in file.lines.enumerated() {
                let code = Self.bare(line)
                guard code.contains("reserveCapacity(") || code.contains("repeating:") else {
                    continue
                }
                let known = (Self.allocations[file.name] ?? []).contains { code.contains($0.code) }
                #expect(
                    known, "\(file.path):\(index + 1) allocates: say what has checked the count")
            }
        }
    }

    @Test func nothingWraps() {
        let files = Repository.files(under: "Sources/ModelFile")
        #expect(files.count > 20)
        for file in files {
            for (index, line) in file.lines.enumerated() {
                let code = Self.bare(line)
                for sign in ["&+", "&-", "&*", "&<<", "unsafelyUnwrapped", "unsafeBitCast"] {
                    #expect(!code.contains(sign), "\(file.path):\(index + 1) has \(sign)")
                }
            }
        }
    }

    @Test func everyExceptionStillStands() {
        for (name, lines) in Self.arithmetic.merging(Self.allocations, uniquingKeysWith: +) {
            let text = Self.readers().first { $0.name == name }?.text ?? ""
            for line in lines where !text.contains(line.code) {
                Issue.record("\(name) has no '\(line.code)' any more: take it off the table")
            }
        }
    }
}

extension Array {
    /// Each element with the one after it.
    fileprivate var adjacentPairs: Zip2Sequence<Self, ArraySlice<Element>> {
        zip(self, dropFirst())
    }
}

extension StringProtocol {
    fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }

    /// Whether what is added on a line are paths and names.
    fileprivate var isOnlyAboutText: Bool {
        contains("path + ") || contains("directory.path") || contains("prefix + ")
    }
}
