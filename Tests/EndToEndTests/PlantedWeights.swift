import Foundation
import TestSupport
import Testing

/// A copy of a fixture model in which some neurons fire for one of two tokens.
///
/// Dimension 0 of the residual stream is cleared: nothing writes to it but the two tokens, one as
/// much up as the other down, and nothing reads it but the planted neurons. To all other neurons
/// the two tokens are the same.
struct PlantedWeights {
    static let up: UInt32 = 70
    static let down: UInt32 = 71
    /// (layer, neuron)
    static let planted = [(0, 5), (1, 17), (2, 90)]

    let folder: URL

    init(in parent: URL) throws {
        let source = TestData.fixtures.appending(path: "llama-mha/hf")
        folder = parent.appending(path: "planted")
        try FileManager.default.copyItem(at: source, to: folder)
        let file = folder.appending(path: "model.safetensors")
        var weights = try MutableTensors(Data(contentsOf: file))
        try Self.plant(&weights)
        try weights.bytes.write(to: file)
    }

    private static func plant(_ weights: inout MutableTensors) throws {
        let embedding = "model.embed_tokens.weight"
        try weights.edit(embedding) { row, column, value in
            switch (row, column) {
            case (Int(up), 0): 2
            case (Int(down), 0): -2
            case (_, 0): 0
            default: value
            }
        }
        let shared = try weights.row(Int(up), of: embedding)
        try weights.edit(embedding) { row, column, value in
            row == Int(down) && column > 0 ? shared[column] : value
        }
        for layer in 0..<3 {
            let block = "model.layers.\(layer)"
            for name in ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"] {
                try weights.edit("\(block).\(name).weight") { _, column, value in
                    column == 0 ? 0 : value
                }
            }
            for name in ["self_attn.o_proj", "mlp.down_proj"] {
                try weights.edit("\(block).\(name).weight") { row, _, value in
                    row == 0 ? 0 : value
                }
            }
            let own = Set(planted.filter { $0.0 == layer }.map(\.1))
            for name in ["mlp.gate_proj", "mlp.up_proj"] {
                try weights.edit("\(block).\(name).weight") { row, column, value in
                    own.contains(row) ? (column == 0 ? 1 : 0) : (column == 0 ? 0 : value)
                }
            }
        }
    }
}

/// The f32 matrices of a safetensors file, for changing.
struct MutableTensors {
    var bytes: Data
    private let places: [String: (start: Int, shape: [Int])]

    init(_ bytes: Data) throws {
        self.bytes = bytes
        let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = try #require(
            try JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: Any])
        places = header.compactMapValues { entry in
            guard let entry = entry as? [String: Any], entry["dtype"] as? String == "F32",
                let shape = entry["shape"] as? [Int],
                let offsets = entry["data_offsets"] as? [Int]
            else { return nil }
            return (8 + length + offsets[0], shape)
        }
    }

    func row(_ row: Int, of name: String) throws -> [Float] {
        let (start, shape) = try #require(places[name])
        return (0..<shape[1]).map { self[start + 4 * (row * shape[1] + $0)] }
    }

    /// Gives each element the value that `change` makes of (row, column, value).
    mutating func edit(_ name: String, _ change: (Int, Int, Float) -> Float) throws {
        let (start, shape) = try #require(places[name])
        for row in 0..<shape[0] {
            for column in 0..<shape[1] {
                let place = start + 4 * (row * shape[1] + column)
                self[place] = change(row, column, self[place])
            }
        }
    }

    private subscript(place: Int) -> Float {
        get {
            Float(
                bitPattern: (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(bytes[place + $1]) })
        }
        set {
            for index in 0..<4 {
                bytes[place + index] = UInt8(
                    truncatingIfNeeded: newValue.bitPattern >> UInt32(8 * index))
            }
        }
    }
}
