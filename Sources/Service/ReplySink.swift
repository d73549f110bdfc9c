public import Wire

/// Where a request's replies go.
///
/// Sending suspends while the client has not read what came before.
public protocol ReplySink: Sendable {
    /// Sends one MESSAGE.
    func send(message payload: [UInt8]) async
    /// Sends one tensor as TENSOR frames; `data` are its elements, little-endian, row-major.
    func send(tensor descriptor: TensorDescriptor, data: [UInt8]) async
}
