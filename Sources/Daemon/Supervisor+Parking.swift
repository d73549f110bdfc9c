import EventLoop
import Supervision
import Wire

// A client that stops reading stalls its own request only: the request gives its place at the
// engine up (park) and is run again when the client reads on (resume). What waits for the client
// is let go as well, since it comes again; one frame stays, to tell when the client takes it.

extension Supervisor {
    /// Looks, once a second, at what clients have taken.
    func parkStalled() {
        let othersWait = queue.queuedCount > 0
        for request in Array(requests.values) where request.place != nil {
            let hasTaken = request.hasTaken
            request.hasTaken = false
            let mustPark = request.stall.tick(
                isWaiting: request.uncreditedByteCount > 0, hasTaken: hasTaken,
                othersWait: othersWait, seconds: configuration.limits.stallSeconds)
            if mustPark { park(request) }
        }
    }

    private func park(_ request: RelayedRequest) {
        guard let place = request.place else { return }
        place.link.abandon(request, on: place.streamID)
        let takenBack = request.session.channel.connection.takeBack(on: request.streamID)
        ledger.park(request.key, takenBack: takenBack)
        queue.park(request.key)
        request.stall = StallPolicy()
        observe(.requestParked(request.key))
        pump()
    }

    /// Notes that a client has taken something.
    func clientReads(_ request: RelayedRequest) {
        request.returnCredit()
        let channel = request.session.channel
        guard ledger.place(of: request.key) == .parked, !channel.isCongested,
            channel.connection.queuedByteCount(on: request.streamID) == 0
        else { return }
        ledger.resume(request.key)
        queue.resume(request.key)
        observe(.requestResumed(request.key))
        pump()
    }
}
