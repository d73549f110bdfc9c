import EventLoop
import Settings

extension Kind where Value == String {
    /// Any string.
    static func text(_ accepted: String) -> Kind {
        Kind(accepted: accepted, read: { raw, _ in raw.asText }, write: { .text($0) })
    }

    /// One of a few words.
    static func word(of words: [String]) -> Kind {
        Kind(
            accepted: words.joined(separator: ", "),
            read: { raw, _ in raw.asText.flatMap { words.contains($0) ? $0 : nil } },
            write: { .text($0) })
    }
}

extension Kind where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
    /// One of the cases' names.
    static var choice: Kind {
        Kind(
            accepted: Value.allCases.map(\.rawValue).joined(separator: ", "),
            read: { raw, _ in raw.asText.flatMap { Value(rawValue: $0) } },
            write: { .text($0.rawValue) })
    }
}

extension Kind where Value == Int {
    /// A number within a range.
    static func number(in range: ClosedRange<Int>) -> Kind {
        Kind(
            accepted: "a number from \(range.lowerBound) to \(range.upperBound)",
            read: { raw, _ in raw.asInteger.flatMap { range.contains($0) ? $0 : nil } },
            write: { .integer($0) })
    }
}

extension Kind where Value == Int? {
    /// A number within a range from 1, or 0 for what the machine suggests.
    static func automatic(upTo limit: Int) -> Kind {
        let kind = Kind<Int>.number(in: 0...limit)
        return Kind(
            accepted: "a number from 1 to \(limit), or 0: as the machine suggests",
            read: { raw, accounts in
                guard let number = kind.read(raw, accounts) else { return nil }
                return .some(number == 0 ? nil : number)
            },
            write: { .integer($0 ?? 0) })
    }
}

extension Kind where Value == Bool {
    /// `true` or `false`.
    static var flag: Kind {
        Kind(accepted: "true, false", read: { raw, _ in raw.asFlag }, write: { .flag($0) })
    }
}

extension Kind where Value == UInt16 {
    /// Permissions in octal digits, as a string: a number would be read as decimal.
    static var mode: Kind {
        Kind(
            accepted: "octal permissions in quotes, \"0600\" to \"0777\"",
            read: { raw, _ in
                guard let mode = raw.asText.flatMap({ UInt16($0, radix: 8) }) else { return nil }
                return (0o600...0o777).contains(mode) ? mode : nil
            },
            write: { .text("0" + String($0, radix: 8)) })
    }
}

extension Kind where Value == Address {
    /// Where something listens.
    static var address: Kind {
        Kind(
            accepted: "unix:PATH of at most 107 bytes, tcp:HOST:PORT, tcp:[IPV6]:PORT",
            read: { raw, _ in raw.asText.flatMap { try? Address(parsing: $0) } },
            write: { .text("\($0)") })
    }
}

extension Kind where Value == UInt32 {
    /// A user by name or number.
    static var user: Kind {
        account("a user's name or number") { $0.user($1) }
    }

    /// A group by name or number.
    static var group: Kind {
        account("a group's name or number") { $0.group($1) }
    }

    private static func account(
        _ accepted: String, _ find: @escaping @Sendable (Accounts, String) -> UInt32?
    ) -> Kind {
        Kind(
            accepted: "\(accepted) that this machine knows",
            read: { raw, accounts in
                if let number = raw.asInteger { return UInt32(exactly: number) }
                guard let name = raw.asText, !name.isEmpty else { return nil }
                return UInt32(name) ?? find(accounts, name)
            },
            write: { .integer(Int($0)) })
    }
}

extension Kind {
    /// Several of a kind.
    static func list<Element>(of kind: Kind<Element>) -> Kind where Value == [Element] {
        Kind(
            accepted: "a list of: \(kind.accepted)",
            read: { raw, accounts in
                guard let elements = raw.asList else { return nil }
                let values = elements.compactMap { kind.read($0, accounts) }
                return values.count == elements.count ? values : nil
            },
            write: { .list($0.map(kind.write)) })
    }

    /// One of a kind, or an empty string for none.
    static func optional<Wrapped>(_ kind: Kind<Wrapped>) -> Kind where Value == Wrapped? {
        Kind(
            accepted: "\(kind.accepted), or \"\" for none",
            read: { raw, accounts in
                if raw.asText?.isEmpty == true { return .some(nil) }
                guard let value = kind.read(raw, accounts) else { return nil }
                return .some(value)
            },
            write: { $0.map(kind.write) ?? .text("") })
    }
}

extension Kind where Value == Set<UInt32> {
    /// Several users or groups, in no order.
    static func set(of kind: Kind<UInt32>) -> Kind {
        let list = Kind<[UInt32]>.list(of: kind)
        return Kind(
            accepted: list.accepted,
            read: { raw, accounts in list.read(raw, accounts).map { Set($0) } },
            write: { list.write($0.sorted()) })
    }
}

extension Kind where Value == DaemonConfiguration.PrefixCacheSize {
    /// Bytes, or all that is free.
    static func bytesOrAll(upTo limit: Int) -> Kind {
        Kind(
            accepted: "\"all\", or a number from 0 to \(limit)",
            read: { raw, _ in
                if raw.asText == "all" { return .all }
                return raw.asInteger.flatMap { (0...limit).contains($0) ? .bytes($0) : nil }
            },
            write: { size in
                switch size {
                case .all: .text("all")
                case .bytes(let count): .integer(count)
                }
            })
    }
}
