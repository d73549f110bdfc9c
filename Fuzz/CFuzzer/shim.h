// The one function of libFuzzer that a program with a main of its own calls. The library comes
// with the toolchain and is linked by -sanitize=fuzzer.
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(
    int *argc, char ***argv, int (*test_one_input)(const uint8_t *data, size_t size));
