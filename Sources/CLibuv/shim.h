// libuv for Swift, and the few calls that its importer cannot spell.
#ifndef NEUROND_CLIBUV_SHIM_H
#define NEUROND_CLIBUV_SHIM_H

#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
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

// Closes every descriptor from this one on; Linux before 5.9 closes none.
static inline void neurond_close_descriptors_from(unsigned int first) {
#ifdef SYS_close_range
    (void)syscall(SYS_close_range, first, ~0U, 0U);
#else
    (void)first;
#endif
}

// Has the kernel send this process a signal when the thread that started it ends.
static inline int neurond_signal_at_end_of_parent(int signal) {
    return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0);
}

// Sends one message, and a copy of a descriptor with it unless that is negative. As `sendmsg`; the
// macros for what travels beside the bytes have no Swift spelling.
static inline ssize_t neurond_send_message(int socket, const void *bytes, size_t count,
                                           int descriptor) {
    _Alignas(struct cmsghdr) char beside[CMSG_SPACE(sizeof(int))];
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        memset(beside, 0, sizeof(beside));
        message.msg_control = beside;
        message.msg_controllen = sizeof(beside);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof(descriptor));
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

// Receives one message, and the descriptor that came with it or -1. As `recvmsg`; of a message
// that is longer than the capacity the rest is lost, and the result is its whole length.
static inline ssize_t neurond_receive_message(int socket, void *bytes, size_t capacity,
                                              int *descriptor) {
    // No room for a second descriptor: the kernel closes what does not fit.
    _Alignas(struct cmsghdr) char beside[CMSG_LEN(sizeof(int))];
    struct iovec part = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    message.msg_control = beside;
    message.msg_controllen = sizeof(beside);
    *descriptor = -1;
    ssize_t count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_TRUNC);
    struct cmsghdr *header = count < 0 ? NULL : CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        memcpy(descriptor, CMSG_DATA(header), sizeof(*descriptor));
    }
    return count;
}

#endif
