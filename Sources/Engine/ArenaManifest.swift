public import Kernels
public import ModelFile

/// What a weight arena holds and where: written into the arena itself, so that an engine process
/// needs nothing but the mapping.
public struct ArenaManifest: Codable, Sendable, Equatable {
    /// A packed weight matrix: its shape and where its panels begin.
    public struct Matrix: Codable, Sendable, Equatable {
        /// Shape (outputs, inputs) and form, from which every offset inside the matrix follows.
        public var layout: MatrixLayout
        /// Bytes from the arena's start to the first panel, a multiple of 64.
        public var byteOffset: Int
    }

    /// A run of plain data: a vector in f32, or the tokenizer's bytes.
    public struct Block: Codable, Sendable, Equatable {
        /// Bytes from the arena's start to the first element, a multiple of 64.
        public var byteOffset: Int
        /// Floats of a vector, bytes of the tokenizer.
        public var count: Int
    }

    /// Dimensions and constants of the model, as its file states them.
    public var configuration: ModelConfiguration
    /// Form of every matrix in memory; vectors are f32 in any form.
    public var form: WeightForm
    /// SHA-256 of the weights as they were on disk, 64 lower-case hexadecimal digits.
    ///
    /// It is `ModelSource.digest()`, so it does not depend on `form`.
    public var digest: String
    /// Kind of file that the weights came from, such as `GGUF v3` or `Hugging Face directory`.
    public var sourceFormat: String
    /// Type that most weights had in that file, such as `Q8_0`.
    public var sourceType: String
    /// Bytes of the weight files on disk, not of the arena.
    public var fileByteCount: Int
    /// Number of weights; a tied head counts once.
    public var parameterCount: Int
    /// Ids that end a generation; empty leaves the choice to the tokenizer.
    public var endOfSequenceIDs: [Int32]
    /// Matrices by name: `embedding`, `qkv.L`, `o.L`, `gate_up.L`, `down.L`, `head` unless tied,
    /// `position_embedding` where positions are learned.
    ///
    /// L is the 0-based layer. Products that read the same input are one matrix with stacked rows.
    public var matrices: [String: Matrix]
    /// Norm gains by name, (width) each: `attention_norm.L`, `mlp_norm.L` and `final_norm`; with
    /// `_bias` before the layer the biases of norms and products that the family has; `q_norm.L`
    /// and `k_norm.L`, (head dimension) each.
    public var vectors: [String: Block]
    /// Where the serialized `TokenizerSpecification` lies; its `count` is in bytes.
    public var tokenizer: Block
    /// What it cost to bring the weights into `form`; nil if the file had all of them in it.
    public var conversionLoss: ConversionLoss?
}
