// System calls that Swift's Glibc module does not import: variadic ones and macro constants.
// Each returns -1 and sets errno on failure, like the call it wraps.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// A new memory file that accepts seals and is closed on exec.
int system_memory_file(const char *name);

// Forbids shrinking, growing, writing and further seals; needs that no writable mapping is left.
int system_seal(int descriptor);

// The seals of a memory file, or -1.
int system_is_write_sealed(int descriptor);

// Sleeps while *word is still `expected`; wakes spuriously at times.
int system_futex_wait(void *word, uint32_t expected);

int system_futex_wake(void *word, int32_t waiters);

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
