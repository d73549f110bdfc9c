@testable import Engine
import Foundation
import Hooks
import Kernels
import Testing

/// Sampling options do what their names say.
@Suite("Sampling")
struct SamplingTests {
    private let logits: [Float] = [1, 3, 2, 0, 2.5]

    private func draws(_ sampling: Sampling, _ count: Int = 4000) throws -> [Int32: Int] {
        try (0..<count).reduce(into: [:]) { counts, index in
            counts[try draw(logits, sampling, index), default: 0] += 1
        }
    }

    private func draw(
        _ logits: [Float], _ sampling: Sampling, _ index: Int,
        _ path: KernelPath = .portable
    ) throws -> Int32 {
        let kernels = try KernelSet(path: path)
        let buffer = RowBuffer(rowCapacity: 1, width: logits.count)
        buffer.setRow(0, from: logits, at: 0)
        let best = kernels.largestColumn(buffer, row: 0)
        return Sampler(sampling: sampling).choose(
            from: TokenLogits(buffer: buffer, row: 0, best: best), index: index, kernels: kernels,
            scratch: RowBuffer(rowCapacity: 1, width: logits.count))
    }

    @Test("frequencies follow the distribution")
    func frequencies() throws {
        let counts = try draws(Sampling(temperature: 1, seed: 5))
        let total = logits.reduce(0.0) { $0 + exp(Double($1)) }
        for (id, logit) in logits.enumerated() {
            let expected = 4000 * exp(Double(logit)) / total
            let deviation = (expected * (1 - expected / 4000)).squareRoot()
            #expect(abs(Double(counts[Int32(id), default: 0]) - expected) <= 4 * deviation)
        }
    }

    @Test("top_k, top_p and min_p leave the likeliest")
    func filters() throws {
        #expect(Set(try draws(Sampling(temperature: 1, topK: 2, seed: 1)).keys) == [1, 4])
        // Probabilities are about .47 .29 .17: two reach .6, three are needed for .8.
        #expect(Set(try draws(Sampling(temperature: 1, topP: 0.6, seed: 1)).keys) == [1, 4])
        #expect(Set(try draws(Sampling(temperature: 1, topP: 0.8, seed: 1)).keys) == [1, 2, 4])
        // exp(2.5 − 3) = .61 and exp(2 − 3) = .37 of the best.
        #expect(Set(try draws(Sampling(temperature: 1, minP: 0.5, seed: 1)).keys) == [1, 4])
        #expect(Set(try draws(Sampling(temperature: 1, topP: 1e-6, seed: 1)).keys) == [1])
    }

    @Test("a filter leaves what sorting all tokens would leave", arguments: KernelSet.available())
    func filtersOfManyTokens(path: KernelPath) throws {
        // Rounded, so that many are equal; more than a stretch, and no multiple of it.
        let logits = (0..<2500).map { index in
            let (uniform, _) = CounterRandom.uniform(
                seed: 3, coordinates: (UInt32(index), 0, 0, 0))
            return index % 7 == 0 ? -Float.infinity : Float((uniform * 400).rounded()) / 40
        }
        for sampling in [
            Sampling(temperature: 0.9, seed: 1), Sampling(temperature: 0.9, topK: 40, seed: 2),
            Sampling(temperature: 2, topP: 0.7, seed: 3),
            Sampling(temperature: 0.5, topK: 300, topP: 0.9, minP: 0.05, seed: 4),
            Sampling(temperature: 1e-38, seed: 5), Sampling(temperature: 80, topK: 2400, seed: 6),
            Sampling(temperature: 1, topK: 5000, topP: 0.999, seed: 7),
        ] {
            let allowed = Self.survivors(logits, sampling)
            let drawn = Set(try (0..<3000).map { try draw(logits, sampling, $0, path) })
            #expect(drawn.isSubset(of: allowed), "\(path) \(sampling)")
            // All that have a fair chance to be drawn in so many tries are.
            let best = logits.max() ?? 0
            let likely = allowed.filter {
                (best - logits[Int($0)]) / sampling.temperature < 0.1 && allowed.count < 400
            }
            #expect(drawn.isSuperset(of: likely), "\(path) \(sampling)")
        }
    }

