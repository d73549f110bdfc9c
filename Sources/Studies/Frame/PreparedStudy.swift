/// A study with its configuration: ready to be run, before any daemon is asked.
package struct PreparedStudy: Sendable {
    package let name: String
    /// The whole configuration as TOML, defaults included.
    package let configuration: String
    private let work: @Sendable (StudyRun) async throws -> StudyResults

    /// Reads a configuration.
    ///
    /// - Parameters:
    ///   - toml: The text of a file; empty for the defaults.
    ///   - source: The file's name, for messages.
    ///   - assignments: `key=value`, stronger than the file.
    /// - Throws: ``StudyError`` for values that are not accepted, alone or together.
    package init<S: Study>(
        _ type: S.Type, toml: String, from source: String, assignments: [String] = []
    ) throws {
        let configuration = try S.Configuration(
            toml: toml, from: source, assignments: assignments)
        let study = try S(configuration)
        name = S.name
        self.configuration = configuration.toml
        work = { try await study.run($0) }
    }

    /// Runs the study and stores its results.
    ///
    /// However it ends, the store says so, and what was answered until then is there.
    package func execute(_ run: StudyRun) async throws -> StudyResults {
        do {
            let results = try await work(run)
            try run.store.finish(run.id, results)
            return results
        } catch {
            let state: RunRecord.State = Task.isCancelled ? .interrupted : .failed
            // What ended the run is worth more than that the store could not be told.
            try? run.store.end(run.id, state, "\(error)")
            throw error
        }
    }
}

extension Study {
    /// The whole configuration file with every default and what each key means.
    package static var template: String { Configuration.template(of: Self.self) }

    /// Every key with its value, of a configuration as a store has it.
    ///
    /// - Throws: ``StudyError`` where this build does not know a key of it.
    package static func values(
        of toml: String, from source: String
    ) throws(StudyError) -> [(path: String, value: String)] {
        try Configuration(toml: toml, from: source).values
    }
}
