// FuzzTargets: what is fuzzed, without the fuzzer.
//
// What it is: one function per reader of bytes that strangers send, each a total function from any
// bytes to nothing. A refusal is an error that the function swallows; a defect is a trap, a read
// out of bounds, too much memory or too much time. Where bytes are accepted, the function checks
// what must hold then (what was read is written and read back equal).
//
// What it must never know: the fuzzer. `neurond-fuzz` runs these functions under libFuzzer, and
// FuzzVectorTests runs them over `Fuzz/vectors`, where every input that ever found something is
// kept.
//
// Read first: `FuzzTarget`, then the file of one target.

/// One reader that is fuzzed.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// Frame decoder, tensor assembler, and the connection in both roles.
    case frames
    /// The hook language: text, JSON, protobuf, masks, neuron sets, site names.
    case hooks
    /// GGUF files: tables, metadata, vocabulary, every row of every tensor.
    case gguf
    /// Safetensors files: the header and every value.
    case safetensors
    /// Tokenizers: tokenizer.json, the vocabulary of a GGUF file, the serialized form,
    /// tokenizer.model; then text.
    case tokenizer

    /// Reads `bytes` as a stranger's, and traps if that shows a defect.
    public func run(_ bytes: [UInt8]) {
        switch self {
        case .frames: fuzzFrames(bytes)
        case .hooks: fuzzHooks(bytes)
        case .gguf: fuzzGGUF(bytes)
        case .safetensors: fuzzSafetensors(bytes)
        case .tokenizer: fuzzTokenizer(bytes)
        }
    }

    /// The longest input worth trying: seeds are far below, and time goes with length.
    public var inputByteCount: Int {
        switch self {
        case .frames, .gguf, .tokenizer: 65_536
        case .hooks, .safetensors: 16_384
        }
    }
}

/// Takes bytes from the front; what is missing at the end is zero.
struct FuzzBytes {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// Two bytes, low first.
    mutating func word() -> Int { Int(byte()) | Int(byte()) << 8 }

    mutating func take(_ count: Int) -> [UInt8] {
        let taken = rest.prefix(count)
        rest = rest.dropFirst(taken.count)
        return Array(taken)
    }

    mutating func takeAll() -> [UInt8] { take(rest.count) }
}
