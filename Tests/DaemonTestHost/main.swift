// A daemon whose engine is a script: `serve ADDRESS ENGINES [NAME=NUMBER…] [metrics] [gate]` and,
// started by it, `engine [GATE]`. The names are those of quotas and limits below; metrics are
// served beside the socket. With a gate, a named pipe beside the socket, loading lasts until a byte
// is written there: `!` has it fail, `?` crash, and any other is the digest of what was loaded; with
// `-` no engine starts.
//
// And `fork`, which ends with 0 if a forked process can lock.
//
// Supervisor and fork server are the real ones; only what is loaded and the service behind the
// engine's end of the socket pair are made up, so that tests decide what it sends, when it dies,
// and can ask what it was told.

import Daemon
import EventLoop
import Glibc
import Logging
import Supervision

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "engine":
    try ForkServer.run { _ in
        let digest = try arguments.dropFirst(2).first.map(pass) ?? "none"
        return (digest, digest)
    } engine: { digest, connection in
        struct NotStarted: Error {}
        if digest == "-" { throw NotStarted() }
        let service = ScriptedService()
        try EngineHost.run(descriptor: connection, build: "test") {
            method, payload, incoming, sink in
            await service.answer(method, payload, incoming, sink)
        }
    }
case "serve" where arguments.count >= 4:
    var logger = Logger(label: "daemon-test") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = getenv("NEUROND_TEST_LOG") == nil ? .critical : .trace
    var configuration = SupervisorConfiguration(
        addresses: [try Address(parsing: arguments[2])], engineArguments: ["engine"],
        build: "test")
    // Few bytes, so that a test can exceed them quickly.
    configuration.requestBytesPerConnection = 1_048_576
    configuration.engineCount = Int(arguments[3]) ?? 1
    let words = Set(arguments.dropFirst(4))
    if words.contains("metrics") {
        configuration.metricsAddress = try Address(parsing: arguments[2] + ".metrics")
    }
    for word in words.subtracting(["metrics", "gate"]) { configuration.set(word) }
    if words.contains("gate") {
        configuration.engineArguments.append(arguments[2].dropFirst("unix:".count) + ".gate")
    }
    let isClean = try? ServeProcess.run(configuration, logger: logger)
    exit(isClean == true ? 0 : 1)
case "fork":
    exit(try ContendedMutex().contendAfterFork())
default:
    exit(2)
}

/// Loads as long as nobody writes to the gate.
private func pass(_ gate: String) throws -> String {
    let descriptor = open(gate, O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    var byte: UInt8 = 0
    struct NotLoaded: Error {}
    guard read(descriptor, &byte, 1) == 1, byte != UInt8(ascii: "!") else { throw NotLoaded() }
    if byte == UInt8(ascii: "?") { ScriptedService.crash() }
    return String(UnicodeScalar(byte))
}

extension SupervisorConfiguration {
    /// Sets what a word of the form `name=number` says.
    fileprivate mutating func set(_ word: String) {
        let parts = word.split(separator: "=")
        guard parts.count == 2, let number = Int(parts[1]) else { exit(2) }
        switch parts[0] {
        case "queued": limits.queuedRequests = number
        case "requests": quotas.general.requestsInFlight = number
        case "kv": quotas.general.keyValueBytes = number
        case "capture": quotas.general.captureBytes = number
        case "objects": quotas.general.objectBytes = number
        case "weight": quotas.general.weight = number
        case "stall": limits.stallSeconds = number
        case "watchdog": limits.watchdogSeconds = number
        case "step": limits.stepSeconds = number
        default: exit(2)
        }
    }
}
