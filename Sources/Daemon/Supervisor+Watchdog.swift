import EventLoop
import Messages
import Supervision
import SwiftProtobuf
import Wire

// Engines that have something to do are asked for their report once a second; the answer, or the
// lack of one, says whether they do it. While nobody works, nothing is asked and no timer runs.

extension Supervisor {
    /// Begins to look after the engines, if one works and nobody does so yet.
    func keepHouse() {
        guard !isKeepingHouse, !housekeepingTimer.isClosed, hasChores else { return }
        isKeepingHouse = true
        let period = DaemonLimits.housekeepingMilliseconds
        housekeepingTimer.start(afterMilliseconds: period, repeatMilliseconds: period) {
            [weak self] in
            guard let self else { return }
            for link in engines where link.isReady { watch(link) }
            parkStalled()
            if !hasChores {
                isKeepingHouse = false
                housekeepingTimer.stop()
            }
            outbox.flush()
        }
    }

    private var hasChores: Bool { engines.contains(where: \.isWorking) }

    private func watch(_ link: EngineLink) {
        guard link.isWorking else { return link.watchdog.rest() }
        switch link.watchdog.tick() {
        case .poll:
            // The loop answers a ping even while all of the service's threads compute.
            link.ping()
            askForReport(link)
        case .strike(let fault):
            let isStopped = ProcessSignal.isStopped(link.process?.identifier ?? 0)
            didDie(link, isStopped ? .outside("stopped") : .crash("\(fault)"))
        }
    }

    private func askForReport(_ link: EngineLink) {
        guard !link.isAskedForReport else { return }
        link.isAskedForReport = true
        let payload = EndMessage.encode(Neurond_V1_StatusRequest())
        link.start(
            EngineCall(.status, payload: payload) { [weak link] outcome in
                guard let link, case .ended(let reply?, _) = outcome,
                    let report = try? Neurond_V1_EngineReport(serializedBytes: reply)
                else { return }
                link.isAskedForReport = false
                link.report = report
                link.watchdog.didReport(runningStepSeconds: report.stepRunningSeconds)
            })
    }
}
