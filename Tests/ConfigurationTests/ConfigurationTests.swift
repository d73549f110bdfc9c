import EventLoop
import Foundation
import Supervision
import TestSupport
import Testing

@testable import Configuration

/// Accounts of a machine that has one user and one group.
private let accounts = Accounts(
    user: { $0 == "alice" ? 1000 : nil }, group: { $0 == "lab" ? 50 : nil })

private func resolve(
    _ text: String, variables: [String: String] = [:], options: [ConfigurationOption] = []
) throws -> DaemonConfiguration {
    var sources = ConfigurationSources(
        file: try ConfigurationFile(path: "f.toml", text: text), variables: variables,
        options: options)
    sources.accounts = accounts
    return try sources.resolve()
}

/// What is wrong with a text, one line each.
private func problems(
    _ text: String, variables: [String: String] = [:], options: [ConfigurationOption] = []
) throws -> [String] {
    do {
        _ = try resolve(text, variables: variables, options: options)
        return []
    } catch let error as ConfigurationProblems {
        return error.problems.map(\.description)
    }
}

@Suite("Configuration")
struct ConfigurationTests {
    @Test func `values of every kind are read`() throws {
        let read = try resolve(
            """
            model = "m=/models/m.gguf"
            listen = ["unix:/run/n.sock", "tcp:[::1]:7411"]
            threads = 3
            [log]
            format = "json"
            [socket]
            mode = "0600"
            group = "lab"
            allow_users = ["alice", 7]
            [tokens]
            file = "/etc/tokens"
            [roles]
            default = "read"
            run_groups = ["lab", "60"]
            [limits]
            connections = 9
            [prefix_cache]
            bytes = 5
            shared = false
            [metrics]
            listen = "tcp:127.0.0.1:9000"
            """)
        var expected = DaemonConfiguration()
        expected.model = "m=/models/m.gguf"
        expected.listen = [.unix(path: "/run/n.sock"), .tcp(host: "::1", port: 7411)]
        expected.threads = 3
        expected.logFormat = .json
        expected.socketMode = 0o600
        expected.socketGroup = 50
        expected.access.allowedUsers = [1000, 7]
        expected.tokensFile = "/etc/tokens"
        expected.access.defaultRole = .read
        expected.access[.run].groups = [50, 60]
        expected.limits.connections = 9
        expected.prefixCacheBytes = .bytes(5)
        expected.prefixCacheIsShared = false
        expected.metricsListen = .tcp(host: "127.0.0.1", port: 9000)
        #expect(read == expected)
    }

    @Test func `an option beats a variable beats the file`() throws {
        let text = "engines = 2"
        #expect(try resolve(text).engines == 2)
        let variables = ["NEUROND_ENGINES": "3"]
        #expect(try resolve(text, variables: variables).engines == 3)
        let option = ConfigurationOption("engines", "--engines", ["4"])
        #expect(try resolve(text, variables: variables, options: [option]).engines == 4)
        let silent = ConfigurationOption("engines", "--engines", [])
        #expect(try resolve(text, variables: variables, options: [silent]).engines == 3)
        #expect(try resolve(text, variables: ["NEUROND_ENGINES": ""]).engines == 2)
    }

    @Test func `every key has a variable, and lists are separated by commas`() throws {
        let variables = [
            "NEUROND_LISTEN": "unix:/a,unix:/b", "NEUROND_ROLES_ADMIN_USERS": "alice,8",
            "NEUROND_PREFIX_CACHE_SHARED": "false", "NEUROND_LIMITS_STALL_SECONDS": "2",
            "NEUROND_PREFIX_CACHE_BYTES": "all", "NEUROND_SOCKET_MODE": "0666",
        ]
        let read = try resolve("", variables: variables)
        #expect(read.listen == [.unix(path: "/a"), .unix(path: "/b")])
        #expect(read.access[.admin].users == [1000, 8])
        #expect(!read.prefixCacheIsShared && read.limits.stallSeconds == 2)
        #expect(read.socketMode == 0o666)
        #expect(Set(Keys.all.map(\.variable)).count == Keys.all.count)
    }

    @Test func `quotas begin as default's, and users are known by number`() throws {
        let read = try resolve(
            """
            [quota.default]
            weight = 2
            object_bytes = 10
            [quota."uid:alice"]
            weight = 3
            [quota."token:ci"]
            requests_in_flight = 4
            """)
        #expect(read.quotas.general.weight == 2)
        let alice = read.quotas.quota(of: "uid:1000")
        #expect(alice.weight == 3 && alice.objectBytes == 10)
        let ci = read.quotas.quota(of: "token:ci")
        #expect(ci.weight == 2 && ci.requestsInFlight == 4)
        #expect(read.quotas.quota(of: "uid:5") == read.quotas.general)
    }

