public import Settings
import Supervision

extension DaemonConfiguration {
    /// Every key with its value in TOML's spelling, in the order of the documentation.
    public var values: [(path: String, value: SettingValue)] {
        var values = Keys.all.map { ($0.path, $0.get(self)) }
        let section = Keys.quotaSection
        func add(_ name: String, _ quota: Quota) {
            values += Keys.quota.map { ("\(section).\(name).\($0.path)", $0.get(quota)) }
        }
        add(Keys.generalQuota, quotas.general)
        for (name, quota) in quotas.named.sorted(by: { $0.key < $1.key }) {
            add("\"\(name)\"", quota)
        }
        return values
    }

    /// Keys whose values differ and that only a new start can change.
    public func restartKeys(comparedTo other: DaemonConfiguration) -> [String] {
        Keys.all.filter { !$0.isLive && $0.get(self) != $0.get(other) }.map(\.path)
    }
}
