import Glibc
import Testing

@testable import EventLoop

@Suite("Socket lock")
struct SocketLockTests {
    @Test func `one holder at a time, and nothing is left behind`() throws {
        try withSocketPath { path in
            let lock = try SocketLock(for: path)
            #expect(exists(path + ".lock"))
            #expect(throws: LoopError.addressInUse(.unix(path: path))) {
                try SocketLock(for: path)
            }
            lock.release()
            lock.release()
            #expect(!exists(path + ".lock"))
            try SocketLock(for: path).release()
        }
    }

    @Test func `a file that a dead process left behind is no obstacle`() throws {
        try withSocketPath { path in
            closeDescriptor(open(path + ".lock", O_CREAT | O_WRONLY, 0o600))
            let lock = try SocketLock(for: path)
            #expect(throws: LoopError.self) { try SocketLock(for: path) }
            lock.release()
        }
    }

    @Test func `a file that was removed under its holder leaves the next one alone`() throws {
        try withSocketPath { path in
            let lock = try SocketLock(for: path)
            unlink(path + ".lock")
            // Whoever comes now gets a file of its own, and must not be disturbed by our end.
            let other = try SocketLock(for: path)
            lock.release()
            #expect(throws: LoopError.self) { try SocketLock(for: path) }
            other.release()
            #expect(!exists(path + ".lock"))
        }
    }

    @Test func `a symbolic link is not followed`() throws {
        try withSocketPath { path in
            try #require(symlink("/tmp/neurond-elsewhere", path + ".lock") == 0)
            #expect(throws: LoopError.self) { try SocketLock(for: path) }
            #expect(!exists("/tmp/neurond-elsewhere"))
            unlink(path + ".lock")
        }
    }

    @Test func `a listener holds the lock as long as it listens`() throws {
        try withSocketPath { path in
            try withLoop { loop in
                let address = Address.unix(path: path)
                let listener = try Listener(loop, address: address) { $0.close() }
                #expect(throws: LoopError.addressInUse(address)) { try SocketLock(for: path) }
                listener.close()
                try SocketLock(for: path).release()
            }
        }
    }
}
