import Tokenizer

/// A tokenizer in one of its forms, then a text in it.
///
/// The first byte chooses the form; two bytes say how long the text is, which comes next; what
/// remains is the specification. In the JSON form a byte 0xFF, which no UTF-8 has, parts
/// tokenizer.json from tokenizer_config.json.
func fuzzTokenizer(_ bytes: [UInt8]) {
    var input = FuzzBytes(bytes)
    let form = input.byte() % 4
    let text = String(decoding: input.take(input.word()), as: UTF8.self)
    let rest = input.takeAll()
    let specification: TokenizerSpecification?
    switch form {
    case 0:
        let parts = rest.split(separator: 0xFF, maxSplits: 1, omittingEmptySubsequences: false)
        specification = try? TokenizerSpecification(
            tokenizerJSON: Array(parts.first ?? []),
            configurationJSON: parts.count > 1 ? Array(parts[1]) : nil)
    case 1: specification = try? TokenizerSpecification(vocabulary(rest))
    case 2: specification = try? TokenizerSpecification(serialized: rest)
    default:
        specification = try? TokenizerSpecification(
            sentencePieceModel: rest, configurationJSON: nil)
    }
    if let specification { exercise(specification, text: text) }
}

/// A vocabulary in a form that is denser than a GGUF file's, so that the fuzzer finds its way.
private func vocabulary(_ bytes: [UInt8]) -> GGUFVocabulary {
    var input = FuzzBytes(bytes)
    let flags = input.byte()
    let preTokenizers: [String?] = [nil, "default", "gpt-2", "llama-bpe", "qwen2", "smollm"]
    let preTokenizer = preTokenizers[Int(input.byte()) % preTokenizers.count]
    let ids = (0..<4).map { _ in input.word() }.map { $0 == 0xFFFF ? nil : $0 }
    let tokens = strings(&input)
    let merges = strings(&input)
    return GGUFVocabulary(
        model: flags & 1 == 0 ? "llama" : "gpt2", preTokenizer: preTokenizer, tokens: tokens,
        scores: flags & 2 == 0 ? tokens.indices.map { -Float($0 % 17) } : nil,
        types: flags & 4 == 0 ? tokens.map { _ in Int32(input.byte()) } : nil,
        merges: flags & 8 == 0 ? merges : nil, bosID: ids[0], eosID: ids[1], unknownID: ids[2],
        padID: ids[3], addsBOS: flags & 16 == 0, addsEOS: flags & 32 == 0,
        addsSpacePrefix: flags & 64 == 0, removesExtraWhitespace: flags & 128 == 0)
}

private func strings(_ input: inout FuzzBytes) -> PieceTable {
    let count = input.word()
    var list = PieceTable()
    while list.count < count, !input.rest.isEmpty { list.append(input.take(Int(input.byte()))) }
    return list
}

/// Writes a specification and reads it back; turns a text into tokens, and those into text.
func exercise(_ specification: TokenizerSpecification, text: String) {
    let serialized = specification.serialized()
    precondition((try? TokenizerSpecification(serialized: serialized)) == specification)
    guard let tokenizer = try? TextTokenizer(specification) else { return }
    for special in [true, false] {
        let ids = tokenizer.encode(text, addSpecial: special, parseSpecial: special)
        precondition(ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularyCount })
        guard let whole = try? tokenizer.decode(ids) else {
            preconditionFailure("what was encoded decodes")
        }
        var decoder = TextTokenizer.StreamDecoder(tokenizer, after: nil)
        let parts = ids.map { decoder.append($0) }.joined() + decoder.finish()
        precondition(parts == whole, "a stream decodes to the same text")
    }
    for id in 0..<Int32(min(tokenizer.vocabularyCount, 300)) {
        _ = tokenizer.piece(id)
        _ = tokenizer.name(id)
        _ = tokenizer.isSpecial(id)
    }
}
