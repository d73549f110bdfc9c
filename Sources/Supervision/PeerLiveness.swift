/// Whether the peer of one connection is still there.
///
/// A new peer must complete its HELLO in time. A silent one is asked with a ping, and counts as
/// gone if nothing at all arrives in time. The caller needs one timer per connection, set to
/// ``nextCheck``; a connection that is busy resets nothing until that timer fires.
public struct PeerLiveness: Sendable {
    /// What the caller does when a check is due.
    public enum Action: Equatable, Sendable {
        /// Nothing; check again at ``PeerLiveness/nextCheck``.
        case none
        /// Send a ping.
        case ping
        /// Close the connection: no HELLO came in time.
        case dropHalfOpen
        /// Close the connection: a ping went unanswered.
        case dropSilent
    }

    private enum State: Sendable {
        case awaitingHello(until: UInt64)
        case quiet(since: UInt64)
        case pinged(until: UInt64)
    }

    private var state: State

    /// A connection that was just made.
    public init(now: UInt64) {
        state = .awaitingHello(until: now + Limits.helloMilliseconds)
    }

    /// When to call ``check(now:)``.
    public var nextCheck: UInt64 {
        switch state {
        case .awaitingHello(let until), .pinged(let until): until
        case .quiet(let since): since + Limits.silenceMilliseconds
        }
    }

    /// Notes that the peer's HELLO was accepted.
    public mutating func didGreet(now: UInt64) {
        state = .quiet(since: now)
    }

    /// Notes that bytes arrived; those of an unfinished HELLO buy no time.
    public mutating func didReceive(now: UInt64) {
        if case .awaitingHello = state { return }
        state = .quiet(since: now)
    }

    /// Decides what the passing of time means; early calls do no harm.
    public mutating func check(now: UInt64) -> Action {
        guard now >= nextCheck else { return .none }
        switch state {
        case .awaitingHello: return .dropHalfOpen
        case .pinged: return .dropSilent
        case .quiet:
            state = .pinged(until: now + Limits.pongMilliseconds)
            return .ping
        }
    }
}
