package import Tokenizer

// Readers of files that are bytes in memory, with every check that a file on disk meets: a read
// past the end of a heap block is noticed where one past the end of a mapping may not be.
extension ModelSource {
    /// Reads the bytes of a GGUF file.
    package static func open(
        gguf bytes: [UInt8], named name: String
    ) throws(ModelFileError) -> ModelSource {
        try ModelSource(try GGUFContainer(FileBytes(copying: bytes, named: name)))
    }

    /// The tokenizer in the bytes of a GGUF file, or nil if there is none.
    package static func tokenizer(
        inGGUF bytes: [UInt8], named name: String
    ) throws(ModelFileError) -> TokenizerSpecification? {
        try GGUFContainer(FileBytes(copying: bytes, named: name)).tokenizer()
    }

    /// Every role that the model has a tensor for, in the order of the decoder.
    package var roles: [TensorRole] { TensorRole.all(in: configuration) }
}
