import EventLoop
import Messages
import Supervision
import SwiftProtobuf

extension Supervisor {
    /// Ends the daemon as a signal would, once the caller has its answer.
    func drain(_ payload: [UInt8], _ streamID: UInt32, of session: ClientSession) {
        guard let request = try? Neurond_V1_DrainRequest(serializedBytes: payload) else {
            return refuse(streamID, of: session, Refusals.malformed("not a DrainRequest"))
        }
        session.answer(streamID, EndMessage.encode(Neurond_V1_DrainReply()))
        let isNow = request.now
        loop.later { [weak self] in
            guard let self else { return }
            if drain.phase == .serving { terminate() }
            if isNow, drain.phase == .draining { terminate() }
        }
    }
}
