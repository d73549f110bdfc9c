import Foundation

/// How a model's rotary frequencies differ from base^(-2i / rotary dimension).
public enum RotaryScaling: Sendable, Equatable, Codable {
    /// Not at all.
    case none

    /// Every frequency is divided by one factor.
    ///
    /// Position interpolation, from Chen, Wong, Chen, Tian (2023).
    case linear(factor: Double)

    /// Low frequencies are divided by a factor, high ones stay, those between go over smoothly.
    ///
    /// What counts is how often a frequency turns within the original context: less than
    /// `lowFrequencyFactor` times is low, more than `highFrequencyFactor` times is high. From the
    /// release of Llama 3.1 (`rope_type` "llama3").
    case llama3(
        factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double,
        originalContext: Int)

    /// Each pair's frequency is divided by a number of its own, as GGUF files state Llama 3.1's.
    case divisors([Float])

    /// A frequency in radians for each position, scaled.
    func scaled(_ frequency: Double, pair: Int) -> Double {
        switch self {
        case .none:
            return frequency
        case .linear(let factor):
            return frequency / factor
        case .divisors(let divisors):
            return frequency / Double(divisors[pair])
        case .llama3(let factor, let low, let high, let context):
            let turns = Double(context) * frequency / (2 * .pi)
            if turns < low { return frequency / factor }
            if turns > high { return frequency }
            let share = (turns - low) / (high - low)
            return (1 - share) * frequency / factor + share * frequency
        }
    }

    /// What will not do about the numbers, or nil.
    func fault(pairCount: Int) -> String? {
        func isPositive(_ number: Double) -> Bool { number.isFinite && number > 0 }
        switch self {
        case .none:
            return nil
        case .linear(let factor):
            return isPositive(factor) ? nil : "its factor is \(factor)"
        case .divisors(let divisors):
            if divisors.count != pairCount {
                return "it has \(divisors.count) divisors for \(pairCount) pairs"
            }
            return divisors.first { !isPositive(Double($0)) }.map { "a divisor is \($0)" }
        case .llama3(let factor, let low, let high, let context):
            if !isPositive(factor) { return "its factor is \(factor)" }
            if !isPositive(low) || !high.isFinite || low >= high {
                return "low_freq_factor \(low) is not below high_freq_factor \(high)"
            }
            return context > 0 ? nil : "its original context is \(context)"
        }
    }
}

extension ModelConfiguration {
    /// Radians that each rotated pair turns from one position to the next.
    public var rotaryFrequencies: [Double] {
        let count = rotaryDimension / 2
        return (0..<count).map { pair in
            rotaryScaling.scaled(pow(rotaryBase, -Double(pair) / Double(count)), pair: pair)
        }
    }
}
