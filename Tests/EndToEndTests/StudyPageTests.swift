import Foundation
import NeurondClient
import TestSupport
import Testing

/// The page of the differential study does what it says.
@Suite("The study's page", .serialized, .timeLimit(.minutes(30)))
struct StudyPageTests {
    private static let page = "Docs/studies/differential.md"

    /// Values that leave as little of each part of the study as still gives numbers.
    private static let small = [
        "seed=5", "data.contrast_items=16", "data.test_items=8", "sampling.samples=4",
        "sampling.maximum_tokens=64", "interventions.factors=0.0", "sweeps.thresholds=1.0",
        "sweeps.scales=0.5", "baselines.draws=1", "projection.neurons=2", "unrelated.items=8",
        "evaluation.maximum_tokens=64", "evaluation.resamples=100",
    ].map { " --set \($0)" }.joined()

    @Test("its commands for the bundled model run, the study as a short one")
    func commands() async throws {
        let daemon = try DaemonProcess(model: "Models/abacus")
        try await daemon.connect().close()
        // Relative paths are of the repository's root; what is written stays in the folder.
        let prepare = """
            cd \(daemon.folder.path) && ln -sfn \(TestData.packageRoot.path)/Models Models && \
            export XDG_DATA_HOME=$PWD &&
            """
        let commands = DocumentedCommand.of(Self.page).filter { command in
            !command.isInline && command.words[0] == "neuronctl"
                && !command.text.contains("MATH/")
        }
        #expect(commands.map { $0.words[1] } == ["study", "study", "generate"])
        for command in commands {
            let isRun = command.text.hasPrefix("neuronctl study run")
            let line = "\(prepare) \(command.text)\(isRun ? Self.small : "")"
            let (status, out, error) = try daemon.shell(line)
            try #require(status == 0, "\(line): \(error)")
            #expect(!out.isEmpty, "\(line)")
        }
        #expect(daemon.stop() == 0)
    }
}
