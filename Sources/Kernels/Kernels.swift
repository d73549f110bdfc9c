// Kernels: the arithmetic of a forward pass behind safe Swift types.
//
// The module owns the memory that arithmetic reads and writes (packed weights, scratch rows, keys
// and values) and the threads it runs on, and picks one instruction set at run time. It must never
// know what a model, a token, a hook or a file format is. Pointers stay inside: a public entry
// checks every shape, then calls a kernel that checks nothing.
//
// Threads. Scratch rows, prepared rows, weights under construction and key-value blocks may be
// used from many threads at once as long as no element is written by one thread while another
// reads or writes it. Who writes what is the caller's plan; `ComputePool.run` orders everything
// that a run wrote before everything that follows it.
//
// Bits. A row's result depends on its own inputs only: not on the rows beside it, the range of
// panels, the tile or the thread. Paths differ from one another in rounding, never within one.
//
// NaN. Arithmetic carries NaN. An int8 row that holds an infinity or a NaN gives NaN in every
// output, for its group's scale becomes NaN. Nothing traps on a value.
//
// Read first: `KernelSet`, `PackedMatrix`, `RowBuffer`.
