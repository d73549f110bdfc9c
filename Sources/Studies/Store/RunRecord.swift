package import Foundation

/// One run of a study, as the store has it.
package struct RunRecord: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// Under way, or cut off without a word.
        case open
        /// Stopped by its user.
        case interrupted
        case failed
        case finished
    }

    package let id: Int64
    package let study: String
    /// The whole configuration as TOML.
    package let configuration: String
    /// SHA-256 of ``configuration``, in hexadecimal.
    package let configurationHash: String
    package let model: ModelIdentity
    /// Of the program that began the run.
    package let codeVersion: String
    package let started: Date
    package let ended: Date?
    package let state: State
    /// Why it failed.
    package let message: String
}
