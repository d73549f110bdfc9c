// HostileFiles: model files that a loader must refuse, each with what the refusal must say.
//
// What it is: tables of cases by container (GGUF, safetensors, directories, split models), in the
// order of the classes that advisories and issue threads about readers of such files tell of, and
// the small writers that build the files. Among them are files that look odd and are sound: those
// must be read.
//
// What it must never know: how the reader works. `HostileFileTests` runs every case inside the
// tests; `neurond-hostile` writes them to disk and opens each in a process of its own, which is
// how `Ops/hostile` looks for over-reads and measures memory.
//
// Read first: `HostileCase`, then the table of one container.
