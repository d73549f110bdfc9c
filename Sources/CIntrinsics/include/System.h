// System calls that Swift's Glibc module does not import: variadic ones and macro constants.
// Each returns -1 and sets errno on failure, like the call it wraps.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Sleeps while *word is still `expected`; wakes spuriously at times.
int system_futex_wait(void *word, uint32_t expected);

int system_futex_wake(void *word, int32_t waiters);

// Names the calling thread for debuggers and `top`; more than 15 bytes are not taken.
void system_name_thread(const char *name);

// Confines the calling thread to the index-th processor it is allowed (modulo their number).
int system_pin_thread(int32_t index);

// Tells the processor that this thread spins.
static inline void system_spin_hint(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#pragma clang assume_nonnull end
