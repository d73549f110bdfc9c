import Foundation
public import Kernels
import ModelFile

/// The packed, kernel-ready form of a model in one piece of sealed memory.
///
/// Layout: a 64-byte header (magic, manifest offset, manifest byte count, both little-endian
/// u64), the tensors on 64-byte boundaries, the tokenizer, the manifest as JSON. One process
/// builds it and forks those that use it, so there is one physical copy.
public final class WeightArena: Sendable {
    static let headerByteCount = 64
    /// Names the layout's version too.
    static let magic = Array("NEURARN2".utf8)

    /// The sealed memory.
    public let memory: WeightMemory
    /// What the arena holds and where, read from its own bytes.
    public let manifest: ArenaManifest

    /// Reads the manifest of memory that holds an arena.
    ///
    /// - Throws: `EngineError` if the memory does not hold an arena of this layout version.
    init(memory: WeightMemory) throws {
        self.memory = memory
        guard memory.byteCount >= Self.headerByteCount,
            memory.readBytes(at: 0, count: 8) == Self.magic
        else {
            throw EngineError(
                .failure, "ARENA_LAYOUT",
                "the weight arena is not of this build's layout (NEURARN2)")
        }
        let offset = Self.littleEndian(memory.readBytes(at: 8, count: 8))
        let count = Self.littleEndian(memory.readBytes(at: 16, count: 8))
        guard offset >= 0, count >= 0, offset <= memory.byteCount - count else {
            throw EngineError(.failure, "ARENA_LAYOUT", "the weight arena's manifest is cut off")
        }
        let json = memory.readBytes(at: offset, count: count)
        manifest = try JSONDecoder().decode(ArenaManifest.self, from: Data(json))
    }

    func matrix(_ name: String) throws -> PackedMatrix {
        guard let entry = manifest.matrices[name] else { throw Self.missing(name) }
        return PackedMatrix(layout: entry.layout, memory: memory, byteOffset: entry.byteOffset)
    }

    func vector(_ name: String) throws -> [Float] {
        guard let entry = manifest.vectors[name] else { throw Self.missing(name) }
        return memory.readFloats(at: entry.byteOffset, count: entry.count)
    }

    /// A vector that only some families have.
    func optionalVector(_ name: String) throws -> [Float]? {
        manifest.vectors[name] == nil ? nil : try vector(name)
    }

    var tokenizerBytes: [UInt8] {
        memory.readBytes(at: manifest.tokenizer.byteOffset, count: manifest.tokenizer.count)
    }

    private static func missing(_ name: String) -> EngineError {
        EngineError(.failure, "ARENA_LAYOUT", "the weight arena has no tensor '\(name)'")
    }

    static func littleEndian(_ bytes: [UInt8]) -> Int {
        Int(truncatingIfNeeded: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    static func bytes(_ value: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
