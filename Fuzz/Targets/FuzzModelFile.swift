import ModelFile
import Tokenizer

/// Values read from one file at most, so that one large and sound tensor does not take seconds.
private let valueLimit = 1 << 18

/// A GGUF file as a model, or else as a vocabulary.
func fuzzGGUF(_ bytes: [UInt8]) {
    if let tokenizer = try? ModelSource.tokenizer(inGGUF: bytes, named: "fuzz") {
        exercise(tokenizer, text: "Hello wörld 12 <s>\n")
    }
    guard let model = try? ModelSource.open(gguf: bytes, named: "fuzz") else { return }
    precondition(model.parameterCount > 0)
    var values = 0
    var row: [Float] = []
    for role in model.roles {
        guard let tensor = try? model.tensor(role) else {
            preconditionFailure("a model has the tensors that it lists")
        }
        for index in 0..<tensor.rows where values < valueLimit {
            guard (try? tensor.readRow(index, into: &row)) != nil else { return }
            precondition(row.count == tensor.columns)
            values += tensor.columns
        }
    }
}

/// A safetensors file, every tensor in every type that it can be read as.
func fuzzSafetensors(_ bytes: [UInt8]) {
    guard let file = try? SafetensorsFile(bytes: bytes, name: "fuzz") else { return }
    for tensor in file.tensors {
        precondition(tensor.byteRange.upperBound <= bytes.count)
        precondition(file.tensor(named: tensor.name) == tensor)
        precondition(file.bytes(of: tensor).count == tensor.byteRange.count)
        if let floats = try? file.floats(named: tensor.name) {
            precondition(floats.count == tensor.elementCount)
        }
        if let integers = try? file.integers(named: tensor.name) {
            precondition(integers.count == tensor.elementCount)
        }
    }
}
