import Foundation

/// One line of an evaluation file; `Models/abacus/data/README.md` describes the shape.
struct EvaluationCase: Decodable, Sendable {
    /// How a continuation is judged.
    enum Scoring: String, Decodable, CaseIterable {
        /// The greedy continuation starts with the answer as a whole number.
        case number
        /// The number after the first `The answer is ` of the greedy continuation.
        case final
        /// The greedy continuation starts with the answer.
        case next
        /// Probability of the answer among the choices, as continuations.
        case choice
        /// Mean log-probability of the answer's tokens.
        case likelihood
    }

    let id: String
    let prompt: String
    let answer: String
    let score: Scoring
    let tags: [String: String]
    let choices: [String]?

    /// Reads a file, one JSON object a line.
    ///
    /// - Throws: `FileError` naming the line.
    static func read(_ path: String) throws -> [EvaluationCase] {
        let text = String(decoding: try readFile(path), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return try lines.enumerated().compactMap { index, line in
            guard !line.allSatisfy(\.isWhitespace) else { return nil }
            do {
                return try JSONDecoder().decode(EvaluationCase.self, from: Data(line.utf8))
            } catch {
                let scores = Scoring.allCases.map(\.rawValue).joined(separator: ", ")
                throw FileError(
                    "\(path), line \(index + 1): expected an object with id, prompt, answer, tags "
                        + "(strings) and score (\(scores))")
            }
        }
    }
}

extension EvaluationCase {
    /// Tokens to generate at most.
    var tokenLimit: UInt32 {
        switch score {
        case .number: 6
        case .next: 16
        default: 130
        }
    }

    /// Whether a greedy continuation, cut at its first line end, is right.
    func accepts(_ continuation: String) -> Bool {
        switch score {
        case .number: Self.leadingNumber(continuation) == answer
        case .final:
            continuation.range(of: "The answer is ").map { range in
                continuation[range.upperBound...].prefix { $0 != "." } == answer
            } ?? false
        default: continuation.hasPrefix(answer)
        }
    }

    /// An optional sign and digits, up to the first other character.
    private static func leadingNumber(_ text: String) -> Substring {
        let sign = text.hasPrefix("-") ? 1 : 0
        let digits = text.dropFirst(sign).prefix { $0.isASCII && $0.isNumber }
        return text.prefix(sign + digits.count)
    }
}
