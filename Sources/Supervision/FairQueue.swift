/// Requests that wait, so that each identity gets its portion of the work, not of the requests.
///
/// Start-time fair queueing: each identity has a clock that its requests' costs, divided by its
/// weight, move on; who is behind goes first. An identity that comes back after a pause starts at
/// the present, so that nobody saves up. Within an identity the connections take turns, and each
/// connection's requests go first come first served.
public struct FairQueue: Sendable {
    /// One request that waits.
    struct Ticket: Sendable {
        let key: RequestKey
        let identity: Identity
        let connection: UInt64
        let cost: Double
    }

    private struct Line: Sendable {
        /// Connections that wait, in the order of their turns.
        var turns: [UInt64] = []
        var waiting: [UInt64: [Ticket]] = [:]
        var count = 0

        var head: Ticket? { turns.first.flatMap { waiting[$0]?.first } }
    }

    private var lines: [Identity: Line] = [:]
    /// Where the clocks of the identities stand that were served lately.
    private var clocks: [Identity: Double] = [:]
    private var present = 0.0
    /// Requests that wait.
    private(set) var count = 0
    /// The costs of all that wait.
    private(set) var cost = 0.0

    /// Nobody waits.
    init() {}

    /// Requests of one identity that wait.
    func count(of identity: Identity) -> Int { lines[identity]?.count ?? 0 }

    /// All that wait, in no order of importance.
    var tickets: [Ticket] { lines.values.flatMap { $0.waiting.values.joined() } }

    /// Puts a request behind those of its connection, or before them.
    mutating func add(_ ticket: Ticket, first: Bool = false) {
        var line = lines[ticket.identity] ?? Line()
        let isNew = line.waiting[ticket.connection] == nil
        if isNew { line.turns.insert(ticket.connection, at: first ? 0 : line.turns.count) }
        var queue = line.waiting[ticket.connection] ?? []
        queue.insert(ticket, at: first ? 0 : queue.count)
        line.waiting[ticket.connection] = queue
        line.count += 1
        lines[ticket.identity] = line
        count += 1
        cost += ticket.cost
    }

    /// The request whose turn it is, among those that may run.
    func next(where mayRun: (Ticket) -> Bool) -> Ticket? {
        let heads = lines.values.compactMap(\.head).filter(mayRun)
        return heads.min { one, other in
            (clock(of: one.identity), one.key.value) < (clock(of: other.identity), other.key.value)
        }
    }

    /// Takes out the request that ``next(where:)`` named, and charges its identity.
    mutating func take(_ ticket: Ticket, weight: Int) {
        remove(ticket)
        present = max(present, clock(of: ticket.identity))
        clocks[ticket.identity] = clock(of: ticket.identity) + ticket.cost / Double(max(1, weight))
        guard clocks.count > Limits.clockCount else { return }
        clocks = clocks.filter { $0.value > present }
    }

    /// Gives back what was charged too much.
    mutating func refund(_ cost: Double, to identity: Identity, weight: Int) {
        clocks[identity]? -= cost / Double(max(1, weight))
    }

    /// Takes a request out that waits no more; its identity pays nothing.
    mutating func remove(_ ticket: Ticket) {
        guard var line = lines[ticket.identity],
            let index = line.waiting[ticket.connection]?.firstIndex(where: { $0.key == ticket.key })
        else { return }
        line.waiting[ticket.connection]?.remove(at: index)
        line.turns.removeAll { $0 == ticket.connection }
        if line.waiting[ticket.connection]?.isEmpty == true {
            line.waiting[ticket.connection] = nil
        } else {
            line.turns.append(ticket.connection)
        }
        line.count -= 1
        lines[ticket.identity] = line.count == 0 ? nil : line
        count -= 1
        cost -= ticket.cost
    }

    private func clock(of identity: Identity) -> Double {
        max(present, clocks[identity] ?? 0)
    }
}
