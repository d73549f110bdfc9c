import HostileFiles
import ModelFile

/// Block types that have scales within scales, rotary scaling in both forms, a part of a split
/// model: what plain files do not have.
var odderGGUFSeeds: [FuzzSeed] {
    let wide = GGUFBuilder.model(width: 256, neurons: 2)
    let types: [(name: String, number: UInt32, byteCount: Int)] = [
        ("Q2_K", 10, 84), ("Q3_K", 11, 110), ("Q4_K", 12, 144), ("Q5_K", 13, 176),
        ("Q6_K", 14, 210), ("IQ4_XS", 23, 136),
    ]
    var seeds = types.map { name, number, byteCount in
        // Bytes below 64 spell no infinite scale, wherever a format keeps it.
        let block = (0..<byteCount).map { UInt8($0 * 7 & 63) }
        let file = wide.storingMatrices(as: number, blockLength: 256, block: block)
        return FuzzSeed(name: "odd.\(name)", bytes: file.bytes())
    }
    var linear = GGUFBuilder.model()
    linear.set("llama.rope.scaling.type", "linear")
    linear.set("llama.rope.scaling.factor", Float(4))
    seeds.append(FuzzSeed(name: "odd.linear", bytes: linear.bytes()))
    var divided = GGUFBuilder.model()
    divided.add("rope_freqs.weight", [2], littleEndian([1, 8]))
    seeds.append(FuzzSeed(name: "odd.divisors", bytes: divided.bytes()))
    for (index, part) in GGUFBuilder.model().split(into: 2).enumerated() {
        seeds.append(FuzzSeed(name: "odd.part-\(index)", bytes: part.bytes()))
    }
    return seeds
}

/// Factors of a low-rank adapter, named as PEFT names them.
func adapterSeed() throws -> [UInt8] {
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    for layer in 0..<2 {
        let name = "base_model.model.model.layers.\(layer).self_attn.q_proj"
        let values = (0..<16).map { Float($0) / 16 }
        try writer.add("\(name).lora_A.weight", shape: [2, 8], values)
        try writer.add("\(name).lora_B.weight", shape: [8, 2], values)
    }
    return writer.serialized()
}
