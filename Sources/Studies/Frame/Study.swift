/// A method of a paper as something that can be run: a configuration, steps, results.
///
/// A study keeps nothing itself. What it asks of a model goes through ``StudyRun``, which answers
/// from the store where the answer is there; what it computes from answers is a function of them,
/// so that a run that was cut off ends as one that was not.
package protocol Study: Sendable {
    associatedtype Configuration: StudyConfiguration

    /// The word of the command line.
    static var name: String { get }

    /// One sentence for lists and for the head of the configuration file.
    static var summary: String { get }

    /// Everything that is asked of a model, in order.
    static var steps: [StudyStep] { get }

    /// Takes a configuration whose values have been checked one by one.
    ///
    /// - Throws: ``StudyError`` for values that do not go together.
    init(_ configuration: Configuration) throws

    /// Asks, computes, and gives the results.
    func run(_ run: StudyRun) async throws -> StudyResults
}

/// One kind of question that a study asks.
package struct StudyStep: Sendable, Hashable {
    /// Part of the key of every answer.
    package let name: String
    /// Goes up when the same question would be answered otherwise; part of the key too.
    package let version: Int
    /// What is done, for people.
    package let summary: String

    package init(_ name: String, version: Int = 1, _ summary: String) {
        self.name = name
        self.version = version
        self.summary = summary
    }
}

/// Values that a study can be told, each with a default and a documentation.
package protocol StudyConfiguration: Sendable, Equatable {
    /// The defaults.
    init()

    /// Every key, in the order of the documentation.
    static var settings: [StudySetting<Self>] { get }
}

/// The studies that exist.
package struct StudyRegistry: Sendable {
    package let studies: [any Study.Type]

    package init(_ studies: [any Study.Type]) { self.studies = studies }

    /// Those of this build.
    package static let standard = StudyRegistry([DifferentialStudy.self])

    /// Those of the running command; tests bring their own.
    @TaskLocal package static var current = StudyRegistry.standard

    /// The study of a name.
    ///
    /// - Throws: ``StudyError`` with the names that there are.
    package func study(named name: String) throws(StudyError) -> any Study.Type {
        if let study = studies.first(where: { $0.name == name }) { return study }
        let names = studies.map { $0.name }.sorted().joined(separator: ", ")
        throw StudyError(
            "UNKNOWN_STUDY", "there is no study \"\(name)\"; there are: \(names)",
            isUsage: true)
    }
}
