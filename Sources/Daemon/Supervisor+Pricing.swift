import Messages
import Supervision
import SwiftProtobuf
import Wire

// What a request takes is known before it is queued for an engine. What that is depends on tokens,
// shapes and stored objects, which only engines know; so one is asked to explain the request.
// A request that can never run is refused then and there.

extension Supervisor {
    /// Has engines price what waits for that.
    func pricePending() {
        for link in engines where link.isReady && !queue.isExclusive(link.index) {
            var room = DaemonLimits.pricingPerEngine - link.pricingCount
            while room > 0, let key = queue.nextToPrice() {
                guard let request = requests[key] else { continue }
                room -= 1
                price(request, on: link)
            }
        }
    }

    private func price(_ request: RelayedRequest, on link: EngineLink) {
        let key = request.key
        link.start(
            EngineCall(.explain, payload: Self.explanation(of: request)) { [weak self] outcome in
                self?.didPrice(key, outcome)
            })
    }

    private func didPrice(_ key: RequestKey, _ outcome: EngineCall.Outcome) {
        guard let request = requests[key] else { return }
        switch outcome {
        case .ended(let reply, let end):
            guard EndMessage.status(of: end)?.code == .ok else { return fail(request, end) }
            guard let reply, let totals = try? Neurond_V1_ExplainReply(serializedBytes: reply)
            else { return fail(request, Refusals.relayFailed("the engine named no price")) }
            request.tokenCount = totals.tokens + totals.generatedTokens
            line(request, up: Price(totals, items: request.itemCount))
        case .refused(let reason): fail(request, Refusals.relayFailed(reason))
        case .engineDied(let isCrash, let wasAlone):
            if isCrash { request.pricingDeathCount += wasAlone ? 1 : 0 }
            guard request.pricingDeathCount < Supervision.Limits.engineDeathsPerRequest else {
                return convict(request)
            }
            queue.priceAgain(key)
        }
        pump()
    }

    /// Puts a request into its lane.
    func line(_ request: RelayedRequest, up price: Price) {
        guard let refusal = queue.didPrice(request.key, price) else { return }
        fail(request, Refusals.end(of: refusal, queue))
    }

    /// Whether engines run passes for this method, so that it has to be priced.
    static func isPriced(_ method: UInt16) -> Bool { explainedField(method) != nil }

    /// Field of an ExplainRequest that takes this method's request.
    private static func explainedField(_ method: UInt16) -> UInt8? {
        switch Wire.Method(rawValue: method) {
        case .forward: 2
        case .generate: 3
        case .score: 4
        case .statistics: 6
        default: nil
        }
    }

    /// An ExplainRequest about a request, which is put in as it is.
    private static func explanation(of request: RelayedRequest) -> [UInt8] {
        var bytes = EndMessage.encode(
            Neurond_V1_ExplainRequest.with {
                $0.options.model = request.model
                $0.totalsOnly = true
            })
        // A field with a length: its number, times 8, plus 2.
        bytes.append((explainedField(request.method) ?? 0) << 3 | 2)
        var rest = request.payload.count
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
        return bytes + request.payload
    }
}

extension Price {
    fileprivate init(_ totals: Neurond_V1_ExplainReply, items: Int) {
        self.init(
            multiplyAdds: max(totals.multiplyAdds, Supervision.Limits.multiplyAddsPerRequest),
            keyValueByteCount: Int(clamping: totals.keyValueBytes),
            captureByteCount: Int(clamping: totals.captureBytes), itemCount: items)
    }
}