    /// The filters by their definitions, on all tokens sorted.
    private static func survivors(_ logits: [Float], _ sampling: Sampling) -> Set<Int32> {
        let peak = Double(logits.max() ?? 0)
        var order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
        func weight(_ id: Int) -> Double {
            exp((Double(logits[id]) - peak) / Double(sampling.temperature))
        }
        order.removeAll { weight($0) == 0 }
        if sampling.topK > 0 { order = Array(order.prefix(sampling.topK)) }
        if sampling.topP < 1 {
            // One more is allowed: single precision may fall on the other side of the limit.
            let limit = Double(sampling.topP) * order.reduce(0) { $0 + weight($1) }
            var sum = 0.0
            let needed = order.firstIndex { id in
                sum += weight(id)
                return sum >= limit * (1 + 1e-6)
            }
            order = Array(order.prefix((needed ?? order.count) + 1))
        }
        return Set(
            order.filter { weight($0) >= Double(sampling.minP) * (1 - 1e-6) }.map { Int32($0) })
    }

    @Test("a draw takes the token in whose share of the sum the number falls")
    func drawsByShare() throws {
        let logits = RowBuffer(rowCapacity: 1, width: 3000)
        let row = TokenLogits(buffer: logits, row: 0, best: 0)
        let tokens = TokenWeights(
            row, temperature: 1, kernels: try KernelSet(path: .portable),
            weights: RowBuffer(rowCapacity: 1, width: 3000))
        // All weigh 1.
        #expect(tokens.total == 3000)
        for token in [0, 1, 1023, 1024, 2047, 2048, 2999] {
            #expect(tokens.token(at: Double(token)) == token)
            #expect(tokens.token(at: Double(token) + 0.999) == token)
        }
        tokens.keepLikeliest(.count(1500))
        #expect(tokens.total == 1500)
        #expect(tokens.token(at: 1499.5) == 1499)
        tokens.keepLikeliest(.weight(99.5))
        #expect(tokens.total == 100)
    }

    @Test("a seed decides, and another seed decides otherwise")
    func seeds() throws {
        func sequence(_ seed: UInt64) throws -> [Int32] {
            try (0..<64).map { try draw(logits, Sampling(temperature: 1, seed: seed), $0) }
        }
        #expect(try sequence(7) == sequence(7))
        #expect(try sequence(7) != sequence(8))
    }

    @Test("stop strings are held back, cut out and never begun in vain")
    func stops() {
        var matcher = StopMatcher(["\n\nQ:", "END"])
        var released = ""
        for piece in ["a\n", "\nx E", "N", "D", "tail"] {
            let (text, stop) = matcher.append(piece)
            released += text
            if stop != nil {
                #expect(stop == "END")
                break
            }
        }
        #expect(released == "a\n\nx ")
        var other = StopMatcher(["ab"])
        #expect(other.append("a").text == "")
        #expect(other.append("a").text == "a")
        #expect(other.finish() == "a")
    }

    @Test("top answers the largest in order, NaN last")
    func top() {
        #expect(LogitMath.top(3, of: logits) == [1, 4, 2])
        #expect(LogitMath.top(9, of: [.nan, 1, 1]) == [1, 2, 0])
        #expect(LogitMath.top(0, of: logits).isEmpty)
        let values = (0..<500).map { Float(($0 * 7919) % 500) }
        let expected = values.indices.sorted { values[$0] > values[$1] }
        #expect(LogitMath.top(500, of: values) == expected)
        #expect(LogitMath.top(17, of: values) == Array(expected.prefix(17)))
    }
}
