package import ModelFile

extension HostileCase {
    /// Reads everything that a path holds: tables, settings, vocabulary and every weight.
    ///
    /// - Throws: `ModelFileError` saying why it is refused.
    package static func readAll(_ path: String) throws(ModelFileError) {
        guard path.hasSuffix(".safetensors") else {
            _ = try ModelSummary.inspect(path)
            return
        }
        let file = try SafetensorsFile(path: path)
        for tensor in file.tensors { _ = file.bytes(of: tensor) }
    }

    /// What is wrong about how a case was met; nil if it was met as it should be.
    ///
    /// - Parameters:
    ///   - folder: where the case was written; a refusal names a path in it.
    ///   - message: the refusal, or nil if the file was read.
    package func fault(in folder: String, refusal message: String?) -> String? {
        switch (outcome, message) {
        case (.read, nil):
            return nil
        case (.read, let message?):
            return "it is sound and was refused: \(message)"
        case (.refused, nil):
            return "it was read, and should have been refused"
        case (.refused(let parts), let message?):
            let missing = ([folder] + parts).filter { !message.contains($0) }
            return missing.isEmpty ? nil : "the refusal does not say \(missing): \(message)"
        }
    }

    /// The most memory that a process may take to read it: the files twice, and room to run in.
    package var memoryLimit: Int { 2 * byteCount + (64 << 20) }
}
