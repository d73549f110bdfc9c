import Testing

/// The reasons in END frames are a promise to programs: the table "Reasons" of PROTOCOL.md and
/// the sources name the same ones, with the same codes.
@Suite struct ReasonTests {
    /// Modules that make a status for a client.
    static let modules = ["Service", "Engine", "Daemon", "Supervision", "Hooks", "HookMessages"]

    /// Literals of the same spelling that are no reasons: status names in lists of limits, outcomes
    /// in metrics, and how the reasons of hooks begin.
    static let codeNames: Set = [
        "OUT_OF_RANGE", "RESOURCE_EXHAUSTED", "REJECTED", "CANCELED", "BACKEND", "OTHER",
        "HOOK_",
    ]

    /// Variables of service managers and of Swift's runtime, which are spelt like reasons.
    static let variableNames: Set = [
        "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC",
        "WATCHDOG_PID", "SWIFT_BACKTRACE",
    ]

    static let sources = modules.flatMap { module in
        Repository.files(under: "Sources/\(module)").filter { $0.name.hasSuffix(".swift") }
    }

    static let protocolText =
        Repository.files(under: "Proto").first { $0.path == "Proto/PROTOCOL.md" }?.text ?? ""

    /// Reason and code of each row `| `REASON` | CODE | when |`.
    static let table: [String: String] = {
        var table: [String: String] = [:]
        for match in protocolText.matches(of: /\n\| `([A-Z_]{4,})` \| ([A-Z_]+) \|/) {
            table[String(match.output.1)] = String(match.output.2)
        }
        return table
    }()

    /// String literals in the sources that are reasons as a whole.
    static func reasons(in text: String) -> Set<String> {
        Set(text.matches(of: /"([A-Z_]{4,})"/).map { String($0.output.1) })
            .subtracting(codeNames).subtracting(variableNames)
    }

    /// Code and reason where they stand side by side: `.outOfRange, "ITEM_COUNT"`.
    static func pairs(in text: String) -> [(code: String, reason: String)] {
        text.matches(of: /\.([a-zA-Z]+),\s*"([A-Z_]{4,})"/).map { match in
            (upperCased(String(match.output.1)), String(match.output.2))
        }
    }

    /// `outOfRange` as OUT_OF_RANGE; the engine's `failure` is INTERNAL to a client.
    static func upperCased(_ name: String) -> String {
        guard name != "failure" else { return "INTERNAL" }
        return name.reduce(into: "") { $0 += $1.isUppercase ? "_\($1)" : $1.uppercased() }
    }

    @Test func literalsAreFound() {
        let text = #"f(.outOfRange,\#n  "ITEM_COUNT", "a B", "OK", "OUT_OF_RANGE")"#
        #expect(Self.reasons(in: text) == ["ITEM_COUNT"])
        #expect(Self.pairs(in: text).map(\.code) == ["OUT_OF_RANGE"])
        #expect(Self.pairs(in: text).map(\.reason) == ["ITEM_COUNT"])
        #expect(Self.upperCased("failure") == "INTERNAL")
    }

    @Test func theTableIsRead() {
        #expect(Self.table.count > 40)
        #expect(Self.table["CONTEXT_TOO_LONG"] == "OUT_OF_RANGE")
    }

    @Test func everyReasonOfTheSourcesIsInTheProtocol() {
        for file in Self.sources {
            for reason in Self.reasons(in: file.text).sorted()
            where !Self.protocolText.contains("`\(reason)`") {
                Issue.record("\(file.path) uses \(reason); add it to PROTOCOL.md, §8")
            }
        }
    }

    @Test func everyReasonOfTheTableIsInTheSources() throws {
        let known = Self.sources.reduce(into: Set<String>()) {
            $0.formUnion(Self.reasons(in: $1.text))
        }
        // HookError composes these from what the unknown name was meant to name.
        let hookError = try #require(Self.sources.first { $0.name == "HookError.swift" })
        let kinds = try #require(
            hookError.text.firstMatch(of: /enum NameKind[^{]*\{\s*case ([a-z, ]+)/)
        ).output.1.split(separator: ",").map { String($0).filter(\.isLetter) }
        let composed = Set(kinds.map { "HOOK_UNKNOWN_\($0.uppercased())" })
        #expect(composed.isSubset(of: Set(Self.table.keys)))
        for reason in Self.table.keys.sorted() where !known.union(composed).contains(reason) {
            Issue.record("PROTOCOL.md lists \(reason); no source uses it")
        }
    }

    @Test func codesOfTheTableAreThoseOfTheSources() {
        for file in Self.sources {
            for (code, reason) in Self.pairs(in: file.text) {
                guard let listed = Self.table[reason], listed != code else { continue }
                Issue.record("\(file.path) ends \(reason) with \(code), PROTOCOL.md says \(listed)")
            }
        }
    }
}
