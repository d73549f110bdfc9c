import Foundation
import TestSupport
import Testing

@testable import Configuration

/// Ops/neurond.toml says what the parser says.
@Suite("Ops/neurond.toml")
struct ReferenceFileTests {
    private static let text: String = {
        let file = TestData.packageRoot.appending(path: "Ops/neurond.toml")
        let data = try? Data(contentsOf: file)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }()

    private static let lines = text.split(separator: "\n", omittingEmptySubsequences: false)

    /// A line `#key = value` is a setting at its default; prose has a blank behind the `#`.
    private static func setting(_ line: Substring) -> Substring? {
        line.hasPrefix("#") && line.dropFirst().first?.isLetter == true ? line.dropFirst() : nil
    }

    /// The file with every setting in force.
    private static let settings = lines.map { setting($0) ?? $0 }.joined(separator: "\n")

    private static let known = Keys.all.map(\.path) + Keys.quota.map { "quota.default.\($0.path)" }

    @Test func `as it is, it changes nothing`() throws {
        let file = try ConfigurationFile(path: "neurond.toml", text: Self.text)
        #expect(try ConfigurationSources(file: file).resolve() == DaemonConfiguration())
    }

    @Test func `every value that it shows is the default`() throws {
        let file = try ConfigurationFile(path: "neurond.toml", text: Self.settings)
        #expect(try ConfigurationSources(file: file).resolve() == DaemonConfiguration())
    }

    /// The settings' paths in the order of the file, each with the prose right above it.
    private static var documented: [(path: String, prose: String)] {
        var section = ""
        var prose = ""
        var found: [(String, String)] = []
        for line in lines {
            if line.hasPrefix("[") { section = line.dropFirst().dropLast() + "." }
            if let setting = setting(line) {
                found.append((section + setting.prefix { $0 != " " }, prose))
                prose = ""
            } else {
                prose = line.hasPrefix("# ") ? prose + line + "\n" : ""
            }
        }
        return found
    }

    @Test func `it shows the keys that there are`() {
        #expect(Self.documented.map(\.path).sorted() == Self.known.sorted())
    }

    @Test func `every key has its danger, and says whether it needs a restart`() {
        let live = Set(Keys.all.filter(\.isLive).map(\.path)).union(
            Self.known.filter { $0.hasPrefix("quota.") })
        for (path, prose) in Self.documented {
            #expect(prose.contains("Danger: "), "\(path)")
            #expect(prose.contains("(restart)") == !live.contains(path), "\(path)")
        }
    }
}
