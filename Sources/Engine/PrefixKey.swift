import Hooks
import Kernels

/// Names what a key-value block holds: its tokens, all tokens before them, and what the plan did
/// to these rows.
struct PrefixKey: Hashable, Sendable {
    /// SHA-256.
    private let words: SIMD4<UInt64>

    init(digest: [UInt8]) {
        var words = SIMD4<UInt64>()
        for (index, byte) in digest.enumerated() {
            words[index / 8] = words[index / 8] << 8 | UInt64(byte)
        }
        self.words = words
    }
}

/// One action as far as it reaches keys and values: without `final_norm` and `logits`.
struct PrefixAction: Sendable {
    /// Index in the plan's actions, by which receipts name it.
    let index: Int
    /// Of what is done and to which units, without positions.
    let digest: [UInt8]
    let positions: Positions
    /// Positions of stored rows, for a patch; an action without is one that does nothing there.
    let storedPositions: Set<Int>?

    func applies(position: Int, token: Int32, promptCount: Int) -> Bool {
        (storedPositions?.contains(position) ?? true)
            && positions.contains(position: position, token: token, promptCount: promptCount)
    }

    /// - Returns: nil if the action reaches no keys and values.
    init?(_ action: ResolvedAction, storedPositions: Set<Int>?) {
        let entries = action.entries.filter { !$0.site.kind.isAfterLayers }
        guard !entries.isEmpty else { return nil }
        var bytes = ByteList()
        bytes.append(action.operation)
        for entry in entries {
            bytes.append(entry.site.description)
            bytes.append(entry.units.ranges.count)
            for range in entry.units.ranges {
                bytes.append(range.lowerBound)
                bytes.append(range.count)
            }
        }
        index = action.index
        digest = ContentHash.digest(of: bytes.bytes)
        positions = action.positions
        self.storedPositions = storedPositions
    }
}

extension SiteKind {
    /// Whether the site comes after the last layer, where nothing reaches keys and values.
    var isAfterLayers: Bool { self == .finalNorm || self == .logits }
}

/// The keys of one sequence's blocks, worked out one after another.
///
/// A key is the hash of the key before it, the block's tokens and, for each action that applies to
/// some of its rows, the action and which rows. A row's state is a function of these alone: what a
/// clause of positions means depends on the length of the prompt, but what it selects does not.
struct PrefixChain: Sendable {
    private let actions: [PrefixAction]
    private let promptCount: Int
    /// The digest of the last key, or of the root.
    private var digest: [UInt8]

    /// - Parameters:
    ///   - model: digest of the weights.
    ///   - adapter: digest of what changes the weights for this job; empty for nothing.
    ///   - share: whose blocks these are; nil for everybody's.
    init(
        model: String, adapter: String = "", share: UInt64?, actions: [PrefixAction],
        promptCount: Int
    ) {
        var root = ByteList()
        root.append("neurond prefix 1")
        root.append(model)
        root.append(adapter)
        root.append(share.map { "share \($0)" } ?? "shared")
        digest = ContentHash.digest(of: root.bytes)
        self.actions = actions
        self.promptCount = promptCount
    }

    /// The key of the next block.
    ///
    /// - Parameters:
    ///   - tokens: the block's, as many as it has positions.
    ///   - first: the first one's position.
    mutating func next(_ tokens: ArraySlice<Int32>, at first: Int) -> PrefixKey {
        var bytes = ByteList()
        bytes.append(digest)
        for token in tokens { bytes.append(Int(token)) }
        for action in actions {
            var rows = 0
            for (offset, token) in tokens.enumerated()
            where action.applies(
                position: first + offset, token: token, promptCount: promptCount)
            {
                rows |= 1 << offset
            }
            guard rows != 0 else { continue }
            bytes.append(action.index)
            bytes.append(action.digest)
            bytes.append(rows)
        }
        digest = ContentHash.digest(of: bytes.bytes)
        return PrefixKey(digest: digest)
    }
}

/// Bytes to hash, every part with its length or of fixed length, so that no two lists of parts
/// have the same bytes.
private struct ByteList {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ value: Int) {
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    mutating func append(_ values: [UInt8]) {
        append(values.count)
        bytes += values
    }

    mutating func append(_ text: String) { append(Array(text.utf8)) }

    mutating func append(_ number: Float) { append(Int(number.bitPattern)) }

    mutating func append(_ value: HookValue) {
        switch value {
        case .scalar(let number):
            append("scalar")
            append(number)
        case .vector(let numbers):
            append("vector")
            append(numbers.count)
            for number in numbers { append(number) }
        case .object(let hash, let tensor):
            append("object")
            append(hash.hex)
            append(tensor)
        }
    }

    mutating func append(_ operation: Hooks.Operation) {
        append(operation.name)
        switch operation {
        case .zero, .keepOnly: break
        case .scale(let factor): append(factor)
        case .set(let value), .add(let value): append(value)
        case .clamp(let low, let high):
            append(low)
            append(high)
        case .noise(let shape), .valueNoise(let shape):
            append(shape.mean)
            append(shape.standardDeviation)
            append(Int(truncatingIfNeeded: shape.seed))
            append(shape.scale.rawValue)
        case .mean(let hash), .patch(let hash): append(hash.hex)
        }
    }
}
