// A daemon whose engine is a script: `serve ADDRESS ENGINES` and, started by it, `engine`.
//
// The supervisor is the real one; only the service behind the engine's end of the socket pair is
// made up, so that tests decide what it sends, when it dies, and can ask what it was told.

import Daemon
import EventLoop
import Glibc
import Logging

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "engine":
    let service = ScriptedService()
    try EngineHost.run(build: "test") { method, payload, incoming, sink in
        await service.answer(method, payload, incoming, sink)
    }
case "serve" where arguments.count == 4:
    var logger = Logger(label: "daemon-test") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = getenv("NEUROND_TEST_LOG") == nil ? .critical : .trace
    let isClean = try ServeProcess.run(logger: logger) {
        var configuration = SupervisorConfiguration(
            addresses: [try Address(parsing: arguments[2])], engineArguments: ["engine"],
            arenaDescriptor: -1, build: "test")
        // Few bytes, so that a test can exceed them quickly.
        configuration.requestBytesPerConnection = 1_048_576
        configuration.engineCount = Int(arguments[3]) ?? 1
        return configuration
    }
    exit(isClean ? 0 : 1)
default:
    exit(2)
}
