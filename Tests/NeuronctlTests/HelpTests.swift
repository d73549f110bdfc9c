import ArgumentParser
import Testing

@testable import neurond
@testable import neuronctl

/// A command with the words that call it, the program's name first.
struct NamedCommand: Sendable, CustomTestStringConvertible {
    let words: [String]
    let type: any ParsableCommand.Type

    var testDescription: String { words.joined(separator: " ") }
}

/// A command and all below it that help shows.
func commandTree(
    of type: any ParsableCommand.Type, after words: [String] = []
) -> [NamedCommand] {
    let words = words + [type._commandName]
    let shown = type.configuration.subcommands.filter { $0.configuration.shouldDisplay }
    return [NamedCommand(words: words, type: type)]
        + shown.flatMap { commandTree(of: $0, after: words) }
}

@Suite struct HelpTests {
    private static let daemonCommands = commandTree(of: Neurond.self)

    @Test func commandsOfTheDaemonAreFoundButNotItsEngine() {
        let names = Self.daemonCommands.map { $0.words.joined(separator: " ") }
        #expect(
            names == [
                "neurond", "neurond serve", "neurond check-config", "neurond inspect",
                "neurond tokenize",
            ])
    }

    @Test(arguments: daemonCommands + commandTree(of: Neuronctl.self))
    func everyCommandHasAnExample(_ command: NamedCommand) {
        let help = command.type.helpMessage(columns: 200)
        #expect(help.contains("Example: \(command.words.joined(separator: " "))"), "\(help)")
    }

    @Test(arguments: daemonCommands)
    func examplesOfTheDaemonParse(_ command: NamedCommand) throws {
        let help = command.type.helpMessage(columns: 200)
        let example = try #require(help.firstMatch(of: /Example: neurond (.*)/))
        _ = try Neurond.parseAsRoot(example.1.split(separator: " ").map(String.init))
    }
}
