/// Jobs that wait to run, and which of them goes next.
///
/// Shares take turns by what their jobs take and by their weights; inside a share the order is
/// that of arrival. Interactive jobs go before bulk ones. While the first job of a share does not
/// fit, first jobs of other shares may pass it, until it has waited for some time: then nothing
/// behind it starts before it. A bulk job that has waited much longer counts as interactive.
struct JobQueue<Element> {
    /// A waiting job.
    struct Entry {
        var element: Element
        var share: JobShare
        /// What the share is charged for it: its rows.
        var cost: Int
        /// Monotonic seconds.
        var arrived: Double

        func lane(now: Double) -> JobShare.Lane {
            now - arrived > EngineLimits.bulkPatienceSeconds ? .interactive : share.lane
        }
    }

    /// In order of arrival.
    private(set) var entries: [Entry] = []
    private var clock = ShareClock()

    var isEmpty: Bool { entries.isEmpty }

    mutating func append(_ entry: Entry) {
        entries.append(entry)
    }

    /// - Returns: what was removed, in order of arrival.
    mutating func removeAll(where isUnwanted: (Element) -> Bool) -> [Element] {
        let removed = entries.filter { isUnwanted($0.element) }.map(\.element)
        if !removed.isEmpty { entries.removeAll { isUnwanted($0.element) } }
        return removed
    }

    /// Takes out the job that starts next.
    ///
    /// - Parameter fits: whether a job can start now, in the lane it counts as.
    /// - Returns: nil if none can.
    mutating func next(
        now: Double, fits: (Element, JobShare.Lane) -> Bool
    ) -> Element? {
        guard !entries.isEmpty else { return nil }
        clock.begin(entries.lazy.map(\.share.identifier))
        for lane in JobShare.Lane.allCases {
            for index in heads(of: lane, now: now) {
                let entry = entries[index]
                if fits(entry.element, lane) {
                    entries.remove(at: index)
                    clock.charge(entry.share, entry.cost)
                    return entry.element
                }
                if now - entry.arrived > EngineLimits.admitPatienceSeconds { return nil }
            }
        }
        return nil
    }

    /// The first entry of each share in a lane, those whose share goes next first.
    private func heads(of lane: JobShare.Lane, now: Double) -> [Int] {
        var seen: Set<UInt64> = []
        let heads = entries.indices.filter { index in
            entries[index].lane(now: now) == lane
                && seen.insert(entries[index].share.identifier).inserted
        }
        return heads.sorted { left, right in
            let (first, second) = (entries[left].share, entries[right].share)
            return (clock.time(first.identifier), left) < (clock.time(second.identifier), right)
        }
    }
}
