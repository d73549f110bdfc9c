import EventLoop
import Messages
import SwiftProtobuf

/// The END of a request that is stopped early, until the engine has said what it did.
///
/// The engine's END has usage, timing and how much of the answer there is; the status is ours. An
/// engine that says nothing in time is not waited for.
final class Farewell {
    private let session: ClientSession
    private let streamID: UInt32
    private let end: [UInt8]
    private let timer: Timer
    private var isSaid = false

    /// - Parameters:
    ///   - loop: where the time is kept.
    ///   - session: who asked.
    ///   - streamID: for what.
    ///   - end: our END.
    ///   - afterwards: runs when the END was sent because the time is over.
    init(
        _ loop: Loop, _ session: ClientSession, _ streamID: UInt32, _ end: [UInt8],
        afterwards: @escaping () -> Void
    ) {
        self.session = session
        self.streamID = streamID
        self.end = end
        timer = Timer(loop)
        timer.start(afterMilliseconds: DaemonLimits.farewellMilliseconds) { [self] in
            say()
            afterwards()
        }
    }

    /// Ends the stream, with what the engine's END tells if there is one.
    func say(_ told: [UInt8] = []) {
        guard !isSaid else { return }
        isSaid = true
        timer.close()
        guard let ours = try? Neurond_V1_End(serializedBytes: end),
            var told = try? Neurond_V1_End(serializedBytes: told)
        else { return session.end(streamID, end) }
        told.status = ours.status
        session.end(streamID, EndMessage.encode(told))
    }
}
