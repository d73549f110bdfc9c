import CLibuv

/// Who is at the other end of a unix socket, as the kernel recorded it when they connected.
public struct PeerCredentials: Sendable, Equatable {
    /// The effective user id.
    public let userIdentifier: UInt32
    /// The effective group id.
    public let groupIdentifier: UInt32
    /// The process id, which may have been reused since.
    public let processIdentifier: Int32

    /// Reads the credentials of a socket's peer; nil for a socket that has none, such as TCP.
    init?(descriptor: Int32) {
        var raw = neurond_peer_credentials()
        guard neurond_get_peer_credentials(descriptor, &raw) == 0 else { return nil }
        // An unconnected or foreign socket answers with pid 0 and uid -1.
        guard raw.pid != 0 else { return nil }
        userIdentifier = raw.uid
        groupIdentifier = raw.gid
        processIdentifier = raw.pid
    }
}
