import EventLoop
import Hooks
import Settings
import Supervision

/// What was said about one key on the command line.
public struct ConfigurationOption: Sendable {
    let path: String
    let name: String
    let texts: [String]

    /// An option as it was given.
    ///
    /// - Parameters:
    ///   - path: the key that it stands for.
    ///   - name: the option, for messages.
    ///   - texts: its values; none when it was not given.
    public init(_ path: String, _ name: String, _ texts: [String]) {
        self.path = path
        self.name = name
        self.texts = texts
    }
}

/// Everything that says something about a configuration: options beat variables beat the file.
public struct ConfigurationSources: Sendable {
    /// The file, if there is one.
    public var file: ConfigurationFile?
    /// The environment; a variable that is empty counts as not set.
    public var variables: [String: String]
    /// The command line.
    public var options: [ConfigurationOption]
    /// Who is who on this machine.
    public var accounts = Accounts.system

    /// Sources in the order of their strength, weakest first.
    public init(
        file: ConfigurationFile?, variables: [String: String] = [:],
        options: [ConfigurationOption] = []
    ) {
        self.file = file
        self.variables = variables
        self.options = options
    }

    /// The values that hold.
    ///
    /// - Throws: ``ConfigurationProblems`` with everything that is wrong.
    public func resolve() throws(ConfigurationProblems) -> DaemonConfiguration {
        var resolver = Resolver(file: file, accounts: accounts)
        for key in Keys.all {
            // The weakest first: a mistake is one even where something stronger is said.
            if let value = resolver.written[key.path] { resolver.set(key, value, at: nil) }
            if let text = variables[key.variable], !text.isEmpty {
                resolver.set(key, .word(text), at: key.variable)
            }
            let option = options.first { $0.path == key.path && !$0.texts.isEmpty }
            if let option { resolver.set(key, Self.value(of: option), at: option.name) }
        }
        resolver.readQuotas()
        resolver.checkTogether()
        guard resolver.problems.isEmpty else { throw ConfigurationProblems(resolver.problems) }
        return resolver.result
    }

    private static func value(of option: ConfigurationOption) -> SettingValue {
        option.texts.count == 1
            ? .word(option.texts[0]) : .list(option.texts.map { .word($0) })
    }
}

/// One pass over the sources.
private struct Resolver {
    let file: ConfigurationFile?
    let accounts: Accounts
    var result = DaemonConfiguration()
    var problems: [ConfigurationProblem] = []
    /// The file's values by path, quotas apart.
    private(set) var written: [String: SettingValue] = [:]

    init(file: ConfigurationFile?, accounts: Accounts) {
        self.file = file
        self.accounts = accounts
        collect(file?.members ?? [:], below: "")
    }

    /// The file, where there is one to blame.
    private var origin: ConfigurationProblem.Origin {
        file.map { .file($0.path) } ?? .usage
    }

    // MARK: Keys

    private mutating func collect(_ table: [String: SettingValue], below prefix: String) {
        for (name, value) in table.sorted(by: { $0.key < $1.key }) {
            let path = prefix + name
            if path == Keys.quotaSection { continue }
            if Keys.all.contains(where: { $0.path == path }) {
                written[path] = value
            } else if prefix.isEmpty, Keys.sections.contains(name) {
                guard case .table(let members) = value else {
                    report(path, "is \(value); accepted: a section [\(name)]")
                    continue
                }
                collect(members, below: "\(name).")
            } else {
                reportUnknown(path, among: Keys.all.map(\.path) + [Keys.quotaSection])
            }
        }
    }

    /// Takes a value; `place` is nil for one of the file.
    mutating func set(_ key: Key<DaemonConfiguration>, _ value: SettingValue, at place: String?) {
        guard !key.set(value, &result, accounts) else { return }
        problems.append(
            ConfigurationProblem(
                place == nil ? origin : .usage, place ?? key.path, refused: value,
                accepted: key.accepted))
    }

    private mutating func report(_ place: String, _ message: String) {
        problems.append(ConfigurationProblem(origin, place, message))
    }

    private mutating func reportUnknown(_ path: String, among candidates: [String]) {
        let advice = Suggestion.nearest(to: path, in: candidates).map { "; nearest: \($0)" } ?? ""
        report(path, "is no key\(advice)")
    }

    // MARK: Quotas

    mutating func readQuotas() {
        guard let section = file?.members[Keys.quotaSection] else { return }
        guard case .table(let tables) = section else {
            return report(Keys.quotaSection, "is \(section); accepted: tables [quota.NAME]")
        }
        let general = Keys.generalQuota
        if let value = tables[general] {
            result.quotas.general = quota(value, named: general, from: Quota())
        }
        for (name, value) in tables.sorted(by: { $0.key < $1.key }) where name != general {
            guard let canonical = canonicalName(name) else {
                report(
                    "\(Keys.quotaSection).\"\(name)\"",
                    "names nobody; accepted: default, \"uid:NUMBER\", \"uid:USER\", \"token:NAME\"")
                continue
            }
            result.quotas.named[canonical] = quota(
                value, named: "\"\(name)\"", from: result.quotas.general)
        }
    }

    /// `uid:1000` for a user by name or number, `token:NAME` as it is.
    private func canonicalName(_ name: String) -> String? {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else { return nil }
        switch parts[0] {
        case "uid":
            return Kind.user.read(.word(String(parts[1])), accounts).map { "uid:\($0)" }
        case "token": return name
        default: return nil
        }
    }

    /// A quota; what it does not say is as in `base`.
    private mutating func quota(
        _ value: SettingValue, named name: String, from base: Quota
    ) -> Quota {
        let path = "\(Keys.quotaSection).\(name)"
        var quota = base
        guard case .table(let members) = value else {
            report(path, "is \(value); accepted: a table")
            return quota
        }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard let key = Keys.quota.first(where: { $0.path == name }) else {
                reportUnknown("\(path).\(name)", among: Keys.quota.map { "\(path).\($0.path)" })
                continue
            }
            guard !key.set(value, &quota, accounts) else { continue }
            problems.append(
                ConfigurationProblem(
                    origin, "\(path).\(name)", refused: value, accepted: key.accepted))
        }
        return quota
    }

    // MARK: What must fit together

    mutating func checkTogether() {
        let tcp = result.listen.filter(\.isTCP)
        if let address = tcp.first, result.tokensFile.isEmpty {
            report(
                "listen",
                "has \(address), and there are no tokens; accepted: TCP with tokens.file, or "
                    + "unix:PATH")
        }
        for (index, role) in Role.allCases.enumerated() {
            for other in Role.allCases[(index + 1)...] {
                let both = result.access[role].users.intersection(result.access[other].users)
                guard let user = both.min() else { continue }
                report(
                    "roles.\(role)_users", "and roles.\(other)_users both name user \(user)")
            }
        }
    }
}
