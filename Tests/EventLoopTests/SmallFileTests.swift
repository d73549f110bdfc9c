import Glibc
import Testing

@testable import EventLoop

@Suite("Small files")
struct SmallFileTests {
    private func withFile(
        _ bytes: [UInt8], mode: mode_t = 0o640, _ body: (String) throws -> Void
    ) throws {
        try withSocketPath { path in
            let descriptor = open(path, O_CREAT | O_WRONLY, mode)
            try #require(fchmod(descriptor, mode) == 0)
            try #require(write(descriptor, bytes, bytes.count) == bytes.count)
            closeDescriptor(descriptor)
            try body(path)
            unlink(path)
        }
    }

    @Test func `bytes, owner and permissions are told`() throws {
        try withFile(Array("abc".utf8)) { path in
            let file = try SmallFile(path: path, limit: 3)
            #expect(file.bytes == Array("abc".utf8))
            #expect(file.owner == getuid() && file.mode == 0o640)
        }
        try withFile([]) { path in
            let file = try SmallFile(path: path, limit: 0)
            #expect(file.bytes.isEmpty)
        }
    }

    @Test func `what is too long, a folder, a pipe, absent or a link is refused`() throws {
        try withFile([1, 2, 3]) { path in
            #expect(throws: SmallFile.Refusal.self) { try SmallFile(path: path, limit: 2) }
            let link = path + ".link"
            try #require(symlink(path, link) == 0)
            #expect(try SmallFile(path: link, limit: 3).bytes == [1, 2, 3])
            let error = #expect(throws: SmallFile.Refusal.self) {
                try SmallFile(path: link, limit: 3, followsLinks: false)
            }
            #expect(error?.description == "it is a symbolic link")
            unlink(link)
        }
        try withSocketPath { path in
            #expect(throws: SmallFile.Refusal.self) { try SmallFile(path: path, limit: 9) }
            try #require(mkfifo(path, 0o600) == 0)
            #expect(throws: SmallFile.Refusal.self) { try SmallFile(path: path, limit: 9) }
            unlink(path)
        }
        #expect(throws: SmallFile.Refusal.self) { try SmallFile(path: "/tmp", limit: 9) }
    }

    @Test func `names of users and groups are found`() {
        #expect(SystemAccounts.user(named: "root") == 0)
        #expect(SystemAccounts.group(named: "root") == 0)
        #expect(SystemAccounts.user(named: "nobody has this name") == nil)
        #expect(SystemAccounts.group(named: "") == nil)
    }

    @Test func `the limit of descriptors is raised no further than asked and allowed`() {
        let now = DescriptorLimit.raise(to: 0)
        #expect(now > 0)
        #expect(DescriptorLimit.raise(to: now) == now)
    }
}
