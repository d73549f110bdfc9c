// ModelFile: from a path to checked, readable weights.
//
// What it is: readers of GGUF files, safetensors files and Hugging Face model directories, and a
// writer of safetensors. A file is memory-mapped, its tables are checked whole before anything is
// believed, and tensors are then read row by row as 32-bit floats (or as int8 groups, without
// loss, where the file holds them so).
//
// The rules every file here keeps:
// - A model file is hostile until proven otherwise. Each count, offset, length and shape goes
//   through `CheckedSize` and is compared with the file's size before it is used or allocated.
// - A file is refused with its name, the field and the reason, never half-accepted: a tensor,
//   key or setting that would change the answers and is not served is an error, not a warning.
// - JSON is read and written by `StrictJSON`, within the bounds of `Limits`.
// - Pointers stay inside `FileBytes` and the row decoders.
//
// What it must never know: kernels and their packed layouts, sequences, hooks, sockets. It does
// not keep what it decodes; the engine packs rows into its own arena.
//
// Read first: `ModelSource` (what the engine sees), `GGUFContainer` (the stricter of the two
// parsers), `TensorReader` (how a row comes out), `Families/ModelFamily.swift` (what families say
// of themselves).
