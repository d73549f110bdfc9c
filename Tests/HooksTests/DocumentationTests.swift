import Foundation
import TestSupport
import Testing

@testable import Hooks

/// The page for users is executed: what it shows must be true.
@Suite struct DocumentationTests {
    struct Block {
        var language: String
        var text: String
    }

    static func page() throws -> String {
        let file = TestData.packageRoot.appending(path: "Docs/hooks.md")
        return try String(contentsOf: file, encoding: .utf8)
    }

    static func blocks() throws -> [Block] {
        var blocks: [Block] = []
        var open: Block?
        for line in try page().split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(block)
                    open = nil
                } else {
                    open = Block(language: String(line.dropFirst(3)), text: "")
                }
            } else {
                open?.text += line + "\n"
            }
        }
        return blocks
    }

    @Test func everyTextExampleIsTheJSONExampleThatFollows() throws {
        let blocks = try Self.blocks()
        var pairs = 0
        for (index, block) in blocks.enumerated() where block.language == "hooks" {
            try #require(index + 1 < blocks.count)
            try #require(blocks[index + 1].language == "json")
            let text = try HookPlan(text: block.text)
            let json = try HookPlan(json: blocks[index + 1].text)
            #expect(text.actions.count == json.actions.count)
            #expect(text.captures.count == json.captures.count)
            for (left, right) in zip(text.actions, json.actions) {
                #expect(left.canonicalized == right.canonicalized, "\(left.text) | \(right.text)")
            }
            for (left, right) in zip(text.captures, json.captures) {
                #expect(left.canonicalized == right.canonicalized, "\(left.text) | \(right.text)")
            }
            #expect(text.planHash == json.planHash)
            pairs += 1
        }
        #expect(pairs == 6)
    }

    @Test func theExamplesUseEverySiteActionAndReduction() throws {
        let plans = try Self.blocks().filter { $0.language == "hooks" }
            .map { try HookPlan(text: $0.text) }
        let captures = plans.flatMap(\.captures)
        #expect(Set(captures.map(\.selection.site)) == Set(SiteKind.allCases))
        let actions = Set(plans.flatMap(\.actions).map(\.operation.name))
        #expect(actions == Set(HookParser.actionNames))
        let reductions = Set(captures.compactMap { $0.reduction?.name })
        #expect(
            reductions.isSuperset(of: [
                "mean", "mean_abs", "rms", "l2", "count", "top_k", "norm", "dot", "logprob",
                "rank", "entropy", "kl",
            ]))
    }

    @Test func everyRefusedLineIsRefused() throws {
        let refused = try Self.blocks().filter { $0.language == "refused" }
        #expect(refused.count == 3)
        for line in refused.flatMap({ $0.text.split(separator: "\n") }) {
            #expect(throws: HookError.self, "\(line)") { try HookPlan(text: String(line)) }
        }
    }

    @Test func theNeuronSetExampleReads() throws {
        let block = try #require(try Self.blocks().first { $0.language == "neurons" })
        let set = try NeuronSet(json: block.text)
        #expect(set.unitCount == 5)
        #expect(set.heads == [17: IndexRanges(indices: [22])])
    }

    @Test func theTableOfNamesIsTrue() throws {
        var rows = 0
        for line in try Self.page().split(separator: "\n") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
            guard cells.count == 9, line.hasPrefix("| `") else { continue }
            let names = line.split(separator: "`").enumerated()
                .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
            let canonical = try SiteName(try #require(names.first))
            for name in names.dropFirst() {
                #expect(try SiteName(name).kind == canonical.kind, "\(name)")
            }
            rows += 1
        }
        #expect(rows == SiteKind.allCases.count)
    }

    @Test func theNumbersOfTheNoiseExampleAreTrue() throws {
        let noise = CounterRandom.normal(
            seed: 7,
            coordinates: CounterRandom.noiseCoordinates(
                site: Site(.mlpAct, layer: 3), position: 5, unit: 11, element: 0))
        let value = CounterRandom.normal(
            seed: 7,
            coordinates: CounterRandom.valueNoiseCoordinates(layer: 3, neuron: 11, dimension: 2))
        #expect(abs(noise - -0.550011155) < 1e-7)
        #expect(abs(value - -0.299022690) < 1e-7)
        let page = try Self.page()
        #expect(page.contains("-0.550011155") && page.contains("-0.299022690"))
    }

    @Test func theSiteCodesOfThePageAreThoseOfTheFormula() throws {
        let page = try Self.page().replacing("\n", with: " ")
        for kind in SiteKind.allCases {
            #expect(page.contains("`\(kind.rawValue)` \(kind.forwardIndex)"), "\(kind)")
        }
    }
}
