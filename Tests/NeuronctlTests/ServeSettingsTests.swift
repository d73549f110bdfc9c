import ArgumentParser
import Configuration
import Foundation
import Kernels
import Logging
import Supervision
import Testing

@testable import neurond

@Suite struct ServeSettingsTests {
    /// What a command line means beside a file with this text.
    private func settings(_ file: String, _ words: [String] = []) throws -> ServeSettings {
        let path = try temporaryFile("neurond.toml", file)
        return try ServeSettings(ServeCommand.parse(["--config", path] + words))
    }

    @Test func theModelIsNamedByItsFileUnlessItIsNamed() throws {
        let plain = try settings("model = \"/models/small.v2.gguf\"")
        #expect(plain.modelName == "small.v2" && plain.modelPath == "/models/small.v2.gguf")
        let named = try settings("model = \"/a\"", ["--model", "lab=/models/x=y.gguf"])
        #expect(named.modelName == "lab" && named.modelPath == "/models/x=y.gguf")
    }

    @Test func enginesAreToldWhatTheConfigurationSays() throws {
        let plain = try settings("model = \"m\"\nthreads = 3\ncache_bytes = 4096")
        #expect(
            plain.engineArguments == [
                "engine", "--model=m", "--weights=int8", "--threads=3", "--model-name=m",
                "--cache-bytes=4096",
            ])
        let told = try settings("model = \"m\"\n[prefix_cache]\nbytes = 0\nshared = false")
            .engineArguments
        let engine = try EngineCommand.parse(Array(told.dropFirst()))
        #expect(engine.prefixCacheBytes == 0 && engine.privatePrefixes)
        let odd = try settings("model = \"odd name=-x=y.gguf\"\nweights = \"f16\"")
        let parsed = try EngineCommand.parse(Array(odd.engineArguments.dropFirst()))
        #expect(parsed.model == "-x=y.gguf" && parsed.modelName == "odd name")
        #expect(parsed.weights == .f16)
    }

    @Test func everyFormAndLevelThatTheConfigurationTakesExists() throws {
        for form in ["int8", "f16", "f32"] {
            let read = try settings("model = \"m\"\nweights = \"\(form)\"")
            #expect(read.form.rawValue == form)
        }
        for level in Logger.Level.allCases {
            let read = try settings("model = \"m\"\n[log]\nlevel = \"\(level)\"")
            #expect(read.logLevel == level)
        }
    }

    @Test func mistakesOfTheCommandLineAreWrongUsageAndThoseOfTheFileAreNot() throws {
        let path = try temporaryFile("neurond.toml", "enginse = 1")
        // The file's mistakes are reported when the command runs.
        _ = try Neurond.parseAsRoot(["serve", "--config", path, "--model", "m"])
        for words in [
            ["--model", "m", "--engines", "0"],
            ["--model", "m", "--listen", "tcp:127.0.0.1:1"],
        ] {
            do {
                _ = try Neurond.parseAsRoot(["serve"] + words)
                Issue.record("\(words) were taken")
            } catch {
                #expect(Neurond.exitCode(for: error) == .validationFailure)
            }
        }
    }

    @Test func aFileIsReadAgain() throws {
        let path = try temporaryFile("neurond.toml", "model = \"m\"\nengines = 1")
        let before = try ServeSettings(ServeCommand.parse(["--config", path]))
        try Data("model = \"m\"\nengines = 2".utf8).write(to: URL(filePath: path))
        let after = try before.reread()
        #expect(before.configuration.engines == 1 && after.configuration.engines == 2)
        #expect(after.configuration.access.owners.contains(geteuid()))
    }
}
