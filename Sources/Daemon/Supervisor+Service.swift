import EventLoop

extension Supervisor {
    /// TCP is to be served and nobody could prove anything.
    private struct TokensNeeded: Error, CustomStringConvertible {
        let address: Address
        var description: String { "\(address): TCP is served to holders of tokens; there are none" }
    }

    /// Listens on every address, and on the sockets that were handed over.
    func openListeners() throws {
        for descriptor in manager.sockets {
            listeners.append(
                try Listener(loop, adopting: descriptor) { [weak self] in self?.accept($0) })
        }
        for address in configuration.addresses {
            let listener = try Listener(
                loop, address: address, mode: configuration.socketMode,
                group: configuration.socketGroup
            ) { [weak self] in self?.accept($0) }
            listeners.append(listener)
        }
        if authenticator.isEmpty, let address = addresses.first(where: \.isTCP) {
            throw TokensNeeded(address: address)
        }
    }

    /// Tells the service manager that the loop turns, as often as it wants to hear.
    func startTellingAlive() {
        guard let interval = manager.watchdogMilliseconds else { return }
        aliveTimer.start(afterMilliseconds: interval) { [weak self] in
            self?.manager.tellAlive()
            self?.startTellingAlive()
        }
    }

    /// Tells the service manager that requests are answered; the first engine's being ready does.
    func tellReady() {
        guard !hasToldReady else { return }
        hasToldReady = true
        manager.tellReady()
    }
}
