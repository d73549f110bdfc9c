#include "Processor.h"

enum { SAVED_AVX = 0x06, SAVED_AVX512 = 0xe6 };

bool processor_state_saved(unsigned long long control, bool wide) {
    unsigned long long needed = wide ? SAVED_AVX512 : SAVED_AVX;
    return (control & needed) == needed;
}

#if defined(__x86_64__)
#include <cpuid.h>

// XCR0, or zero when the operating system does not use XSAVE (then XGETBV would trap).
static unsigned long long saved_state(void) {
    unsigned eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & bit_OSXSAVE)) return 0;
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (unsigned long long)high << 32 | low;
}

bool processor_runs_avx2(void) {
    __builtin_cpu_init();
    return processor_state_saved(saved_state(), false) && __builtin_cpu_supports("avx2")
        && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c")
        && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")
        && __builtin_cpu_supports("lzcnt") && __builtin_cpu_supports("movbe");
}

bool processor_runs_avx512_vnni(void) {
    return processor_runs_avx2() && processor_state_saved(saved_state(), true)
        && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
}
#else
bool processor_runs_avx2(void) { return false; }
bool processor_runs_avx512_vnni(void) { return false; }
#endif
