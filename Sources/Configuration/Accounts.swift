import EventLoop

/// Names of users and groups, which configurations may use in place of numbers.
public struct Accounts: Sendable {
    /// The number of a user; nil where there is none of this name.
    public var user: @Sendable (_ name: String) -> UInt32?
    /// The number of a group.
    public var group: @Sendable (_ name: String) -> UInt32?

    /// Accounts that these closures know.
    public init(
        user: @escaping @Sendable (String) -> UInt32?,
        group: @escaping @Sendable (String) -> UInt32?
    ) {
        self.user = user
        self.group = group
    }

    /// Those of this machine.
    public static let system = Accounts(
        user: { SystemAccounts.user(named: $0) }, group: { SystemAccounts.group(named: $0) })
}
