// KernelsPortable: the kernels compiled for the oldest processor this package builds for.
//
// The kernel sources of this folder are also members of the other instruction-set modules, by
// symbolic link; each module compiles them, and the C shims they call, for its own instructions.
// The module must never know files, models or threads: it gets pointers and counts and returns.
//
// Rules that every kernel keeps:
// - a row's result is one chain of operations in one order, whatever tile computes it;
// - functions that share code sit in one file: a call across files is a call in the inner loop;
// - nothing generic, and no conversion that the standard library keeps out of line.
//
// Read first: `KernelTable+Make.swift`, `QuantizedProduct.swift`, `Attention.swift`.
