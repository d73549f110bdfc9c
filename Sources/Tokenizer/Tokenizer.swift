// Tokenizer: text to token ids and back.
//
// Three families are implemented: byte pair encoding over SentencePiece-like characters with byte
// fallback (Llama 2, Mistral, stories), byte-level byte pair encoding (GPT-2, Llama 3, Qwen2), and
// unigram models. They are read from GGUF metadata, from Hugging Face's tokenizer.json, the first
// and the last from SentencePiece's tokenizer.model, and the second from vocab.json and merges.txt.
//
// The way of a text: added tokens are cut out of it, what lies between is normalized, cut into
// pieces by the pre-tokenizer, and each piece is merged on its own. The way back: each id has the
// bytes it stands for; these are joined, trimmed, and read as UTF-8.
//
// The module does no I/O, knows no model file format beyond the metadata handed to it
// (`GGUFVocabulary`, and JSON bytes, which `StrictJSON` reads), and must never know what an engine
// or a daemon is. Vocabulary files are hostile until proven otherwise: `TokenizerSpecification`
// checks everything, and a component that is not implemented is refused by name, never skipped.
//
// Read first:
//   `TokenizerSpecification`   plain data: everything that decides how a text is tokenized
//   `TextTokenizer`            the lookup tables built from it, `encode` and `decode`
//   `MergeQueue`               byte pair merging in n log n, the heart of two families
//
// Tokens are compared as bytes throughout. Swift's `String ==` is canonical equivalence, under
// which two different tokens can be equal.
