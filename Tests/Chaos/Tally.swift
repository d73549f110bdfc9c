import NeurondClient
import Synchronization
import Wire

/// What became of the requests, counted from many tasks.
final class Tally: Sendable {
    struct Counts: Sendable {
        /// Whole, and every bit as alone.
        var right = 0
        /// Given up by us, refused for time or room: what came is the beginning of the right one.
        var partial = 0
        /// Refused for now and asked again.
        var retried = 0
        /// Something else than the right answer.
        var wrong = 0
        /// Ended without an answer for no reason of ours.
        var lost = 0
        var engineKills = 0
        var engineStops = 0
        var forkServerKills = 0
        var clientKills = 0
        var stalledReaders = 0
        var cancels = 0
        var deadlines = 0
        var quotaRefusals = 0
        /// What was wrong or lost, the first few.
        var complaints: [String] = []
    }

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock { $0 } }

    func count(_ change: (inout Counts) -> Void) { state.withLock { change(&$0) } }

    func complain(_ text: String) {
        count { if $0.complaints.count < 20 { $0.complaints.append(text) } }
    }

    /// Judges an answer by the undisturbed one.
    ///
    /// - Parameter allowed: codes with which the request may end early.
    /// - Returns: whether it should be asked again.
    func judge(
        _ outcome: Outcome, against right: [Piece], allowing allowed: [StatusCode], name: String
    ) -> Bool {
        let isBeginning = right.starts(with: outcome.pieces)
        guard isBeginning else {
            count { $0.wrong += 1 }
            complain("\(name): piece \(outcome.pieces.count) differs from the undisturbed answer")
            return false
        }
        guard let error = outcome.error else {
            let isWhole = outcome.pieces.count == right.count
            count { if isWhole { $0.right += 1 } else { $0.wrong += 1 } }
            if !isWhole { complain("\(name): \(outcome.pieces.count) of \(right.count) pieces") }
            return false
        }
        if allowed.contains(error.code) {
            count { $0.partial += 1 }
            return false
        }
        if error.code == .resourceExhausted, error.retryAfter != nil {
            count { $0.retried += 1 }
            return true
        }
        count { $0.lost += 1 }
        complain("\(name): \(error)")
        return false
    }
}
