import Engine
import Hooks
import Messages
import SwiftProtobuf

/// What a request's items took so far, for its END: whole or partial.
///
/// Confined to the request's task.
final class RequestProgress {
    private var usage = Neurond_V1_Usage()
    private var timing = Neurond_V1_Timing()
    private var provenance = Neurond_V1_Provenance()
    private var partial = Neurond_V1_Partial()
    /// Whether an item has run, as far as it came.
    private var hasRun = false
    /// Whether receipts of an unfinished item are there: those of the first one count.
    private var hasReceipts = false

    /// Notes what is known before anything runs.
    ///
    /// - Parameter job: of the first item.
    func begin(items: Int, job: Job, seed: UInt64 = 0) {
        partial.items = UInt32(items)
        provenance = Neurond_V1_Provenance(job)
        provenance.seed = seed
    }

    /// Adds an item that ran to its end.
    func add(_ result: JobResult) {
        hasRun = hasRun || result.promptTokens > 0
        usage.promptTokens += UInt32(result.promptTokens)
        usage.generatedTokens += UInt32(result.generatedTokens)
        usage.cachedTokens += UInt32(result.cachedTokens)
        timing.queueSeconds += result.queueSeconds
        timing.prefillSeconds += result.prefillSeconds
        timing.decodeSeconds += result.decodeSeconds
    }

    /// Adds an item that was ended, or that will not be answered.
    func addPart(_ result: JobResult) {
        add(result)
        guard result.promptTokens > 0, !hasReceipts else { return }
        hasReceipts = true
        partial.receipts = result.receipts.map { Neurond_V1_Receipt($0) }
    }

    /// Notes that an item's answer is complete.
    func finishItem() { partial.itemsFinished += 1 }

    /// An OK end with the trailers.
    func end() -> Neurond_V1_End {
        .with {
            $0.usage = usage
            $0.timing = timing
            $0.provenance = provenance
        }
    }

    /// The end of a request that failed: marked as partial if something had run.
    func end(_ status: Neurond_V1_Status) -> Neurond_V1_End {
        guard hasRun else { return .with { $0.status = status } }
        var end = end()
        end.status = status
        end.partial = partial
        end.partial.generatedTokens = usage.generatedTokens
        return end
    }
}

extension Neurond_V1_Provenance {
    /// The part that a job decides.
    init(_ job: Job) {
        self.init()
        planHash = job.plan.hash
        adapter = job.adapter?.hash.hex ?? ""
    }
}
