// libuv for Swift, and the few calls that its importer cannot spell.
#ifndef NEUROND_CLIBUV_SHIM_H
#define NEUROND_CLIBUV_SHIM_H

#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <uv.h>

// 1.44 is what the oldest supported distribution ships; nothing newer may be used.
#if UV_VERSION_HEX < ((1 << 16) | (44 << 8))
#error "neurond needs libuv 1.44 or newer (apt: libuv1-dev)"
#endif

// `struct ucred` hides behind _GNU_SOURCE; defining that here would make this module see other
// variants of system types than Swift's own C library module does.
struct neurond_peer_credentials {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

// Returns 0, or -1 where the socket carries no credentials (TCP).
static inline int neurond_get_peer_credentials(int descriptor,
                                               struct neurond_peer_credentials *result) {
    socklen_t length = sizeof(*result);
    // The layout of `struct ucred` is kernel ABI: pid, uid, gid, each 32 bits.
    int status = getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, result, &length);
    return (status == 0 && length == sizeof(*result)) ? 0 : -1;
}

// SO_PEERGROUPS, which older headers lack; the number is kernel ABI.
#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

// Returns how many supplementary groups the peer had when it connected, or -1 where the socket
// carries none or they do not fit.
static inline int neurond_get_peer_groups(int descriptor, uint32_t *groups, uint32_t capacity) {
    socklen_t length = capacity * sizeof(*groups);
    int status = getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups, &length);
    return status == 0 ? (int)(length / sizeof(*groups)) : -1;
}

// Names the calling thread; `prctl` is variadic and `pthread_setname_np` needs _GNU_SOURCE.
static inline void neurond_set_thread_name(const char *name) {
    (void)prctl(PR_SET_NAME, name, 0, 0, 0);
}

#endif
