import EventLoop
import Settings
import Supervision

/// What a key's values look like and mean.
struct Kind<Value>: Sendable {
    /// For messages: what is accepted.
    let accepted: String
    /// The value that was written; nil for one that is not accepted.
    let read: @Sendable (SettingValue, Accounts) -> Value?
    /// How a value is written.
    let write: @Sendable (Value) -> SettingValue
}

/// One key: where it stands, what it accepts, and which value it is.
struct Key<Root>: Sendable {
    /// The name in the file, sections before it: `limits.connections`.
    let path: String
    /// Whether a daemon that runs takes a new value.
    let isLive: Bool
    /// For messages: what is accepted.
    let accepted: String
    /// Sets the value that was written; false for one that is not accepted.
    let set: @Sendable (SettingValue, inout Root, Accounts) -> Bool
    /// The value in TOML's spelling.
    let get: @Sendable (Root) -> SettingValue

    init<Value>(
        _ path: String, _ member: any WritableKeyPath<Root, Value> & Sendable, _ kind: Kind<Value>,
        isLive: Bool = false
    ) {
        self.path = path
        self.isLive = isLive
        accepted = kind.accepted
        set = { raw, root, accounts in
            guard let value = kind.read(raw, accounts) else { return false }
            root[keyPath: member] = value
            return true
        }
        get = { kind.write($0[keyPath: member]) }
    }

    /// The variable that stands for the key: `NEUROND_LIMITS_CONNECTIONS`.
    var variable: String {
        "NEUROND_" + path.map { $0 == "." ? "_" : $0.uppercased() }.joined()
    }
}

extension Key {
    private init(copying key: Key, path: String) {
        self.path = path
        isLive = key.isLive
        accepted = key.accepted
        set = key.set
        get = key.get
    }

    /// The same key in a section.
    func inside(_ section: String) -> Key { Key(copying: self, path: "\(section).\(path)") }
}
