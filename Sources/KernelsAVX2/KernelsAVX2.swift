// KernelsAVX2: the kernels compiled for x86-64-v3 (AVX2, FMA, F16C).
//
// All sources but this one are symbolic links into KernelsPortable, which states their rules.
// The module must never be entered before the processor probe has found these instructions.
//
// Read first: what KernelsPortable names.
