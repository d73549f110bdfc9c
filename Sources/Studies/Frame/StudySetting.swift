import Settings

/// One key of a study's configuration: where it stands, what it accepts, and what it means.
package struct StudySetting<Configuration>: Sendable {
    /// The name in the file, sections before it: `sampling.temperature`.
    package let path: String
    /// What it means, for the documented file.
    package let documentation: String
    /// For messages: what is accepted.
    package let accepted: String
    /// Sets the value that was written; false for one that is not accepted.
    let set: @Sendable (SettingValue, inout Configuration) -> Bool
    /// The value as it would be written.
    let get: @Sendable (Configuration) -> SettingValue

    package init<Value>(
        _ path: String, _ member: any WritableKeyPath<Configuration, Value> & Sendable,
        _ kind: SettingKind<Value>, _ documentation: String
    ) {
        self.path = path
        self.documentation = documentation
        accepted = kind.accepted
        set = { written, configuration in
            guard let value = kind.read(written) else { return false }
            configuration[keyPath: member] = value
            return true
        }
        get = { kind.write($0[keyPath: member]) }
    }
}

/// What a key's values look like.
package struct SettingKind<Value>: Sendable {
    /// For messages: what is accepted.
    let accepted: String
    /// The value that was written; nil for one that is not accepted.
    let read: @Sendable (SettingValue) -> Value?
    /// How a value is written.
    let write: @Sendable (Value) -> SettingValue
}

extension SettingKind where Value == Int {
    /// A whole number within a range.
    package static func integer(in range: ClosedRange<Int>) -> SettingKind {
        SettingKind(
            accepted: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            read: { $0.asInteger.flatMap { range.contains($0) ? $0 : nil } },
            write: { .integer($0) })
    }
}

extension SettingKind where Value == UInt64 {
    /// A seed of random numbers.
    package static var seed: SettingKind {
        SettingKind(
            accepted: "a whole number from 0 to \(Int.max)",
            read: { $0.asInteger.flatMap { UInt64(exactly: $0) } },
            write: { .integer(Int(clamping: $0)) })
    }
}

extension SettingKind where Value == Double {
    /// A number within a range.
    package static func number(in range: ClosedRange<Double>) -> SettingKind {
        SettingKind(
            accepted: "a number from \(range.lowerBound) to \(range.upperBound)",
            read: { $0.asNumber.flatMap { range.contains($0) ? $0 : nil } },
            write: { .number($0) })
    }
}

extension SettingKind where Value == Float {
    /// A number within a range, rounded to 32 bits.
    package static func number(in range: ClosedRange<Float>) -> SettingKind {
        SettingKind(
            accepted: "a number from \(range.lowerBound) to \(range.upperBound)",
            read: {
                $0.asNumber.map { Float($0) }.flatMap { range.contains($0) ? $0 : nil }
            },
            // Its own shortest spelling, which comes back as the same number.
            write: { .number(Double("\($0)") ?? Double($0)) })
    }
}

extension SettingKind where Value == Bool {
    /// `true` or `false`.
    package static var flag: SettingKind {
        SettingKind(accepted: "true, false", read: { $0.asFlag }, write: { .flag($0) })
    }
}

extension SettingKind where Value == String {
    /// Any string; `what` says of what kind, such as "the path of a file".
    package static func text(_ what: String) -> SettingKind {
        SettingKind(accepted: what, read: { $0.asText }, write: { .text($0) })
    }
}

extension SettingKind
where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
    /// One of the words of an enumeration.
    package static var choice: SettingKind {
        SettingKind(
            accepted: Value.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "),
            read: { $0.asText.flatMap { Value(rawValue: $0) } },
            write: { .text($0.rawValue) })
    }
}

extension SettingKind {
    /// Several of a kind, in order; a range bounds their number.
    package static func list<Element>(
        of kind: SettingKind<Element>, count: ClosedRange<Int> = 0...FrameLimits.settingElements
    ) -> SettingKind where Value == [Element] {
        SettingKind(
            accepted: "a list of \(count.lowerBound) to \(count.upperBound) of: \(kind.accepted)",
            read: { written in
                guard let elements = written.asList, count.contains(elements.count) else {
                    return nil
                }
                let values = elements.compactMap { kind.read($0) }
                return values.count == elements.count ? values : nil
            },
            write: { .list($0.map(kind.write)) })
    }

    /// One of a kind, or an empty string for none.
    package static func optional<Wrapped>(_ kind: SettingKind<Wrapped>) -> SettingKind
    where Value == Wrapped? {
        SettingKind(
            accepted: "\(kind.accepted), or \"\" for none",
            read: { written in
                if written.asText?.isEmpty == true { return .some(nil) }
                return kind.read(written).map { .some($0) }
            },
            write: { $0.map(kind.write) ?? .text("") })
    }
}
