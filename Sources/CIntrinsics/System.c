#define _GNU_SOURCE
#include "System.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int system_memory_file(const char *name) {
    return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

int system_seal(int descriptor) {
    return fcntl(
        descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
}

int system_is_write_sealed(int descriptor) {
    int seals = fcntl(descriptor, F_GET_SEALS);
    return seals < 0 ? -1 : (seals & F_SEAL_WRITE) != 0;
}

int system_futex_wait(void *word, uint32_t expected) {
    return (int)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, 0, 0, 0);
}

int system_futex_wake(void *word, int32_t waiters) {
    return (int)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, waiters, 0, 0, 0);
}

int system_pin_thread(int32_t index) {
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return -1;
    int wanted = index % CPU_COUNT(&allowed);
    for (int processor = 0; processor < CPU_SETSIZE; processor++) {
        if (!CPU_ISSET(processor, &allowed) || wanted-- > 0) continue;
        CPU_ZERO(&one);
        CPU_SET(processor, &one);
        errno = pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
        return errno == 0 ? 0 : -1;
    }
    return -1;
}
