import Messages
import Supervision

/// What happens in a supervisor that is worth counting or saying.
enum SupervisorEvent {
    /// A client connected.
    case clientConnected(ClientSession)
    /// A client's connection is over, and why if it broke.
    case clientLeft(ClientSession, reason: String?)
    /// A request's first frame arrived.
    case requestArrived(RequestRecord, ClientSession)
    /// A request is over, with this END; the client may have left without taking it.
    case requestEnded(RequestRecord, ClientSession, Neurond_V1_End)
    /// A request was taken back from an engine and is to be run again.
    case requestInterrupted(RequestKey)
    /// A request gave its place up, since its client does not read.
    case requestParked(RequestKey)
    /// Its client reads again; the request waits for a place.
    case requestResumed(RequestKey)
    /// An engine's process was started.
    case engineStarted(index: Int, process: Int32)
    /// An engine takes requests, so long after its start.
    case engineBecameReady(index: Int, milliseconds: UInt64)
    /// An engine died while it ran so many requests.
    case engineDied(index: Int, cause: String, running: Int)
}

/// What is known of a request beside its content.
struct RequestRecord {
    /// Its method's number.
    let method: UInt16
    /// The client's own name for it.
    var requestID = ""
    /// Our name for it, once it was queued.
    var key: RequestKey?
    /// On the loop's clock.
    let arrivedAt: UInt64
    /// When an engine was given it first.
    var startedAt: UInt64?
    /// Payload bytes that were answered.
    var replyByteCount = 0
    /// Those of them that were tensors.
    var tensorByteCount = 0
}
