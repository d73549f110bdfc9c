internal import StrictJSON

/// The bounds of this module, each with its reason.
///
/// A file beyond one of them is refused by name.
enum Limits {
    /// The longest metadata key that the GGUF specification permits.
    static let keyByteCount = 65_535

    /// Published files have below 100 keys; room for a thousand times the work of walking them.
    static let keyValueCount = 1 << 16

    /// 512 layers of 9 tensors are 4,611; mixtures of experts stored apart reach about 50,000.
    static let tensorCount = 1 << 16

    /// The reference reader keeps tensor names in 64 bytes including the closing zero.
    static let tensorNameByteCount = 63

    /// The GGUF specification's limit.
    static let dimensionCount = 4

    /// Files use 32; 64 KiB would be a large memory page, more is an attack on the padding.
    static let alignment = 1 << 16

    /// Four times the largest published vocabulary (about 256,000).
    ///
    /// A token takes about 100 bytes in memory while the file is read, and may take 17 in it.
    static let vocabularyCount = 1 << 20

    /// Merges number at most about twice the vocabulary: 515,000 in the largest in use.
    static let mergeCount = 1 << 20

    /// The deepest published decoder has 126 layers.
    static let layerCount = 512

    /// Bounds width, heads and neurons of one layer so that their products fit easily.
    static let dimension = 1 << 20

    /// The longest published context is 10 million tokens.
    static let contextLength = 1 << 24

    /// Some 350 bytes for each of the tensors that there is room for.
    ///
    /// The reference implementation reads 100 MB; here JSON takes four times its length in memory.
    static let safetensorsHeaderByteCount = 12 << 20

    /// config.json and its like have a few kilobytes.
    static let configurationByteCount = 4 << 20

    /// A shard index names each tensor once: about 100 bytes for each of `tensorCount`.
    static let indexByteCount = 12 << 20

    /// Tokenizer files in use reach 40 MB.
    static let tokenizerByteCount = 256 << 20

    /// The largest published checkpoint has below 200 shards.
    static let shardCount = 1_024

    /// Hashing reads the mapping in pieces of this size, so that pages can be dropped in between.
    static let digestChunkByteCount = 4 << 20

    /// A name from a file is shown in messages only this far.
    static let quotedCharacterCount = 80

    /// Bounds for the header of a safetensors file: flat, one object of objects of arrays.
    ///
    /// A tensor is about nine values, so there is room for 36,000 in one file. A value takes up to
    /// 100 bytes in memory and may take two in the file, which is why there is a bound.
    static let safetensorsHeader = JSONLimits(
        maximumByteCount: safetensorsHeaderByteCount, maximumDepth: 8,
        maximumValueCount: 5 * tensorCount)

    /// Bounds for config.json, generation_config.json and the shard index.
    static let configuration = JSONLimits(
        maximumByteCount: indexByteCount, maximumDepth: 32, maximumValueCount: 2 * tensorCount)

    /// The largest rank of an adapter: half the width of the smallest published models; beyond it
    /// a merged model is smaller.
    static let adapterRank = 256

    /// adapter_config.json has about a kilobyte.
    static let adapterConfigurationBytes = 1 << 20

    /// Bounds for adapter_config.json: lists of modules, and objects that name them.
    static let adapterConfiguration = JSONLimits(
        maximumByteCount: adapterConfigurationBytes, maximumDepth: 8, maximumValueCount: 1 << 16)
}
