import Crypto
import EventLoop
import Logging
import Messages
import StrictJSON
import Supervision
import Wire

// The death of an engine, in the order in which things happen: its connection ends or somebody
// decides that it must (didDie) → it is started again at once, or waits for its weights → it is
// known how it ended (didLearn) → what it ran is run again, or blamed (convict, giveUp).

extension Supervisor {
    /// What an engine leaves behind.
    private struct Estate {
        let index: Int
        let requests: [RequestKey]
        let calls: [EngineCall]
        let hadOtherWork: Bool
    }

    /// Deals with the end of an engine's process or connection, whichever is noticed first.
    ///
    /// - Parameter cause: why it is ended; nil when it ended without us.
    func didDie(_ link: EngineLink, _ cause: DeathCause? = nil) {
        guard [.starting, .ready].contains(link.lifecycle.phase), let process = link.process
        else { return }
        queue.engineIsGone(link.index)
        let hadOtherWork = link.hasOtherWork
        let estate = Estate(
            index: link.index, requests: ledger.engineDied(link.index), calls: link.reset(),
            hadOtherWork: hadOtherWork)
        if forkServer == nil {
            link.lifecycle.suspend()
        } else {
            perform(link.lifecycle.didDie(now: loop.now), on: link)
        }
        if let cause { process.end(cause) }
        process.tellCause { [weak self] cause in
            guard let self else { return }
            didLearn(cause, of: estate)
            outbox.flush()
        }
        pump()
    }

    private func didLearn(_ cause: DeathCause, of estate: Estate) {
        let keys = estate.requests.filter { ledger.place(of: $0) != nil }
        observe(
            .engineDied(index: estate.index, cause: "\(cause)", running: estate.requests.count))
        // What no engine has lived through so far, the next would not either.
        if cause.isCrash, modelCapabilities == nil {
            return giveUp(ModelNotLoaded("engine \(estate.index) could not start: \(cause)"))
        }
        let wasAlone =
            estate.requests.isEmpty && estate.calls.count { $0.method != .status } == 1
        for call in estate.calls {
            call.finish(.engineDied(isCrash: cause.isCrash, wasAlone: wasAlone))
        }
        let givenUp = cause.isCrash ? [] : ledger.countKill(of: keys)
        let convicted = queue.requeue(
            keys.filter { !givenUp.contains($0) }, isCrash: cause.isCrash,
            hadOtherWork: estate.hadOtherWork)
        for key in keys where !givenUp.contains(key) && !convicted.contains(key) {
            observe(.requestInterrupted(key))
        }
        for key in givenUp { requests[key].map(giveUp) }
        for key in convicted { requests[key].map(convict) }
        pump()
    }

    /// Fails a request over which engines were killed again and again.
    private func giveUp(_ request: RelayedRequest) {
        let limit = Supervision.Limits.engineKillsPerRequest
        logger.error("request given up", metadata: ["request": "\(request.requestID)"])
        fail(
            request,
            EndMessage.failure(
                .internal, "ENGINE_DIED_TWICE",
                "\(limit) engines in a row were killed while they ran this request; it is not "
                    + "tried again"))
    }

    /// Fails a request of which engines crash; its digest finds it again.
    func convict(_ request: RelayedRequest) {
        let digest = RequestDigest.of(
            method: request.method, model: request.model, payload: request.payload)
        poison.add(digest, now: loop.now)
        logger.error(
            "request blamed for the death of engines",
            metadata: [
                "request": "\(request.requestID)", "method": "\(request.method)",
                "digest": "\(Hexadecimal.text(digest))",
            ])
        fail(request, Self.poisoned)
    }

    /// The END of a request that engines lately crashed of; nil for any other.
    func refusalOfPoison(_ incoming: IncomingRequest) -> [UInt8]? {
        guard !poison.isEmpty else { return nil }
        let digest = RequestDigest.of(
            method: incoming.method.rawValue, model: incoming.options.model,
            payload: incoming.payload)
        return poison.contains(digest, now: loop.now) ? Self.poisoned : nil
    }

    private static var poisoned: [UInt8] {
        EndMessage.failure(
            .internal, "ENGINE_DIED_TWICE",
            "the engine died twice while it ran this request; it is not tried again")
    }
}
