import EventLoop
import Logging
import Messages
import Supervision
import SwiftProtobuf
import Wire

extension Supervisor {
    /// Does what an engine's lifecycle asks for.
    func perform(_ action: EngineLifecycle.Action, on link: EngineLink) {
        switch action {
        case .none: break
        case .spawn(let checkAt):
            check(link, at: checkAt)
            spawn(link)
        case .wait(let until): check(link, at: until)
        case .kill:
            logger.error("engine did not become ready", metadata: ["engine": "\(link.index)"])
            didDie(link, .crash("not ready in time"))
        }
    }

    private func check(_ link: EngineLink, at time: UInt64) {
        link.timer.start(afterMilliseconds: time - min(loop.now, time)) { [weak self, weak link] in
            guard let self, let link else { return }
            perform(link.lifecycle.checkTime(now: loop.now), on: link)
            outbox.flush()
        }
    }

    // MARK: Start

    private func spawn(_ link: EngineLink) {
        let limits = configuration.limits
        link.watchdog = EngineWatchdog(
            silenceSeconds: limits.watchdogSeconds, stepSeconds: limits.stepSeconds)
        link.startedAt = loop.now
        guard let forkServer else { preconditionFailure("an engine was started without weights") }
        do throws(LoopError) {
            let (ours, theirs) = try makeSocketPair()
            defer { closeDescriptor(theirs) }
            let stream: ByteStream
            do throws(LoopError) {
                stream = try ByteStream(loop, adopting: ours)
            } catch {
                closeDescriptor(ours)
                throw error
            }
            open(link, stream)
            link.process = watched(forkServer.startEngine(connection: theirs), of: link)
        } catch {
            link.process = EngineProcess(loop, kill: {})
            // Not from within `perform`, which may be called for many engines in a row.
            loop.later { [weak self, weak link] in
                guard let self, let link else { return }
                didDie(link, .outside("\(error)"))
                outbox.flush()
            }
        }
    }

    private func watched(_ process: EngineProcess, of link: EngineLink) -> EngineProcess {
        let index = link.index
        process.onStart = { [weak self, weak process] in
            guard let self, let process else { return }
            observe(.engineStarted(index: index, process: process.identifier))
        }
        process.onExit = { [weak self, weak link] in
            guard let self, let link else { return }
            didDie(link)
            outbox.flush()
        }
        return process
    }

    private func open(_ link: EngineLink, _ stream: ByteStream) {
        let channel = Channel(loop, stream, role: .client, outbox: outbox)
        link.channel = channel
        channel.onEvent = { [weak self, weak link] event in
            guard let self, let link else { return }
            handle(event, from: link)
        }
        channel.onClosed = { [weak self, weak link] _ in
            guard let self, let link else { return }
            didDie(link)
        }
        var hello = Hello(role: .client, agent: "neurond/\(configuration.build)")
        hello.connectionWindowByteCount = DaemonLimits.engineConnectionWindowByteCount
        channel.open(hello: hello)
    }

    private func didGreet(_ link: EngineLink) {
        let payload = EndMessage.encode(Neurond_V1_CapabilitiesRequest())
        link.start(
            EngineCall(.capabilities, payload: payload) { [weak self, weak link] outcome in
                guard let self, let link else { return }
                didDescribeItself(link, outcome)
            })
    }

    private func didDescribeItself(_ link: EngineLink, _ outcome: EngineCall.Outcome) {
        guard case .ended(let reply?, let end) = outcome, EndMessage.status(of: end)?.code == .ok,
            let capabilities = try? Neurond_V1_CapabilitiesReply(serializedBytes: reply)
        else {
            if case .engineDied = outcome { return }
            return didDie(link, .crash("did not describe its model"))
        }
        if modelCapabilities == nil {
            modelCapabilities = capabilities
            answerWaitingForCapabilities()
        }
        giveObjects(to: link)
    }

    /// The engine has the model and all objects: it may work.
    func didBecomeReady(_ link: EngineLink) {
        link.lifecycle.didBecomeReady(now: loop.now)
        link.timer.stop()
        queue.engineBecameReady(link.index)
        observe(
            .engineBecameReady(index: link.index, milliseconds: loop.now - link.startedAt))
        giveUploads(to: link)
        pump()
    }

    // MARK: Work

    private func handle(_ event: Event, from link: EngineLink) {
        link.watchdog.didHear()
        switch event {
        case .hello: didGreet(link)
        case .message(let frame), .tensor(let frame): didReceive(frame, from: link)
        case .end(let frame): didReceiveEnd(frame, from: link)
        case .writable(let streamID):
            if case .call(let call) = link.purposes[streamID] {
                link.continueUpload(call, on: streamID)
            }
        case .goAway(let goAway, _): didDie(link, .crash("left: \(goAway.text)"))
        case .request, .cancelled, .streamViolated, .pong: break
        }
    }

    private func didReceive(_ frame: Frame, from link: EngineLink) {
        switch link.purposes[frame.streamID] {
        case .request(let request): didReply(frame, to: request, from: link)
        case .call(let call):
            call.reply = frame.payload
            link.consumed(frame.payload.count, on: frame.streamID)
        case .abandoned, nil: link.consumed(frame.payload.count, on: frame.streamID)
        }
    }

    private func didReceiveEnd(_ frame: Frame, from link: EngineLink) {
        switch link.purposes.removeValue(forKey: frame.streamID) {
        case .request(let request): didEnd(request, with: frame, on: link)
        case .call(let call): call.finish(.ended(reply: call.reply, end: frame.payload))
        case .abandoned(let farewell):
            farewell?.say(frame.payload)
            queue.didFinish(on: link.index)
            pump()
        case nil: break
        }
    }
}
