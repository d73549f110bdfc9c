/// A directory as PEFT's `save_pretrained` writes it.
public enum AdapterDirectory {
    private static let configurationName = "adapter_config.json"
    private static let weightsName = "adapter_model.safetensors"

    /// The adapter in the one file that `AdapterFile` reads: the tensors as they are, and the
    /// configuration's text beside them.
    ///
    /// - Throws: `unreadable` for a missing file, `malformed` for one that is damaged. What the
    ///   adapter asks for is not looked at.
    public static func object(at path: String) throws(ModelFileError) -> [UInt8] {
        let directory = try ModelDirectory(path)
        guard directory.contains(weightsName) else {
            throw .unreadable(
                file: "\(path)/\(weightsName)",
                reason: "it is missing; only safetensors are read, since other formats hold code")
        }
        let text = try directory.open(configurationName, limit: Limits.adapterConfigurationBytes)
        let weights = try SafetensorsFile(directory.open(weightsName))
        guard let configuration = String(validating: text.copy(0..<text.count), as: UTF8.self)
        else { throw text.malformed("text", "it is not UTF-8", accepted: "a JSON object") }
        var writer = SafetensorsWriter(metadata: [AdapterFile.metadataKey: configuration])
        for tensor in weights.tensors {
            try writer.add(
                tensor.name, tensor.dataType, shape: tensor.shape, bytes: weights.bytes(of: tensor))
        }
        return writer.serialized()
    }
}
