#define _GNU_SOURCE
#include "System.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

int system_futex_wait(void *word, uint32_t expected) {
    return (int)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, 0, 0, 0);
}

int system_futex_wake(void *word, int32_t waiters) {
    return (int)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, waiters, 0, 0, 0);
}

void system_name_thread(const char *name) {
    (void)pthread_setname_np(pthread_self(), name);
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
