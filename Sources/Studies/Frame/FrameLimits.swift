/// The bounds of the frame and of the store, each with its reason.
package enum FrameLimits {
    /// Elements of a list in a configuration; a sweep over more values is many studies.
    package static let settingElements = 256

    /// Characters of a refused value that are quoted back.
    static let quotedCharacters = 120

    /// Columns of a comment in a configuration file.
    static let commentColumns = 90

    /// Columns of a table on a terminal, where cells of text and heads can be broken into lines.
    static let tableColumns = 100

    /// Bytes of a configuration file; ours with every comment have a hundredth of it.
    package static let configurationBytes = 1_048_576

    /// Items of one call: many enough that the engine shares each pass over the weights, few
    /// enough that little is asked again after a cut.
    package static let itemsPerCall = 32

    /// Calls under way at once: the next is there when one ends.
    package static let callsAtOnce = 2

    /// Items of one call for statistics, after which the sums so far are stored.
    package static let statisticsItemsPerCall = 64

    /// Groups of one call for statistics.
    ///
    /// The sums of all of them are held at once, 16 bytes for each neuron and sum. The daemon takes
    /// 256.
    static let groupsPerCall = 16

    /// Seconds that a store waits for another process that writes to it.
    static let busySeconds = 10.0

    /// Bytes of one stored value, below SQLite's own limit of 1,000,000,000.
    static let valueBytes = 900_000_000

    /// Keys in one query, below SQLite's limit of 32,766 variables.
    static let keysPerQuery = 500

    /// How often a question is asked again while the daemon is busy or gone: with the pauses
    /// between, for two minutes, in which any restart is over.
    static let attempts = 10

    /// How long to wait before a question is asked again: twice as long each time, up to 16 s.
    static func pause(after attempt: Int) -> Duration {
        .milliseconds(min(16_000, 250 << min(attempt, 8)))
    }
}