    @Test func `all mistakes are told at once, each with what is accepted`() throws {
        let found = try problems(
            """
            enginse = 2
            threads = "4"
            weights = "int4"
            socket = 3
            [limits]
            conections = 5
            queued_requests = 0
            [socks]
            a = 1
            [quota."bob"]
            weight = 1
            [quota."uid:1"]
            wieght = 1
            weight = 0
            """, variables: ["NEUROND_LOG_LEVEL": "loud"],
            options: [ConfigurationOption("engines", "--engines", ["0"])])
        #expect(
            Set(found) == [
                "f.toml: enginse is no key; nearest: engines",
                "f.toml: threads is \"4\"; accepted: a number from 1 to 1024, or 0: as the "
                    + "machine suggests",
                "f.toml: weights is \"int4\"; accepted: int8, f16, f32",
                "f.toml: socket is 3; accepted: a section [socket]",
                "f.toml: limits.conections is no key; nearest: limits.connections",
                "f.toml: limits.queued_requests is 0; accepted: a number from 1 to 1048576",
                "f.toml: socks is no key",
                "f.toml: quota.\"bob\" names nobody; accepted: default, \"uid:NUMBER\", "
                    + "\"uid:USER\", \"token:NAME\"",
                "f.toml: quota.\"uid:1\".wieght is no key; nearest: quota.\"uid:1\".weight",
                "f.toml: quota.\"uid:1\".weight is 0; accepted: a number from 1 to 1000",
                "NEUROND_LOG_LEVEL is \"loud\"; accepted: trace, debug, info, notice, warning, "
                    + "error, critical",
                "--engines is \"0\"; accepted: a number from 1 to 64",
            ])
    }

    @Test func `a mistake is one even where something stronger is said`() throws {
        let option = ConfigurationOption("engines", "--engines", ["4"])
        #expect(try problems("engines = 0", options: [option]).count == 1)
        let variables = ["NEUROND_ENGINES": "many"]
        #expect(try problems("engines = 0", variables: variables, options: [option]).count == 2)
    }

    @Test(arguments: [
        ("listen = [\"tcp:127.0.0.1:1\"]", "there are no tokens"),
        ("[roles]\nadmin_users = [5]\nread_users = [5, 6]", "both name user 5"),
        ("[socket]\nmode = 660", "octal permissions in quotes"),
        ("[socket]\nmode = \"0888\"", "octal permissions in quotes"),
        ("[socket]\nallow_users = [\"nobody-here\"]", "that this machine knows"),
        ("[socket]\nallow_groups = [-1]", "that this machine knows"),
        ("listen = [\"http://x\"]", "unix:PATH"), ("listen = \"unix:/a\"", "a list of"),
        ("model = 2026-01-01", "is a date"), ("engines = { a = 1 }", "is a table"),
        ("prefix_cache.bytes = \"most\"", "\"all\", or a number"), ("quota = 1", "[quota.NAME]"),
        ("quota.default = 1", "accepted: a table"),
    ])
    func `a value that makes no sense is refused`(text: String, message: String) throws {
        let found = try problems(text)
        #expect(found.count == 1)
        #expect(found.first?.contains(message) == true, "\(found)")
    }

    @Test func `text that is no TOML is refused with its line`() throws {
        let error = #expect(throws: ConfigurationProblem.self) {
            try ConfigurationFile(path: "f.toml", text: "engines = 1\nmodel = [\n\"")
        }
        #expect(error?.description.hasPrefix("f.toml: line 3, column ") == true)
        #expect(throws: ConfigurationProblem.self) {
            try ConfigurationFile(path: "f.toml", text: "a = 1\na = 2")
        }
        #expect(throws: ConfigurationProblem.self) {
            try ConfigurationFile(path: "f.toml", text: "engines = 1\0\nnonsense")
        }
    }

    @Test func `a file is read, and what is no such file is refused`() throws {
        let folder = try TemporaryDirectory()
        let file = try folder.write("neurond.toml", "engines = 7")
        let read = try ConfigurationSources(file: ConfigurationFile(path: file)).resolve()
        #expect(read.engines == 7)
        for (bytes, reason) in [
            ([0xFF], "UTF-8"),
            ([UInt8](repeating: 0x20, count: Limits.fileByteCount + 1), "more than"),
        ] {
            try folder.write("neurond.toml", bytes)
            let error = #expect(throws: ConfigurationProblem.self) {
                try ConfigurationFile(path: file)
            }
            #expect(error?.description.contains(reason) == true)
        }
        for path in [folder.path, folder.path + "/absent"] {
            #expect(throws: ConfigurationProblem.self) { try ConfigurationFile(path: path) }
        }
    }

    @Test func `what needs a restart is known by its key`() throws {
        let before = try resolve("engines = 2\n[limits]\nconnections = 5")
        let after = try resolve("engines = 3\nweights = \"f16\"\n[limits]\nconnections = 6")
        #expect(after.restartKeys(comparedTo: before) == ["engines", "weights"])
        #expect(before.restartKeys(comparedTo: before).isEmpty)
    }

    @Test func `shown values are those that would be read again`() throws {
        let text = """
            listen = ["unix:/a\\"b"]
            [socket]
            allow_users = [3, 1]
            [quota."uid:1"]
            weight = 5
            """
        let read = try resolve(text)
        let shown = read.values.map { "\($0.path) = \($0.value)" }.joined(separator: "\n")
        #expect(try resolve(shown) == read)
        #expect(read.values.count == Keys.all.count + 2 * Keys.quota.count)
    }
}
