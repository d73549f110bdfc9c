public import Hooks
public import ModelFile
import Synchronization

/// A stored object: what requests name by content hash.
public enum StoredObject: Sendable {
    /// Neurons and heads that targets name by hash.
    case neuronSet(NeuronSet)
    /// Vectors, means and activations that operations and reductions read.
    case tensors(SafetensorsFile)
}

/// The engine's copy of the uploaded objects, bounded in bytes.
public final class ObjectStore: Sendable {
    private struct Entry {
        let object: StoredObject
        let byteCount: Int
    }

    private struct State {
        var entries: [ContentHash: Entry] = [:]
        var byteCount = 0
    }

    private let state = Mutex(State())

    /// Starts empty.
    public init() {}

    /// Stores an object under the hash of its bytes.
    ///
    /// - Throws: `EngineError` if it does not fit in `EngineLimits.objectBytes`.
    public func put(
        _ object: StoredObject, hash: ContentHash, byteCount: Int
    ) throws(EngineError) {
        let refused = state.withLock { state -> Int? in
            if state.entries[hash] != nil { return nil }
            guard state.byteCount + byteCount <= EngineLimits.objectBytes else {
                return state.byteCount
            }
            state.entries[hash] = Entry(object: object, byteCount: byteCount)
            state.byteCount += byteCount
            return nil
        }
        if let used = refused {
            throw EngineError(
                .resourceExhausted, "OBJECTS_FULL",
                "an object of \(byteCount) bytes does not fit: \(used) of "
                    + "\(EngineLimits.objectBytes) bytes are in use; drop objects first",
                asked: byteCount, limit: EngineLimits.objectBytes - used)
        }
    }

    /// Bytes of all objects.
    public var byteCount: Int { state.withLock { $0.byteCount } }

    /// Forgets an object and gives its bytes back to the budget; an unknown hash is ignored.
    ///
    /// Jobs that have begun keep what they read.
    public func drop(_ hash: ContentHash) {
        state.withLock { state in
            if let entry = state.entries.removeValue(forKey: hash) {
                state.byteCount -= entry.byteCount
            }
        }
    }

    /// The object under this hash; nil if it was never stored or has been dropped.
    public func object(_ hash: ContentHash) -> StoredObject? {
        state.withLock { $0.entries[hash]?.object }
    }

    /// The neuron set under this hash; nil if there is none or the object is of another kind.
    public func neuronSet(_ hash: ContentHash) -> NeuronSet? {
        if case .neuronSet(let set) = object(hash) { set } else { nil }
    }

    /// A stored safetensors file.
    ///
    /// - Throws: `EngineError` naming the hash if there is none.
    func tensors(_ hash: ContentHash) throws(EngineError) -> SafetensorsFile {
        switch object(hash) {
        case .tensors(let file): return file
        case .neuronSet:
            throw EngineError(
                .invalidArgument, "WRONG_OBJECT_KIND",
                "object sha256:\(hash.hex) is a neuron set; a safetensors object is needed here")
        case nil:
            throw EngineError(
                .notFound, "UNKNOWN_OBJECT",
                "there is no object sha256:\(hash.hex); put it first (PutObject)")
        }
    }
}
