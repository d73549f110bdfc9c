extension HostileCase {
    private static let group = "Split GGUF"

    /// Parts of a model that do not belong together, or are not all there.
    static let splitGGUF: [HostileCase] =
        [0, 1, 2].flatMap { part in
            [
                parts("part \(part + 1) missing", opens: part == 0 ? 1 : 0, "of-00003.gguf") {
                    $0[part] = nil
                },
                parts("all there, opened by part \(part + 1)", opens: part),
            ]
        } + [
            parts("part under the name of another", "split.no") { $0[1] = $0[2] },
            parts("count that differs", "split.count", "2") {
                $0[1]?.set("split.count", type: 2, littleEndian(UInt16(2)))
            },
            parts("count that differs from the name", "split.count") {
                for part in 0..<3 {
                    $0[part]?.set("split.count", type: 2, littleEndian(UInt16(4)))
                }
            },
            parts("count 0 in the first part", opens: 1, "split.count") {
                $0[0]?.set("split.count", type: 2, littleEndian(UInt16(0)))
            },
            parts("number of the wrong type", "split.no", "a string") {
                $0[1]?.set("split.no", "1")
            },
            parts("number missing", "split.no", "missing") { $0[1]?.remove("split.no") },
            parts("number of tensors that is not so", "split.tensors.count", "11") {
                for part in 0..<3 { $0[part]?.set("split.tensors.count", Int32(12)) }
            },
            parts("number of tensors that differs", "split.tensors.count") {
                $0[2]?.set("split.tensors.count", Int32(12))
            },
            parts("tensor in two parts", "token_embd.weight", "twice") { files in
                let first = files[0]?.tensors.prefix(1) ?? []
                files[2]?.tensors += first
            },
            parts("part of another model", "general.name", "00002-of-00003") {
                $0[1]?.set("general.name", "another")
            },
            parts("part of another architecture", "llama.block_count", "00003-of-00003") {
                $0[2]?.set("llama.block_count", UInt32(2))
            },
            parts("part cut off", "00002-of-00003.gguf", "past the") {
                $0[1]?.hasData = false
            },
            parts("weights NaN in the last part", "00003-of-00003", "NaN or infinite") { files in
                files[2]?.tensors[0].data.replaceSubrange(0..<4, with: littleEndian([.nan]))
            },
            renamed("part under a name without a number", "model.gguf", "NAME-00001-of-00003.gguf"),
            renamed("part 0", "m-00000-of-00003.gguf", "split"),
            renamed("part above the count", "m-00004-of-00003.gguf", "split"),
            renamed("number that wraps", "m-18446744073709551617-of-00003.gguf", "split"),
        ]

    private static func name(_ part: Int) -> String { "m-0000\(part + 1)-of-00003.gguf" }

    /// Three parts after a change; without parts of a message they are sound.
    private static func parts(
        _ title: String, opens opened: Int = 0, _ messages: String...,
        by change: (inout [GGUFBuilder?]) -> Void = { _ in }
    ) -> HostileCase {
        var files: [GGUFBuilder?] = GGUFBuilder.model().split(into: 3)
        change(&files)
        let entries = files.enumerated().compactMap { index, file in
            file.map { Entry.file(name(index), $0.bytes()) }
        }
        return HostileCase(
            group, title, entries, opened: name(opened),
            messages.isEmpty ? .read : .refused(messages))
    }

    /// The first part of three under another name.
    private static func renamed(
        _ title: String, _ name: String, _ messages: String...
    ) -> HostileCase {
        let file = GGUFBuilder.model().split(into: 3)[0]
        return HostileCase(
            group, title, [.file(name, file.bytes())], opened: name, .refused(messages))
    }
}

extension GGUFBuilder {
    /// The same model in several files: keys in the first, tensors in all.
    package func split(into count: Int) -> [GGUFBuilder] {
        (0..<count).map { index in
            var part = GGUFBuilder()
            part.alignment = alignment
            if index == 0 { part.pairs = pairs }
            part.set("split.no", type: 2, littleEndian(UInt16(index)))
            part.set("split.count", type: 2, littleEndian(UInt16(count)))
            part.set("split.tensors.count", Int32(tensors.count))
            let places = tensors.indices.filter { $0 * count / tensors.count == index }
            part.tensors = places.map { tensors[$0] }
            return part
        }
    }
}
