import FoundationEssentials
import ModelFile
import Tokenizer
import Wire

/// One input to start from.
public struct FuzzSeed: Sendable {
    /// A file name.
    public let name: String
    /// What a target is run on.
    public let bytes: [UInt8]
}

extension FuzzTarget {
    /// Sound inputs made from what is in the repository, from which the fuzzer goes on.
    ///
    /// - Parameter root: the repository.
    /// - Throws: when a file that they are made from cannot be read.
    public func seeds(root: String) throws -> [FuzzSeed] {
        switch self {
        case .frames: try conversationSeeds(root)
        case .hooks: try hookSeeds(root)
        case .gguf: try ggufSeeds()
        case .safetensors: try safetensorsSeeds(root)
        case .tokenizer: try tokenizerSeeds(root)
        }
    }
}

private func contents(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
}

private func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }

private func names(in folder: String, suffix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { $0.hasSuffix(suffix) }.sorted()
}

private func numbered(_ prefix: String, _ inputs: [[UInt8]]) -> [FuzzSeed] {
    inputs.enumerated().map { FuzzSeed(name: "\(prefix)-\($0)", bytes: $1) }
}

// MARK: Frames

/// Each protocol vector as either side hears it.
private func conversationSeeds(_ root: String) throws -> [FuzzSeed] {
    let folder = root + "/Proto/vectors/"
    return try names(in: folder, suffix: ".hex").flatMap { name in
        let text = String(decoding: try contents(folder + name), as: UTF8.self)
        return ["C", "S"].enumerated().map { index, sender in
            FuzzSeed(
                name: "\(name)-\(sender)", bytes: [UInt8(index)] + bytes(sentBy: sender, in: text))
        }
    }
}

/// The hex of one sender's lines, continuation lines included.
private func bytes(sentBy sender: String, in text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var isSender = false
    for line in text.split(separator: "\n") {
        if line.hasPrefix("C: ") || line.hasPrefix("S: ") { isSender = line.hasPrefix(sender) }
        guard isSender, !line.hasPrefix("=") else { continue }
        bytes += line.split(separator: " ")
            .compactMap { $0.count == 2 ? UInt8($0, radix: 16) : nil }
    }
    return bytes
}

// MARK: Hooks

/// The examples of the page on hooks, in every spelling that they are given in there, and a few
/// inputs in the forms that the page does not show.
private func hookSeeds(_ root: String) throws -> [FuzzSeed] {
    let page = String(decoding: try contents(root + "/Docs/hooks.md"), as: UTF8.self)
    var inputs: [[UInt8]] = []
    var block: (form: UInt8, text: String)?
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
        if line.hasPrefix("```") {
            if let block { inputs.append([block.form] + Array(block.text.utf8)) }
            let form: UInt8? = line == "```hooks" ? 0 : line == "```json" ? 1 : nil
            block = form.map { ($0, "") }
        } else {
            block?.text += line + "\n"
        }
    }
    let set = #"{"format":"neurond-neurons-1","model":"m","units":["L0N1,5-9","L1H2"]}"#
    let sites = ["blocks.1.attn.hook_z", "resid_post.3", "model.layers.2.mlp.down_proj.input"]
    inputs += sites.map { [5] + Array($0.utf8) }
    inputs.append([4] + Array(set.utf8))
    inputs += maskSeeds
    return numbered("hook", inputs + hookMessageSeeds(inputs))
}

// MARK: Model files

/// A decoder of a few hundred weights.
private let tiny = ModelConfiguration(
    architecture: "llama", layerCount: 1, width: 32, headCount: 2, keyValueHeadCount: 1,
    headDimension: 16, neuronCount: 32, vocabularyCount: 5, contextLength: 16, normEpsilon: 1e-5,
    rotaryBase: 10_000, rotaryDimension: 16, tiedHead: true)

/// One file of each of these weight types, all zero, with a vocabulary; then `odderGGUFSeeds`.
private func ggufSeeds() throws -> [FuzzSeed] {
    odderGGUFSeeds
        + (try [TensorEncoding.f32, .f16, .bf16, .q8x0, .q4x0].map { encoding in
            let name = "tiny.\(encoding)"
            let path = FileManager.default.temporaryDirectory
                .appending(path: "\(UUID().uuidString)-\(name)").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            try writeTiny(encoding, to: path)
            return FuzzSeed(name: name, bytes: try contents(path))
        })
}

private func writeTiny(_ encoding: TensorEncoding, to path: String) throws {
    let metadata: [(key: String, value: GGUFMetadata)] = [
        ("tokenizer.ggml.model", .text("llama")),
        (
            "tokenizer.ggml.tokens",
            .strings(PieceTable(["<unk>", "<s>", "</s>", "a", "b"].map(utf8)))
        ),
        ("tokenizer.ggml.scores", .floats([0, 0, 0, -1, -2])),
        ("tokenizer.ggml.token_type", .int32s([2, 3, 3, 1, 1])),
        ("tokenizer.ggml.bos_token_id", .uint32(1)),
        ("tokenizer.ggml.add_bos_token", .bool(true)),
    ]
    let tensors = tiny.ggufTensors(matrices: encoding)
    var writer = try GGUFWriter(
        replacing: path, metadata: tiny.ggufMetadata + metadata, tensors: tensors)
    for tensor in tensors {
        let count = tensor.shape.reduce(1, *)
        let byteCount = count / tensor.encoding.blockLength * tensor.encoding.blockByteCount
        try writer.append([UInt8](repeating: 0, count: byteCount))
    }
    try writer.commit()
}

private func safetensorsSeeds(_ root: String) throws -> [FuzzSeed] {
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    try writer.add("a", shape: [2, 3], [1, 2, 3, 4, 5, 6] as [Float])
    try writer.add("b", shape: [4], [1, 2, 3, 4] as [Float16])
    try writer.add("c", shape: [1], [7] as [Int64])
    try writer.add("d", shape: [], [7] as [Int32])
    try writer.add("e", shape: [0, 5], [] as [UInt8])
    let blocks = try contents(root + "/Tests/Fixtures/llama-mha/vectors.safetensors")
    return numbered("safetensors", [writer.serialized(), blocks, try adapterSeed()])
}

// MARK: Tokenizers

private func tokenizerSeeds(_ root: String) throws -> [FuzzSeed] {
    let text = Array("Hello wörld, 12 + 7 = <s>▁\n".utf8)
    let start = [UInt8(text.count), 0] + text
    var inputs: [[UInt8]] = []
    for model in ["llama-mha", "llama-bf16", "llama-gqa"] {
        let folder = root + "/Tests/Fixtures/\(model)/hf/"
        let json = try contents(folder + "tokenizer.json")
        let configuration = try contents(folder + "tokenizer_config.json")
        inputs.append([0] + start + json + [0xFF] + configuration)
        let specification = try TokenizerSpecification(
            tokenizerJSON: json, configurationJSON: configuration)
        inputs.append([2] + start + specification.serialized())
    }
    return numbered("tokenizer", inputs + vocabularySeeds.map { [1] + start + $0 })
}
