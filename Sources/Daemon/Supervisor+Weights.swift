import EventLoop
import Logging
import Messages
import Supervision

/// There is no model to serve.
struct ModelNotLoaded: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ reason: WeightsLifecycle.Reason, _ cause: DeathCause? = nil) {
        let cause = cause.map { ": \($0)" } ?? ""
        switch reason {
        case .crashedWhileLoading:
            description = "the process that read the model died of it\(cause)"
        case .keptDying(let count):
            description = "the process that holds the weights died \(count) times in a row\(cause)"
        case .modelChanged:
            description =
                "the model had to be read again and was another one; start the daemon anew to "
                + "serve it"
        }
    }
}

extension Supervisor {
    /// Starts the process that reads the model; engines follow when it has.
    func loadWeights() {
        weights.begin()
        manager.tell(status: "loading the model")
        do throws(LoopError) {
            let link = try ForkServerLink(loop, configuration) { [weak self] event in
                self?.handle(event)
                self?.outbox.flush()
            }
            forkServer = link
            logger.debug("fork server started", metadata: ["pid": "\(link.identifier)"])
        } catch {
            loop.later { [weak self] in self?.giveUp(error) }
        }
    }

    private func handle(_ event: ForkServerLink.Event) {
        guard !isStopped else { return }
        switch event {
        case .note(let text, let fields):
            logger.info("\(text)", metadata: fields.mapValues { "\($0)" })
        case .loaded(let digest): perform(weights.didLoad(digest: digest, now: loop.now))
        case .failed(let text): giveUp(ModelNotLoaded(text))
        case .lost: didLoseWeights()
        case .ended(let cause):
            logger.error("fork server died", metadata: ["reason": "\(cause)"])
            perform(weights.didDie(isCrash: cause.isCrash, now: loop.now), cause)
        }
    }

    private func perform(_ action: WeightsLifecycle.Action, _ cause: DeathCause? = nil) {
        switch action {
        case .startEngines:
            for link in engines { perform(link.lifecycle.start(now: loop.now), on: link) }
        case .load: loadWeights()
        case .giveUp(let reason): giveUp(ModelNotLoaded(reason, cause))
        }
    }

    /// Takes leave of all engines at once, until there is something to start them from.
    private func didLoseWeights() {
        forkServer = nil
        hasToldReady = false
        for link in engines {
            didDie(link, ForkServerLink.lostWeights)
            link.lifecycle.suspend()
            link.timer.stop()
        }
    }

    /// Ends the daemon because there is no model to serve.
    func giveUp(_ error: any Error) {
        guard !isStopped else { return }
        failure = error
        stop(
            isClean: false,
            EndMessage.failure(
                .unavailable, "MODEL_NOT_LOADED",
                "the model could not be loaded; the daemon's log says why"))
    }
}
