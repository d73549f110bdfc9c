// Which instruction sets this processor has and this operating system saves on a context switch.
#pragma once

#include <stdbool.h>

// AVX2, FMA, F16C, and the rest of x86-64-v3.
bool processor_runs_avx2(void);

// AVX-512 F, BW, CD, DQ, VL (x86-64-v4) and VNNI.
bool processor_runs_avx512_vnni(void);

// The rule both probes apply to control register XCR0: bits 1-2 for AVX, bits 5-7 besides for
// AVX-512. Apart so that a test can feed it registers this machine does not have.
bool processor_state_saved(unsigned long long control, bool wide);
