import EventLoop
import Glibc
import Synchronization
import Testing

/// Runs `body` with a fresh loop, which must be closable afterwards: nothing may be left open.
///
/// A guard timer turns a test that would hang into a failure.
func withLoop(_ body: (Loop) throws -> Void) throws {
    let loop = try Loop()
    let guardTimer = Timer(loop)
    guardTimer.start(afterMilliseconds: 20_000) {
        Issue.record("the loop was not stopped")
        loop.stop()
    }
    do {
        try body(loop)
        guardTimer.close()
        try loop.close()
    } catch {
        loop.closeAllHandles()
        try loop.close()
        throw error
    }
}

/// A path for a socket in a fresh directory, which is removed afterwards.
func withSocketPath(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/neurond-test-XXXXXX".utf8CString)
    let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
    let path = directory + "/socket"
    defer {
        unlink(path)
        rmdir(directory)
    }
    try body(path)
}

/// Two streams on the loop, connected with each other.
func makeStreamPair(_ loop: Loop) throws -> (ByteStream, ByteStream) {
    let (first, second) = try makeSocketPair()
    return (try ByteStream(loop, adopting: first), try ByteStream(loop, adopting: second))
}

/// Bytes with a pattern that a lost, doubled or misplaced piece would break.
func patternBytes(count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
}

/// Whether something exists at the path.
func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0
}

/// A value that several threads may touch.
final class Locked<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) { mutex = Mutex(value) }

    var value: Value { mutex.withLock { $0 } }

    func update<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        mutex.withLock { value in body(&value) }
    }
}
