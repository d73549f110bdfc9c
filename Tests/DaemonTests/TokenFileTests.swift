import Glibc
import Supervision
import Testing

@testable import Daemon

@Suite("Token file")
struct TokenFileTests {
    private static let token = String(repeating: "t", count: 32)

    private func withFile(
        _ text: String, mode: mode_t, _ body: (String) throws -> Void
    ) throws {
        var template = Array("/tmp/neurond-tokens-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { rmdir(folder) }
        let path = folder + "/tokens"
        try DaemonFixture.Folder(path: folder).write(text, to: path, mode: mode)
        defer { unlink(path) }
        try body(path)
    }

    @Test func `names and roles are read, comments and blank lines passed over`() throws {
        let text = "# who\n\n  ann  run\t\(Self.token)\nb.o_b-2 admin \(Self.token)2\r\n"
        let file = try TokenFile(parsing: text, path: "t")
        #expect(file.entries.map(\.name) == ["ann", "b.o_b-2"])
        #expect(file.entries.map(\.role) == [.run, .admin])
    }

    @Test(arguments: [
        ("", "it holds no token"), ("# nothing", "it holds no token"),
        ("ann run", "line 1: 2 words"), ("ann run \(token) x", "line 1: 4 words"),
        ("ann sing \(token)", "the role; accepted: read, run, admin"),
        ("an/n run \(token)", "the name"), ("\(token)\(token)x run \(token)", "the name"),
        ("ann run short", "the token; accepted: 32 to 256"),
        ("ann run \(token)é", "the token"), ("a run \(token)\na run \(token)2", "line 2: the name"),
        ("a run \(token)\nb run \(token)", "line 2: the token is somebody else's"),
    ])
    func `a line that makes no sense is refused, without its secret`(
        text: String, reason: String
    ) throws {
        let error = #expect(throws: TokenFile.Refusal.self) {
            try TokenFile(parsing: text, path: "t")
        }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
        #expect(error?.description.contains(Self.token) == false)
    }

    @Test func `a file that only its owner reads is taken`() throws {
        for mode in [0o600, 0o400] as [mode_t] {
            try withFile("ann run \(Self.token)", mode: mode) { path in
                let file = try TokenFile(path: path, user: getuid())
                #expect(file.entries.count == 1)
            }
        }
    }

    @Test(arguments: [0o644, 0o640, 0o620, 0o604, 0o610] as [mode_t])
    func `a file that others can touch is refused`(mode: mode_t) throws {
        try withFile("ann run \(Self.token)", mode: mode) { path in
            let error = #expect(throws: TokenFile.Refusal.self) {
                try TokenFile(path: path, user: getuid())
            }
            #expect(error?.description.contains("accepted: 600, 400") == true)
        }
    }

    @Test func `a link and a file of somebody else are refused`() throws {
        try withFile("ann run \(Self.token)", mode: 0o600) { path in
            let link = path + ".link"
            try #require(symlink(path, link) == 0)
            defer { unlink(link) }
            #expect(throws: TokenFile.Refusal.self) { try TokenFile(path: link, user: getuid()) }
            guard getuid() == 0 else { return }
            try #require(chown(path, 4_321, .max) == 0)
            #expect(throws: TokenFile.Refusal.self) { try TokenFile(path: path, user: 0) }
            #expect(try TokenFile(path: path, user: 4_321).entries.count == 1)
        }
    }
}
