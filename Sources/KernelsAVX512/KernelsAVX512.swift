// KernelsAVX512: the kernels compiled for x86-64-v4 with VNNI byte products.
//
// All sources but this one are symbolic links into KernelsPortable, which states their rules.
// The module must never be entered before the processor probe has found these instructions.
//
// Read first: what KernelsPortable names.
