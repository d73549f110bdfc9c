/// Whether a client that does not read is to make room for others.
///
/// A request whose client takes nothing holds a place and attention state at its engine for
/// nothing. It gives them up soon while others wait, and later otherwise; when its client reads
/// again it is run again, and the frames that the client has are skipped. ``tick(isWaiting:…)`` is
/// called once a second, so that time in which the supervisor itself was stopped does not count.
public struct StallPolicy: Sendable {
    private var ticks = 0

    /// A client of which nothing is known yet.
    public init() {}

    /// Decides what a further second means.
    ///
    /// - Parameters:
    ///   - isWaiting: whether something waits for the client.
    ///   - hasTaken: whether it has taken anything since the last call.
    ///   - othersWait: whether requests wait for a place.
    ///   - seconds: how long it may take nothing while nobody waits.
    /// - Returns: whether its request is to be parked.
    public mutating func tick(
        isWaiting: Bool, hasTaken: Bool, othersWait: Bool, seconds: Int
    ) -> Bool {
        guard isWaiting, !hasTaken else {
            ticks = 0
            return false
        }
        ticks += 1
        return ticks >= (othersWait ? min(Limits.stallSecondsWhileOthersWait, seconds) : seconds)
    }
}
