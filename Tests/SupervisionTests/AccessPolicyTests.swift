import Supervision
import Testing

@Suite("Access policy")
struct AccessPolicyTests {
    private func policy(_ change: (inout AccessPolicy) -> Void) -> AccessPolicy {
        var policy = AccessPolicy(owners: [0, 900])
        change(&policy)
        return policy
    }

    @Test func `roles include those before them`() {
        #expect(Role.read < .run && .run < .admin && !(Role.admin < .read))
        #expect(Role.allCases == Role.allCases.sorted())
    }

    @Test func `without lists everybody may run, and owners everything`() {
        let policy = policy { _ in }
        #expect(policy.role(ofUser: 1000, groups: [1000]) == .run)
        #expect(policy.role(ofUser: 0, groups: [0]) == .admin)
        #expect(policy.role(ofUser: 900, groups: []) == .admin)
    }

    @Test func `a list of users or of groups shuts everybody else out, but no owner`() {
        let policy = policy {
            $0.allowedUsers = [1000]
            $0.allowedGroups = [50]
        }
        #expect(policy.role(ofUser: 1000, groups: [1000]) == .run)
        #expect(policy.role(ofUser: 1001, groups: [1001, 50]) == .run)
        #expect(policy.role(ofUser: 1001, groups: [1001]) == nil)
        #expect(policy.role(ofUser: 900, groups: [900]) == .admin)
    }

    @Test func `a user's own role is stronger than a group's, the highest group's counts`() {
        let policy = policy {
            $0.defaultRole = .read
            $0[.admin] = .init(users: [1], groups: [10])
            $0[.run] = .init(users: [2], groups: [20])
            $0[.read] = .init(users: [3])
        }
        #expect(policy.role(ofUser: 1, groups: []) == .admin)
        #expect(policy.role(ofUser: 2, groups: [10]) == .run)
        #expect(policy.role(ofUser: 3, groups: [10]) == .read)
        #expect(policy.role(ofUser: 4, groups: [10, 20]) == .admin)
        #expect(policy.role(ofUser: 4, groups: [20]) == .run)
        #expect(policy.role(ofUser: 4, groups: [30]) == .read)
    }

    @Test func `a role does not let anybody in`() {
        let policy = policy {
            $0.allowedUsers = [1]
            $0[.admin] = .init(users: [2])
        }
        #expect(policy.role(ofUser: 2, groups: []) == nil)
    }
}
