/// Start-time fair queueing over shares.
///
/// Each share has a virtual time, which what it is served moves on by cost ÷ weight; the share
/// whose time is least goes next. A share that comes back starts at the time of those that were
/// served meanwhile, so nobody saves up for later by asking for nothing.
struct ShareClock {
    /// Virtual times of shares that are ahead of `now`, or were seen in the last round.
    private var times: [UInt64: Double] = [:]
    private var now = 0.0

    /// Begins a round among the shares that want something.
    mutating func begin(_ active: some Swift.Sequence<UInt64>) {
        var least: Double?
        var count = 0
        for share in active {
            let time = max(times[share] ?? now, now)
            times[share] = time
            least = min(least ?? time, time)
            count += 1
        }
        now = least ?? now
        // Who is not ahead of the others has nothing to be remembered for. It is forgotten when
        // there are many of them, since that makes a new table.
        if times.count > 2 * count { times = times.filter { $0.value > now } }
    }

    /// Where a share stands among others; the least goes next.
    func time(_ share: UInt64) -> Double { times[share] ?? now }

    /// Charges a share for what it was served.
    mutating func charge(_ share: JobShare, _ cost: Int) {
        times[share.identifier] = time(share.identifier) + Double(cost) / Double(share.weight)
    }
}
