import Messages
import Supervision
import SwiftProtobuf
import Wire

/// One connected client: its channel, who it is, and what it has asked for.
final class ClientSession {
    let number: UInt64
    /// Whose requests these are; final once the HELLO was accepted.
    var identity: Identity
    /// What this client may do; final once the HELLO was accepted.
    var role: Role
    /// The groups of a user of this machine.
    var groups: Set<UInt32> = []
    /// What the client was asked to prove a token over; nil for a user of this machine.
    var challenge: [UInt8]?
    /// What it answered; empty before its HELLO.
    var proof: [UInt8] = []
    let channel: Channel
    /// Requests that an engine answers, by stream.
    var requests: [UInt32: RelayedRequest] = [:]
    /// Requests whose frames are still arriving, by stream.
    var incoming: [UInt32: IncomingRequest] = [:]
    /// Objects that arrive or that engines look at, by stream.
    var uploads: [UInt32: ObjectUpload] = [:]
    /// Every stream that has not ended.
    var records: [UInt32: RequestRecord] = [:]
    /// Told of each END that is sent.
    var onEnd: ((RequestRecord, Neurond_V1_End) -> Void)?

    init(number: UInt64, identity: Identity, role: Role, channel: Channel) {
        self.number = number
        self.identity = identity
        self.role = role
        self.channel = channel
    }

    /// Whether the client still owes a proof.
    var isUnproved: Bool { challenge != nil && proof.isEmpty }

    /// Sends one message and ends the stream well.
    func answer(_ streamID: UInt32, _ message: [UInt8]) {
        records[streamID]?.replyByteCount += message.count
        close(streamID, EndMessage.ok)
        attempt(on: streamID) { connection throws(WireError) in
            try connection.sendMessage(message, on: streamID)
            try connection.sendEnd(EndMessage.ok, on: streamID)
        }
    }

    /// Sends one message of several.
    func send(_ streamID: UInt32, _ message: [UInt8]) {
        records[streamID]?.replyByteCount += message.count
        attempt(on: streamID) { connection throws(WireError) in
            try connection.sendMessage(message, on: streamID)
        }
    }

    /// Ends a stream.
    func end(_ streamID: UInt32, _ payload: [UInt8]) {
        close(streamID, payload)
        attempt(on: streamID) { connection throws(WireError) in
            try connection.sendEnd(payload, on: streamID)
        }
    }

    /// Passes a frame of an engine on.
    func forward(_ frame: Frame, on streamID: UInt32) {
        if frame.kind == .end {
            close(streamID, frame.payload)
        } else {
            records[streamID]?.replyByteCount += frame.payload.count
            if frame.kind == .tensor {
                records[streamID]?.tensorByteCount += frame.payload.count
            }
        }
        attempt(on: streamID) { connection throws(WireError) in
            try connection.forward(frame, on: streamID)
        }
    }

    private func close(_ streamID: UInt32, _ end: [UInt8]) {
        guard let record = records.removeValue(forKey: streamID) else { return }
        onEnd?(record, (try? Neurond_V1_End(serializedBytes: end)) ?? Neurond_V1_End())
    }

    /// Sends, and closes the connection where that is not possible.
    ///
    /// The client would otherwise wait for something that never comes. Nobody waits on a stream
    /// that has ended.
    private func attempt(
        on streamID: UInt32, _ body: (inout Connection) throws(WireError) -> Void
    ) {
        guard !channel.isClosed, channel.connection.isOpen(streamID) else { return }
        do throws(WireError) {
            try body(&channel.connection)
        } catch {
            channel.leave(.internalError, "\(error)")
        }
        channel.scheduleFlush()
    }
}

/// A request whose frames have not all arrived.
struct IncomingRequest {
    let method: Wire.Method
    /// Payload of the REQUEST frame; it counts against the budget.
    let payload: [UInt8]
    let options: ReceivedOptions

    /// Items that it is a list of; a request of another kind is one.
    var itemCount: Int {
        let field: UInt8
        switch method {
        case .forward, .score, .statistics: field = 2
        case .generate: field = 10
        default: return 1
        }
        // The field's tag, with a length.
        return max(1, RequestFields(payload).count { $0.first == field << 3 | 2 })
    }
}

/// What every request may say about itself, checked.
struct ReceivedOptions {
    let requestID: String
    let model: String
    /// The lane that the client asks for.
    let lane: Lane?
    /// On the loop's clock; nil is never.
    let deadline: UInt64?
}

/// A stream that waits for the first engine to say what the model is.
struct WaitingForCapabilities {
    let session: ClientSession
    let streamID: UInt32
    /// Its name in the ledger, which keeps its deadline.
    let key: RequestKey
}
