import CLibuv
import Glibc

/// One end of a connection that keeps messages apart and can carry a descriptor with each.
///
/// It needs no loop: a process without one blocks, a process with one watches the descriptor by a
/// ``DescriptorWatcher`` and takes what waits.
public struct MessageSocket: Sendable {
    /// What came.
    public enum Received: Equatable, Sendable {
        /// A message, and a descriptor that is the receiver's to close.
        case message([UInt8], descriptor: Int32?)
        /// Nothing yet; only where the descriptor does not block.
        case nothing
        /// The other side is closed, and everything it sent has been taken.
        case end
    }

    /// The socket; it is the owner's to close.
    public let descriptor: Int32

    /// Uses an end of ``makeMessageSocketPair()``.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Whether the descriptor is such an end.
    public var isConnected: Bool {
        var type: Int32 = 0
        var length = socklen_t(MemoryLayout.size(ofValue: type))
        let status = getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length)
        return status == 0 && type == Int32(SOCK_SEQPACKET.rawValue)
    }

    /// The process that made the two ends; nil where the descriptor is no such end.
    public var maker: Int32? { PeerCredentials(descriptor: descriptor)?.processIdentifier }

    /// Sends a message.
    ///
    /// - Parameters:
    ///   - bytes: one at least.
    ///   - attached: a descriptor that the receiver gets a copy of.
    /// - Throws: ``LoopError/system(operation:subject:code:)`` when the other side is gone, and
    ///   where the descriptor does not block also when it takes nothing more.
    public func send(_ bytes: [UInt8], attaching attached: Int32? = nil) throws(LoopError) {
        precondition(!bytes.isEmpty, "an empty message looks like the end of the connection")
        var count = -1
        repeat {
            count = neurond_send_message(descriptor, bytes, bytes.count, attached ?? -1)
        } while count < 0 && errno == EINTR
        guard count >= 0 else {
            throw .system(operation: "send", subject: "a message", code: -errno)
        }
    }

    /// Takes the next message.
    ///
    /// - Parameter limit: the most bytes that it may have.
    /// - Throws: ``LoopError/messageTooLong(byteCount:limit:)``, after which the next message can
    ///   be taken.
    public func receive(atMost limit: Int) throws(LoopError) -> Received {
        var attached: Int32 = -1
        var count = -1
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            repeat {
                count = neurond_receive_message(
                    descriptor, buffer.baseAddress, limit, &attached)
                code = count < 0 ? errno : 0
                // Who ends with messages unread leaves an error, told once, before what it sent.
            } while code == EINTR || code == ECONNRESET
            filled = min(max(0, count), limit)
        }
        guard code == 0 else {
            if code == EAGAIN { return .nothing }
            throw .system(operation: "receive", subject: "a message", code: -code)
        }
        guard count <= limit else {
            if attached >= 0 { closeDescriptor(attached) }
            throw .messageTooLong(byteCount: count, limit: limit)
        }
        return count == 0 ? .end : .message(bytes, descriptor: attached < 0 ? nil : attached)
    }
}
