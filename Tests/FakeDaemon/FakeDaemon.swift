// FakeDaemon: a daemon for tests that answers from a script.
//
// What it is: a listener, the server side of Wire.Connection, and a closure that says what to
// answer. It computes nothing and checks nothing but the protocol.
//
// What it must never know: the client under test. It speaks to it through a socket only.

public import EventLoop
import Foundation
public import Messages
public import SwiftProtobuf
import Synchronization
public import Wire

/// One thing that the fake daemon does in answer to a request, in order.
public enum FakeStep: Sendable {
    case message([UInt8])
    case tensor(TensorDescriptor, [UInt8])
    case end([UInt8])
    case goAway(GoAwayCode, String)
    /// Closes the socket without a word.
    case disconnect

    /// A MESSAGE with this message.
    public static func reply(_ message: some SwiftProtobuf.Message) -> FakeStep {
        .message((try? message.serializedBytes()) ?? [])
    }

    /// An END that says OK, with the trailers that tests look for.
    public static var ok: FakeStep {
        var end = Neurond_V1_End()
        end.usage.promptTokens = 4
        end.usage.cachedTokens = 1
        end.timing.prefillSeconds = 0.5
        end.provenance.modelDigest = "sha256:feed"
        end.provenance.seed = 7
        return .end((try? end.serializedBytes()) ?? [])
    }

    /// An END with an error.
    public static func failed(
        _ code: Neurond_V1_StatusCode, _ reason: String, _ message: String,
        retryAfterMilliseconds: UInt32 = 0
    ) -> FakeStep {
        var end = Neurond_V1_End()
        end.status.code = code
        end.status.reason = reason
        end.status.message = message
        end.status.retryAfterMs = retryAfterMilliseconds
        return .end((try? end.serializedBytes()) ?? [])
    }
}

/// What the fake daemon saw, in order.
public enum FakeEvent: Sendable, Equatable {
    case hello(agent: String, credential: [UInt8])
    case request(Wire.Method, streamID: UInt32)
    case cancelled(streamID: UInt32)
    /// The steps of a request have been taken; so many payload bytes wait for credit.
    case answered(streamID: UInt32, queuedByteCount: Int)
    case disconnected
}

/// A request with all that the client sent behind it.
public struct FakeRequest: Sendable {
    public let method: Wire.Method
    public let streamID: UInt32
    public let payload: [UInt8]
    /// Payloads of the MESSAGE frames up to LAST.
    public let messages: [[UInt8]]

    /// The request as its message; nil where it is another.
    public func decoded<Request: SwiftProtobuf.Message>(as type: Request.Type) -> Request? {
        try? Request(serializedBytes: payload)
    }
}

public final class FakeDaemon: Sendable {
    public typealias Script = @Sendable (FakeRequest) -> [FakeStep]

    public let address: Address
    /// Everything that happens, for a test to wait on.
    public let events: AsyncStream<FakeEvent>

    private let thread: LoopThread
    private let path: String

    /// Listens on a fresh unix socket.
    public init(
        hello: Hello = Hello(role: .server, agent: "fake"), script: @escaping Script
    ) throws {
        path = NSTemporaryDirectory() + "fake-\(UUID().uuidString.prefix(13)).sock"
        let path = path
        let (events, feed) = AsyncStream<FakeEvent>.makeStream()
        self.events = events
        let thread = try LoopThread(name: "fake-daemon")
        self.thread = thread
        address = .unix(path: path)
        let done = DispatchSemaphore(value: 0)
        let failure = Mutex<String?>(nil)
        thread.handle.executeWithLoop { loop in
            do throws(LoopError) {
                _ = try Listener(loop, address: .unix(path: path)) { stream in
                    FakeSession(stream, hello, script, feed).begin()
                }
            } catch {
                failure.withLock { $0 = "\(error)" }
            }
            done.signal()
        }
        done.wait()
        if let text = failure.withLock({ $0 }) { throw FakeDaemonError(text: text) }
    }

    /// Ends the daemon and every connection.
    public func stop() {
        thread.shutdown()
        try? FileManager.default.removeItem(atPath: path)
    }
}

public struct FakeDaemonError: Error {
    public let text: String
}
