/// How far one call of a run has come.
package struct StudyProgress: Sendable, Equatable {
    package let step: String
    package let label: String
    /// Answers there are to be.
    package let total: Int
    /// Those that were in the store when the call began.
    package let stored: Int
    /// Those that were asked for since, and stored.
    package internal(set) var computed = 0
    /// Since the call began.
    package internal(set) var elapsedSeconds = 0.0

    package init(step: String, label: String, total: Int, stored: Int) {
        self.step = step
        self.label = label
        self.total = total
        self.stored = stored
    }

    package var done: Int { stored + computed }

    /// Seconds that the rest will take at the pace of what was really asked; nil before that.
    package var remainingSeconds: Double? {
        guard done < total else { return 0 }
        guard computed > 0, elapsedSeconds > 0 else { return nil }
        return elapsedSeconds / Double(computed) * Double(total - done)
    }
}

/// What happens in a run, for those who watch it.
package enum StudyEvent: Sendable, Equatable {
    case started(StudyProgress)
    case advanced(StudyProgress)
    case finished(StudyProgress)
}
