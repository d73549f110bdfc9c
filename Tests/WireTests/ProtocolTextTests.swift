import Foundation
import TestSupport
import Testing

@testable import Wire

/// PROTOCOL.md against the vectors and the code: a specification that nothing checks will drift.
@Suite struct ProtocolTextTests {
    private static let folder = TestData.packageRoot.appending(path: "Proto")

    private func text(_ name: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    }

    /// Frame lines of a text, in order: "C: …", "S: …" and what continues them.
    private func frameLines(_ text: some StringProtocol) -> [Substring] {
        text.split(separator: "\n").filter {
            $0.hasPrefix("C: ") || $0.hasPrefix("S: ") || $0.hasPrefix("   ")
        }.map { Substring($0) }
    }

    @Test func examplesAreCutFromTheVectors() throws {
        let parts = try text("PROTOCOL.md").components(separatedBy: "From `vectors/").dropFirst()
        #expect(parts.count >= 8)
        for part in parts {
            let name = try #require(part.split(separator: "`").first)
            let block = try #require(part.components(separatedBy: "```").dropFirst().first)
            let lines = frameLines(block.dropFirst("hex".count))
            let vector = frameLines(try text("vectors/\(name)"))
            #expect(!lines.isEmpty)
            #expect(vector.indices.contains { vector[$0...].starts(with: lines) }, "\(name)")
        }
    }

    @Test func everyKindMethodAndCodeIsInItsTable() throws {
        let text = try text("PROTOCOL.md")
        for kind in FrameKind.allCases {
            #expect(text.contains("| \(kind.rawValue) | \(kind) |"), "\(kind)")
        }
        let reserved: Set<Wire.Method> = [.sweep, .importance, .loadModel, .unloadModel]
        for method in Wire.Method.allCases where !reserved.contains(method) {
            #expect(text.contains("| \(method.rawValue) | \(method) |"), "\(method)")
        }
    }

    @Test func limitsAreThoseOfTheCode() throws {
        let text = try text("PROTOCOL.md").replacing(",", with: "")
        for row in [
            "| HELLO payload | \(Limits.helloByteCount) |",
            "| agent name | \(Limits.agentByteCount) |",
            "| GOAWAY text | \(Limits.goAwayTextByteCount) |",
            "| tensor chunk | \(Limits.tensorChunkByteCount) |",
            "| `max_frame` | \(Limits.minimumFrameByteCount) … \(Limits.maximumFrameByteCount) "
                + "usual \(Limits.defaultFrameByteCount) |",
            "| `max_streams` | 0 … \(Limits.maximumStreamCount) "
                + "usual \(Limits.defaultStreamCount) |",
            "usual \(Limits.defaultStreamWindowByteCount) |",
            "usual \(Limits.defaultConnectionWindowByteCount) |",
            "| tensor descriptor rank name | \(Limits.tensorDescriptorByteCount) "
                + "\(Limits.tensorRank) \(Limits.tensorNameByteCount) |",
        ] {
            #expect(text.contains(row), "\(row)")
        }
    }
}
