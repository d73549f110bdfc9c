import EventLoop
import Foundation

/// Where this daemon listens unless told.
enum DefaultAddress {
    static var text: String {
        "\(Address.daemonDefault(environment: ProcessInfo.processInfo.environment))"
    }

    /// Makes the system directory where that is where we listen, it is missing and we may.
    ///
    /// Where that fails, listening fails with the path and the reason.
    static func prepare() {
        guard text.hasPrefix("unix:\(Address.systemDirectory)/") else { return }
        mkdir(Address.systemDirectory, 0o755)
    }
}
