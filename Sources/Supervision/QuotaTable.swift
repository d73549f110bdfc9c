/// What each identity has at once, and whether it may have more.
public struct QuotaTable: Sendable {
    /// A quota that a request goes beyond, whatever else its identity does.
    public enum Excess: Equatable, Sendable {
        /// Attention state.
        case keyValueBytes(asked: Int, limit: Int)
        /// Captured values.
        case captureBytes(asked: Int, limit: Int)
    }

    /// What the requests of one identity have.
    public struct Use: Equatable, Sendable {
        /// Requests that run or wait.
        public internal(set) var requestCount = 0
        /// Requests that run.
        public internal(set) var runningCount = 0
        /// Places taken in the interactive lane.
        public internal(set) var interactiveCount = 0
        /// Attention state of those that run.
        public internal(set) var keyValueByteCount = 0
        /// Captured values of those that run.
        public internal(set) var captureByteCount = 0
    }

    /// The quotas; new ones hold for what comes.
    public var settings: QuotaSettings
    private var uses: [Identity: Use] = [:]

    /// Nobody has anything.
    public init(_ settings: QuotaSettings = QuotaSettings()) {
        self.settings = settings
    }

    /// What an identity may have.
    public func quota(of identity: Identity) -> Quota { settings.quota(of: identity.description) }

    /// What an identity has.
    public func use(of identity: Identity) -> Use { uses[identity] ?? Use() }

    /// Identities that have anything.
    public var identities: [Identity] { uses.keys.sorted { $0.description < $1.description } }

    /// Why a request can never run; nil when it can.
    func excess(of price: Price, for identity: Identity) -> Excess? {
        let quota = quota(of: identity)
        if quota.keyValueBytes > 0, price.keyValueByteCount > quota.keyValueBytes {
            return .keyValueBytes(asked: price.keyValueByteCount, limit: quota.keyValueBytes)
        }
        if quota.captureBytes > 0, price.captureByteCount > quota.captureBytes {
            return .captureBytes(asked: price.captureByteCount, limit: quota.captureBytes)
        }
        return nil
    }

    /// Whether a request may run beside what its identity runs already.
    func mayRun(_ price: Price, for identity: Identity) -> Bool {
        let quota = quota(of: identity)
        let use = use(of: identity)
        func fits(_ more: Int, _ used: Int, _ limit: Int) -> Bool {
            limit == 0 || more <= limit - used
        }
        return fits(price.keyValueByteCount, use.keyValueByteCount, quota.keyValueBytes)
            && fits(price.captureByteCount, use.captureByteCount, quota.captureBytes)
    }

    /// Changes what an identity has.
    mutating func update(_ identity: Identity, _ body: (inout Use) -> Void) {
        var use = use(of: identity)
        body(&use)
        uses[identity] = use == Use() ? nil : use
    }

    /// Notes that a request runs, or no longer does.
    mutating func run(_ price: Price, for identity: Identity, isRunning: Bool) {
        let sign = isRunning ? 1 : -1
        update(identity) { use in
            use.runningCount += sign
            use.keyValueByteCount += sign * price.keyValueByteCount
            use.captureByteCount += sign * price.captureByteCount
        }
    }
}
