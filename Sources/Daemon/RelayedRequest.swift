import Supervision
import Wire

/// A request that an engine is to answer, kept until its END in case it must run again.
final class RelayedRequest {
    let key: RequestKey
    let session: ClientSession
    /// The stream on the client's connection.
    let streamID: UInt32
    let method: UInt16
    /// The client's own name for it, for logs.
    let requestID: String
    /// The model that it names.
    let model: String
    let payload: [UInt8]
    /// Items that it is a list of.
    let itemCount: Int
    /// Tokens that it takes and generates at most, once it is priced.
    var tokenCount: UInt64 = 0
    /// Engines that crashed while they priced it alone.
    var pricingDeathCount = 0
    /// The engine that works on it, and the stream there.
    var place: (link: EngineLink, streamID: UInt32)?
    /// Bytes that came from the engine and for which it has no credit back yet, because the
    /// client has not taken them.
    var uncreditedByteCount = 0
    /// Whether the client has taken anything since that was looked at.
    var hasTaken = false
    var stall = StallPolicy()

    init(
        key: RequestKey, session: ClientSession, streamID: UInt32, _ incoming: IncomingRequest
    ) {
        self.key = key
        self.session = session
        self.streamID = streamID
        method = incoming.method.rawValue
        requestID = incoming.options.requestID
        model = incoming.options.model
        payload = incoming.payload
        itemCount = incoming.itemCount
    }

    /// Gives the engine credit for what has left for the client.
    ///
    /// What waits for the client's credit, or in a socket that the client does not read, stays
    /// owed; so an engine is never more than a window ahead of the client.
    func returnCredit() {
        guard let place, !session.channel.isCongested else { return }
        let waiting = session.channel.connection.queuedByteCount(on: streamID)
        let taken = uncreditedByteCount - waiting
        guard taken > 0 else { return }
        uncreditedByteCount -= taken
        hasTaken = true
        place.link.consumed(taken, on: place.streamID)
    }
}
