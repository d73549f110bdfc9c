internal import StrictJSON

/// The bounds of what is read from data sets, templates and judges, each with its reason.
package enum DataLimits {
    /// Bytes of one file of problems: sixty times GSM8K's training set.
    package static let fileByteCount = 256 << 20

    /// Problems of one set: MATH has 12,500, and each is kept in memory.
    package static let problemCount = 1 << 20

    /// Bytes of one field; the longest solution of MATH has 7 kB.
    package static let fieldByteCount = 1 << 20

    /// Choices of one problem: each has a letter.
    package static let choiceCount = 26

    /// Tags of one problem: a table has a row for each value.
    package static let tagCount = 64

    /// Bytes of a template file: an exemplar takes about 500.
    package static let templateByteCount = 1 << 20

    /// Exemplars of a template; papers use up to a few dozen.
    package static let exemplarCount = 256

    /// Tokens of one answer: twice what models that reason at length are given.
    package static let answerTokenCount = 65_536

    /// The largest exponent that is worked out: `x^{100}` is expanded, `2^{1000}` stays a name.
    package static let exponent = 128

    /// Terms of an expanded polynomial; more is compared as text.
    package static let termCount = 256

    /// Bytes of an answer that is read as mathematics; a longer one is compared as text.
    package static let answerByteCount = 4096

    /// Nesting of an answer's brackets: the parser recurses once per level.
    package static let answerDepth = 32

    /// Samples of one problem: majorities compare every pair.
    package static let sampleCount = 256

    /// Resamples of a bootstrap; the error of a 95 % limit is far below 0.1 standard errors.
    package static let resampleCount = 1 << 20

    /// Attempts at one verdict; between them pass 1, 2 and 4 seconds.
    package static let judgeAttempts = 4

    /// Bytes of a judge's reply, and what of them an error quotes.
    package static let judgeReplyByteCount = 4 << 20
    package static let quotedByteCount = 300

    /// A reply is an object with the answer and a few counts in it.
    static let judgeReply = JSONLimits(
        maximumByteCount: judgeReplyByteCount, maximumDepth: 32, maximumValueCount: 1 << 16)

    /// A whole file that is one JSON text; an array of problems has about ten values a problem.
    static let wholeFile = JSONLimits(
        maximumByteCount: fileByteCount, maximumDepth: 16, maximumValueCount: 1 << 25)

    /// One line or file that is one problem.
    static let oneProblem = JSONLimits(
        maximumByteCount: 8 << 20, maximumDepth: 16, maximumValueCount: 1 << 14)
}
