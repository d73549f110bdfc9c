/// How many bytes of requests may be kept, by one connection and by all together.
///
/// A request's payload is kept until the request ends, in case it must run again.
public struct PayloadBudget: Sendable {
    /// Why a payload is not taken.
    public enum Refusal: Equatable, Sendable {
        /// All connections together would keep too much.
        case full(asked: Int, limit: Int)
        /// This connection would keep too much.
        case connectionFull(asked: Int, limit: Int)
    }

    private let limit: Int
    private let connectionLimit: Int
    private var held: [UInt64: Int] = [:]
    /// Bytes that are kept.
    public private(set) var byteCount = 0

    /// A budget of which nothing is spent.
    public init(
        limit: Int = Limits.requestBytes, perConnection: Int = Limits.requestBytesPerConnection
    ) {
        self.limit = limit
        connectionLimit = perConnection
    }

    /// Takes a payload of this length into account.
    ///
    /// - Returns: why it was refused, or nil.
    public mutating func reserve(_ count: Int, for connection: UInt64) -> Refusal? {
        let own = held[connection, default: 0] + count
        guard own <= connectionLimit else {
            return .connectionFull(asked: own, limit: connectionLimit)
        }
        guard byteCount + count <= limit else {
            return .full(asked: byteCount + count, limit: limit)
        }
        held[connection] = own
        byteCount += count
        return nil
    }

    /// Gives back what a payload that is no longer kept had taken.
    public mutating func release(_ count: Int, for connection: UInt64) {
        let own = held[connection, default: 0] - count
        precondition(own >= 0, "connection \(connection) gives back \(count) bytes it never took")
        held[connection] = own == 0 ? nil : own
        byteCount -= count
    }
}
