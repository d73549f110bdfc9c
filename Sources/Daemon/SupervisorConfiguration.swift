public import EventLoop
import Glibc
public import Logging
public import Supervision

/// What a supervisor is told once, at its start.
public struct SupervisorConfiguration: Sendable {
    /// Where clients connect.
    public var addresses: [Address]
    /// Permissions of the socket files.
    public var socketMode: UInt16 = 0o660
    /// Group of the socket files; nil is the process's own.
    public var socketGroup: UInt32?
    /// Who is let in on unix sockets, and with which role.
    public var access = AccessPolicy(owners: [0, geteuid()])
    /// Secrets of the clients on TCP.
    public var tokens = TokenFile.none
    /// Reads the configuration again, on a thread of its own; nil where there is nothing to read.
    public var reload: (@Sendable () throws -> ReloadedConfiguration)?
    /// Least important messages that are logged; nil leaves the logger as it was given.
    public var logLevel: Logger.Level?
    /// Shares and quotas of the identities.
    public var quotas = QuotaSettings()
    /// Bounds that an administrator may choose.
    public var limits = ServingLimits()
    /// Where metrics are served; nil is nowhere.
    public var metricsAddress: Address?
    /// How many engine processes run.
    public var engineCount = 1
    /// Compute threads of each engine, for status reports.
    public var threadsPerEngine = 1
    /// The program that becomes the fork server; it finds us on descriptor 3.
    public var engineExecutable = "/proc/self/exe"
    /// Its arguments.
    public var engineArguments: [String]
    /// Its environment; nil inherits ours.
    public var engineEnvironment: [String: String]?
    /// Payload bytes of one connection's requests that may wait or run.
    public var requestBytesPerConnection = Supervision.Limits.requestBytesPerConnection
    /// Version of this program, stated in HELLO, capabilities and status.
    public var build: String

    /// A configuration with one engine and usual permissions.
    public init(addresses: [Address], engineArguments: [String], build: String) {
        self.addresses = addresses
        self.engineArguments = engineArguments
        self.build = build
    }
}
