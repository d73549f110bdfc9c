import Foundation

/// Exit tests run in a pass of their own (`NEUROND_EXIT_TESTS=1`), as `Ops/test` does.
///
/// Swift Testing and libuv both wait for child processes, and in one process each can hold up the
/// other.
public let exitTestsAreOn = ProcessInfo.processInfo.environment["NEUROND_EXIT_TESTS"] == "1"
