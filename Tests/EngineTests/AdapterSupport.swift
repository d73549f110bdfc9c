import Engine
import Foundation
import Hooks
import Kernels
import ModelFile

/// Adapters made for tests, in the form in which they are stored.
struct AdapterMaker {
    /// A module's adapter.
    struct Entry {
        /// Such as `model.layers.0.self_attn.q_proj`.
        var module: String
        /// (rank, inputs).
        var down: [[Float]]
        /// (outputs, rank).
        var up: [[Float]]
    }

    var entries: [Entry] = []
    var settings: [String: Any]
    private var state: UInt64

    init(seed: UInt64, settings: [String: Any] = ["r": 4, "lora_alpha": 8]) {
        state = seed
        let base: [String: Any] = [
            "peft_type": "LORA", "bias": "none", "target_modules": ["q_proj", "down_proj"],
        ]
        self.settings = base.merging(settings) { $1 }
    }

    /// A number of -1…1 (SplitMix64).
    private mutating func noise() -> Float {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Float((z ^ (z >> 31)) >> 40) * 0x1p-23 - 1
    }

    private mutating func matrix(_ rows: Int, _ columns: Int, _ size: Float) -> [[Float]] {
        (0..<rows).map { _ in (0..<columns).map { _ in size * noise() } }
    }

    /// Adds modules of a model, with noise of a size that shows.
    ///
    /// - Parameter path: of the list of layers, which families call differently.
    mutating func add(
        _ parts: [String], layers: Range<Int>, of model: ModelConfiguration, rank: Int = 4,
        path: String = "model.layers"
    ) {
        for layer in layers {
            for part in parts {
                let (outputs, inputs) = Self.shape(part, model)
                entries.append(
                    Entry(
                        module: "\(path).\(layer).\(part)",
                        down: matrix(rank, inputs, 0.3), up: matrix(outputs, rank, 0.15)))
            }
        }
    }

    static let attention = ["q_proj", "k_proj", "v_proj", "o_proj"].map { "self_attn.\($0)" }
    static let all = attention + ["gate_proj", "up_proj", "down_proj"].map { "mlp.\($0)" }

    static func shape(_ part: String, _ model: ModelConfiguration) -> (outputs: Int, inputs: Int) {
        let headWidth = model.headCount * model.headDimension
        return switch part.split(separator: ".").last {
        case "q_proj": (headWidth, model.width)
        case "k_proj", "v_proj": (model.keyValueHeadCount * model.headDimension, model.width)
        case "o_proj", "out_proj", "dense": (model.width, headWidth)
        case "down_proj", "fc_out", "dense_4h_to_h": (model.width, model.neuronCount)
        default: (model.neuronCount, model.width)
        }
    }

    /// The object's bytes.
    func object() throws -> [UInt8] {
        let configuration = try JSONSerialization.data(withJSONObject: settings)
        var writer = SafetensorsWriter(
            metadata: ["adapter_config": String(decoding: configuration, as: UTF8.self)])
        for entry in entries {
            let name = "base_model.model.\(entry.module)"
            for (suffix, rows) in [("lora_A", entry.down), ("lora_B", entry.up)] {
                try writer.add(
                    "\(name).\(suffix).weight", shape: [rows.count, rows.first?.count ?? 0],
                    rows.flatMap { $0 })
            }
        }
        return writer.serialized()
    }

    /// The changes to a Hugging Face directory's weights: scale · B · A for each module.
    ///
    /// - Parameter scale: that of a module.
    func changes(scale: (Entry) -> Float) -> [String: [Float]] {
        Dictionary(
            uniqueKeysWithValues: entries.map { entry in
                let inputs = entry.down[0].count
                let values = entry.up.flatMap { up -> [Float] in
                    (0..<inputs).map { input in
                        let sum = zip(up, entry.down).reduce(0.0) {
                            $0 + Double($1.0) * Double($1.1[input])
                        }
                        return Float(sum * Double(scale(entry)))
                    }
                }
                return (entry.module + ".weight", values)
            })
    }
}

extension Model {
    /// The model of a Hugging Face directory whose weights have been changed.
    /// - Throws: what reading or writing files throws.
    static func merged(
        from source: URL, changes: [String: [Float]], form: WeightForm
    ) throws -> Model {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "neurond-merged-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: source, to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "model.safetensors").path
        let file = try SafetensorsFile(path: source.appending(path: "model.safetensors").path)
        var writer = SafetensorsWriter(metadata: file.metadata)
        for tensor in file.tensors {
            let values = try file.floats(named: tensor.name)
            let change = changes[tensor.name] ?? .init(repeating: 0, count: values.count)
            try writer.add(tensor.name, shape: tensor.shape, zip(values, change).map { $0 + $1 })
        }
        try writer.write(to: path)
        return try Model(
            WeightArena.build(from: ModelSource.open(folder.path), form: form, threads: 2))
    }
}

extension StepEngine {
    /// Stores an adapter and makes it ready.
    func adapter(_ maker: AdapterMaker) async throws -> Adapter {
        try await adapter(store(maker.object()))
    }

    /// Stores a safetensors object.
    func store(_ bytes: [UInt8]) throws -> ContentHash {
        let hash = ContentHash(hashing: bytes)
        try objects.put(
            .tensors(SafetensorsFile(bytes: bytes, name: "object")), hash: hash,
            byteCount: bytes.count)
        return hash
    }
}
