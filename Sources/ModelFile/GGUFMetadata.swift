public import Tokenizer

/// A metadata value to be written to a GGUF file.
public enum GGUFMetadata: Sendable, Equatable {
    /// A count or an id.
    case uint32(UInt32)
    /// A constant of the model.
    case float32(Float)
    /// A setting that is on or off.
    case bool(Bool)
    /// A name.
    case text(String)
    /// Strings that need not be text, such as tokens.
    case strings(PieceTable)
    /// Numbers such as scores.
    case floats([Float])
    /// Numbers such as token types.
    case int32s([Int32])
}

extension ModelConfiguration {
    /// The keys by which a GGUF file states this configuration.
    ///
    /// - Precondition: the block is the Llama family's, its rotary frequencies the plain ones.
    public var ggufMetadata: [(key: String, value: GGUFMetadata)] {
        precondition(rotaryScaling == .none, "scaled rotary frequencies are not written")
        precondition(
            block == BlockStyle() && window == nil, "only blocks of the Llama family are written")
        func key(_ name: String) -> String { "\(architecture).\(name)" }
        return [
            (GGUFContainer.architectureKey, .text(architecture)),
            (key("block_count"), .uint32(UInt32(layerCount))),
            (key("context_length"), .uint32(UInt32(contextLength))),
            (key("embedding_length"), .uint32(UInt32(width))),
            (key("feed_forward_length"), .uint32(UInt32(neuronCount))),
            (key("attention.head_count"), .uint32(UInt32(headCount))),
            (key("attention.head_count_kv"), .uint32(UInt32(keyValueHeadCount))),
            (key("attention.key_length"), .uint32(UInt32(headDimension))),
            (key("attention.value_length"), .uint32(UInt32(headDimension))),
            (key("attention.layer_norm_rms_epsilon"), .float32(normEpsilon)),
            (key("rope.dimension_count"), .uint32(UInt32(rotaryDimension))),
            (key("rope.freq_base"), .float32(Float(rotaryBase))),
            (key("vocab_size"), .uint32(UInt32(vocabularyCount))),
        ]
    }

    /// The tensors of a GGUF file of this configuration, in the usual order.
    ///
    /// - Parameter matrices: How matrices are stored; vectors are single precision.
    public func ggufTensors(matrices: TensorEncoding) -> [GGUFWriter.Tensor] {
        TensorRole.all(in: self).map { role in
            let shape = role.shape(in: self)
            return GGUFWriter.Tensor(
                name: role.ggufName, shape: shape, encoding: shape.count == 1 ? .f32 : matrices)
        }
    }
}

extension GGUFVocabulary {
    /// The keys by which a GGUF file states this vocabulary; what is nil is left out.
    public var ggufMetadata: [(key: String, value: GGUFMetadata)] {
        let values: [(String, GGUFMetadata?)] = [
            ("model", .text(model)), ("pre", preTokenizer.map { .text($0) }),
            ("tokens", .strings(tokens)), ("scores", scores.map { .floats($0) }),
            ("token_type", types.map { .int32s($0) }), ("merges", merges.map { .strings($0) }),
            ("bos_token_id", bosID.map { .uint32(UInt32($0)) }),
            ("eos_token_id", eosID.map { .uint32(UInt32($0)) }),
            ("unknown_token_id", unknownID.map { .uint32(UInt32($0)) }),
            ("padding_token_id", padID.map { .uint32(UInt32($0)) }),
            ("add_bos_token", addsBOS.map { .bool($0) }),
            ("add_eos_token", addsEOS.map { .bool($0) }),
            ("add_space_prefix", addsSpacePrefix.map { .bool($0) }),
            ("remove_extra_whitespaces", removesExtraWhitespace.map { .bool($0) }),
        ]
        return values.compactMap { name, value in value.map { ("tokenizer.ggml.\(name)", $0) } }
    }
}
