import Foundation
import Tokenizer

/// Just enough of a GGUF reader to get at `tokenizer.ggml.*`; the real one has a module of its own.
struct GGUFMetadata {
    private var bytes: [UInt8]
    private var position = 0
    private(set) var values: [String: Value] = [:]

    enum Value {
        case integer(Int)
        case float(Float)
        case string([UInt8])
        case strings([[UInt8]])
        case floats([Float])
        case integers([Int32])
        case other
    }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = 16
        let count = integer(8)
        for _ in 0..<count {
            let key = String(decoding: string(), as: UTF8.self)
            values[key] = value(type: integer(4))
        }
    }

    var vocabulary: GGUFVocabulary {
        var vocabulary = GGUFVocabulary(model: text("model") ?? "", tokens: [])
        vocabulary.preTokenizer = text("pre")
        if case .strings(let tokens)? = field("tokens") { vocabulary.tokens = PieceTable(tokens) }
        if case .strings(let merges)? = field("merges") { vocabulary.merges = PieceTable(merges) }
        if case .floats(let scores)? = field("scores") { vocabulary.scores = scores }
        if case .integers(let types)? = field("token_type") { vocabulary.types = types }
        vocabulary.bosID = id("bos_token_id")
        vocabulary.eosID = id("eos_token_id")
        vocabulary.unknownID = id("unknown_token_id")
        vocabulary.addsBOS = id("add_bos_token").map { $0 != 0 }
        vocabulary.addsEOS = id("add_eos_token").map { $0 != 0 }
        return vocabulary
    }

    private func field(_ name: String) -> Value? { values["tokenizer.ggml." + name] }

    private func text(_ name: String) -> String? {
        guard case .string(let bytes)? = field(name) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func id(_ name: String) -> Int? {
        guard case .integer(let value)? = field(name), value != 0xFFFF_FFFF else { return nil }
        return value
    }

    private mutating func integer(_ byteCount: Int) -> Int {
        defer { position += byteCount }
        return bytes[position..<position + byteCount].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func string() -> [UInt8] {
        let count = integer(8)
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    private mutating func value(type: Int) -> Value {
        switch type {
        case 0, 1, 7: return .integer(integer(1))
        case 2, 3: return .integer(integer(2))
        case 4, 5: return .integer(integer(4))
        case 6: return .float(Float(bitPattern: UInt32(integer(4))))
        case 8: return .string(string())
        case 9: return array(type: integer(4), count: integer(8))
        default:
            position += 8
            return .other
        }
    }

    private mutating func array(type: Int, count: Int) -> Value {
        switch type {
        case 8: return .strings((0..<count).map { _ in string() })
        case 6: return .floats((0..<count).map { _ in Float(bitPattern: UInt32(integer(4))) })
        case 4, 5:
            return .integers((0..<count).map { _ in Int32(truncatingIfNeeded: integer(4)) })
        default:
            for _ in 0..<count { _ = value(type: type) }
            return .other
        }
    }
}
