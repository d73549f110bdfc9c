import CLibuv

/// Who is at the other end of a unix socket, as the kernel recorded it when they connected.
public struct PeerCredentials: Sendable, Equatable {
    /// The effective user id.
    public let userIdentifier: UInt32
    /// The effective group id.
    public let groupIdentifier: UInt32
    /// The supplementary groups that the process had when it connected.
    public let supplementaryGroups: [UInt32]
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
        supplementaryGroups = Self.groups(of: descriptor)
        processIdentifier = raw.pid
    }

    /// All groups of the peer.
    public var groups: Set<UInt32> { Set(supplementaryGroups + [groupIdentifier]) }

    private static func groups(of descriptor: Int32) -> [UInt32] {
        // More than a process can have makes the kernel say so; then none count.
        var groups = [UInt32](repeating: 0, count: Limits.groupCount)
        let count = neurond_get_peer_groups(descriptor, &groups, UInt32(groups.count))
        return Array(groups.prefix(Int(max(0, count))))
    }
}
