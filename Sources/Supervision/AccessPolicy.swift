/// What somebody may ask of a daemon; each role includes those before it.
public enum Role: String, Sendable, CaseIterable, Comparable {
    /// Look: capabilities, status, tokens, prices, lists.
    case read
    /// Have the model compute, and store objects of one's own.
    case run
    /// Drain the daemon, and see and end what is others'.
    case admin

    /// Whether a role includes less than another.
    public static func < (one: Role, other: Role) -> Bool { one.rank < other.rank }

    private var rank: Int {
        switch self {
        case .read: 0
        case .run: 1
        case .admin: 2
        }
    }
}

/// Who is let in from this machine, and with which role.
///
/// Users and groups are those of the peer's credentials, recorded by the kernel when it connected.
/// Holders of tokens have the role that stands beside the token, and are no business of this type.
public struct AccessPolicy: Sendable, Equatable {
    /// Roles by user and by group.
    public struct Assignment: Sendable, Equatable {
        /// Users with the role, whatever their groups have.
        public var users: Set<UInt32>
        /// Groups whose members have at least the role.
        public var groups: Set<UInt32>

        /// An assignment to these.
        public init(users: Set<UInt32> = [], groups: Set<UInt32> = []) {
            self.users = users
            self.groups = groups
        }
    }

    /// Users who are let in; with ``allowedGroups`` empty too, everybody who can open the socket.
    public var allowedUsers: Set<UInt32> = []
    /// Groups whose members are let in.
    public var allowedGroups: Set<UInt32> = []
    /// The role of whom nothing else names.
    public var defaultRole = Role.run
    /// Who has which role instead; no empty entries.
    private var assignments: [Role: Assignment] = [:]
    /// Users who are always let in and always administrators: root and the daemon's own.
    public var owners: Set<UInt32>

    /// Everybody who can open the socket may run; owners may do everything.
    public init(owners: Set<UInt32> = [0]) {
        self.owners = owners
    }

    /// Who has a role instead of the default one.
    public subscript(role: Role) -> Assignment {
        get { assignments[role] ?? Assignment() }
        set { assignments[role] = newValue == Assignment() ? nil : newValue }
    }

    /// The role of a user of this machine; nil who is not let in.
    ///
    /// A list that names the user is stronger than one that names a group, whichever role it
    /// gives; among groups the highest role counts.
    ///
    /// - Parameters:
    ///   - user: the peer's effective user id.
    ///   - groups: its effective group id and its supplementary groups.
    public func role(ofUser user: UInt32, groups: Set<UInt32>) -> Role? {
        if owners.contains(user) { return .admin }
        guard isAllowed(user, groups) else { return nil }
        let named = Role.allCases.last { self[$0].users.contains(user) }
        let inherited = Role.allCases.last { !self[$0].groups.isDisjoint(with: groups) }
        return named ?? inherited ?? defaultRole
    }

    private func isAllowed(_ user: UInt32, _ groups: Set<UInt32>) -> Bool {
        if allowedUsers.isEmpty && allowedGroups.isEmpty { return true }
        return allowedUsers.contains(user) || !allowedGroups.isDisjoint(with: groups)
    }
}
