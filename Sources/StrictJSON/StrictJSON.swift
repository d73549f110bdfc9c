// StrictJSON: JSON as RFC 8259 has it, and nothing more lenient.
//
// What it is. One value type, one reader, one error and one printer for every JSON text of the
// project: hook plans, neuron sets, tokenizer files, model configurations, safetensors headers.
// Beside it stand the byte helpers that a reader needs and others use: hex digits and the check
// for UTF-8.
//
// Why not Foundation's. Its readers turn numbers into doubles (seeds are 64-bit integers, factors
// 32-bit floats), compare keys by canonical equivalence (two tokens of a vocabulary may be
// equivalent), and accept a key twice (two readers then disagree about one file).
//
// What it must never know: what a text is about, where it came from, files, clocks, Foundation.
// Its limits are the caller's; it has none of its own.
//
// Read first:
//   `JSONValue`    what a text says: exact numbers, byte-exact strings, members in their order
//   `JSONReader`   how bytes become a value, with bounds on size, depth and population
//   `JSONError`    why a text is refused, and at which byte, line and column
