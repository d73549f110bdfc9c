@testable import Engine
import Foundation
import Hooks
import Kernels
import Testing

/// Sampling options do what their names say.
@Suite("Sampling")
struct SamplingTests {
    private let logits: [Float] = [1, 3, 2, 0, 2.5]

    private func draws(_ sampling: Sampling, _ count: Int = 4000) -> [Int32: Int] {
        let sampler = Sampler(sampling: sampling)
        return (0..<count).reduce(into: [:]) { counts, index in
            counts[sampler.choose(logits, index: index), default: 0] += 1
        }
    }

    @Test("frequencies follow the distribution")
    func frequencies() {
        let counts = draws(Sampling(temperature: 1, seed: 5))
        let total = logits.reduce(0.0) { $0 + exp(Double($1)) }
        for (id, logit) in logits.enumerated() {
            let expected = 4000 * exp(Double(logit)) / total
            let deviation = (expected * (1 - expected / 4000)).squareRoot()
            #expect(abs(Double(counts[Int32(id), default: 0]) - expected) <= 4 * deviation)
        }
    }

    @Test("top_k, top_p and min_p leave the likeliest")
    func filters() {
        #expect(Set(draws(Sampling(temperature: 1, topK: 2, seed: 1)).keys) == [1, 4])
        // Probabilities are about .47 .29 .17: two reach .6, three are needed for .8.
        #expect(Set(draws(Sampling(temperature: 1, topP: 0.6, seed: 1)).keys) == [1, 4])
        #expect(Set(draws(Sampling(temperature: 1, topP: 0.8, seed: 1)).keys) == [1, 2, 4])
        // exp(2.5 − 3) = .61 and exp(2 − 3) = .37 of the best.
        #expect(Set(draws(Sampling(temperature: 1, minP: 0.5, seed: 1)).keys) == [1, 4])
        #expect(Set(draws(Sampling(temperature: 1, topP: 1e-6, seed: 1)).keys) == [1])
    }

    @Test("a seed decides, and another seed decides otherwise")
    func seeds() {
        func sequence(_ seed: UInt64) -> [Int32] {
            let sampler = Sampler(sampling: Sampling(temperature: 1, seed: seed))
            return (0..<64).map { sampler.choose(logits, index: $0) }
        }
        #expect(sequence(7) == sequence(7))
        #expect(sequence(7) != sequence(8))
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
