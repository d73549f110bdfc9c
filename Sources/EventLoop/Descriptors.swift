import CLibuv
import Glibc

/// Makes two connected unix stream sockets, both closed on exec.
///
/// Give one to ``ByteStream/init(_:adopting:)`` and the other to a ``ChildProcess``, and close
/// the child's end with ``closeDescriptor(_:)`` once the child has it.
///
/// - Throws: ``LoopError/system(operation:subject:code:)`` when descriptors run out.
public func makeSocketPair() throws(LoopError) -> (Int32, Int32) {
    try makePair(SOCK_STREAM)
}

/// Two connected ends that keep messages apart, for two processes.
///
/// - Throws: ``LoopError/system(operation:subject:code:)`` when descriptors run out.
public func makeMessageSocketPair() throws(LoopError) -> (Int32, Int32) {
    try makePair(SOCK_SEQPACKET)
}

private func makePair(_ type: __socket_type) throws(LoopError) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
        throw .system(operation: "make", subject: "a socket pair", code: -errno)
    }
    return (ends[0], ends[1])
}

/// Closes a descriptor that nothing else owns.
///
/// - Parameter descriptor: an open descriptor; closing it twice may hit a stranger.
public func closeDescriptor(_ descriptor: Int32) {
    // EINTR still closes on Linux; every other failure but EBADF is about data not yet written.
    let status = close(descriptor)
    precondition(status == 0 || errno != EBADF, "a descriptor was closed twice")
}

/// Closes every descriptor from one on, for a process that was started and knows what it needs.
public func closeDescriptors(from first: Int32) {
    neurond_close_descriptors_from(UInt32(first))
}
