import Testing

@testable import Hooks

@Suite struct HookParserTests {
    @Test func unitsReadAsTheirSites() throws {
        var parser = HookParser()
        for (text, expected) in [
            (
                "L21N7027",
                Selection(
                    site: .mlpAct, layers: .ranges(IndexRanges(indices: [21])),
                    units: .ranges(IndexRanges(indices: [7027])))
            ),
            (
                "L17H22",
                Selection(
                    site: .attnZ, layers: .ranges(IndexRanges(indices: [17])),
                    units: .ranges(IndexRanges(indices: [22])))
            ),
            (
                "L3N10-20",
                Selection(
                    site: .mlpAct, layers: .ranges(IndexRanges(indices: [3])),
                    units: .ranges(IndexRanges([10..<21])))
            ),
            (
                "L3N1,5,9",
                Selection(
                    site: .mlpAct, layers: .ranges(IndexRanges(indices: [3])),
                    units: .ranges(IndexRanges(indices: [1, 5, 9])))
            ),
            ("L0-7N*", Selection(site: .mlpAct, layers: .ranges(IndexRanges([0..<8])))),
            ("L5H*", Selection(site: .attnZ, layers: .ranges(IndexRanges(indices: [5])))),
            ("L*N*", Selection(site: .mlpAct)),
            ("mlp.act", Selection(site: .mlpAct)),
            ("logits[3-5]", Selection(site: .logits, units: .ranges(IndexRanges([3..<6])))),
        ] {
            #expect(try parser.target(text: text) == Target(selections: [expected]), "\(text)")
        }
    }

    @Test func blanksInsideAListDoNotSplitIt() throws {
        var parser = HookParser()
        #expect(
            try parser.action(text: "zero  L3N1, 5,\t9   attn.k.1[ 0 , 1 ]  at 0, -1 last")
                == parser.action(text: "zero L3N1,5,9 attn.k.1[0,1] at 0,-1 last"))
        #expect(
            try parser.action(text: "set [ 1, 2 ] L3N1,2")
                == parser.action(text: "set [1,2] L3N1,2"))
    }

    @Test func statementsEndAtLinesAndSemicolons() throws {
        let plan = try HookPlan(
            text: "zero L3N1; scale 2 L3N2 # note; zero L9N9\r\n\ncapture embed")
        #expect(plan.text == "zero L3N1\nscale 2 L3N2\ncapture embed")
        #expect(try HookWords.split("a\nb c\n\nd").map(\.line) == [1, 2, 4])
    }

    @Test func aHashInsideAWordIsNoComment() throws {
        let hash = ContentHash(hashing: [])
        let plan = try HookPlan(text: "set \(hash.text):\"a#b c\" L3N1")
        #expect(plan.objects == [hash])
        #expect(plan.actions[0].operation == .set(.object(hash, tensor: "a#b c")))
    }

    @Test func wordsOfOtherToolsAreActions() throws {
        var parser = HookParser()
        for (alias, name) in [
            ("zero_out L3N1", "zero L3N1"), ("zero-out L3N1", "zero L3N1"),
            ("replace_with 2 L3N1", "set 2 L3N1"), ("add_vector [1] L3N1", "add [1] L3N1"),
            ("keep_only L3N1", "keep-only L3N1"),
            ("value_noise 0 1 2 L3N1", "value-noise mean=0 std=1 seed=2 absolute L3N1"),
        ] {
            #expect(try parser.action(text: alias).text == name)
        }
    }

    @Test func filesAreStoredThroughTheClosure() throws {
        var asked: [(String, HookParser.FileUse)] = []
        let hash = ContentHash(hashing: [9])
        var parser = HookParser { path, use throws(HookError) in
            asked.append((path, use))
            return hash
        }
        let plan = try parser.plan(
            text: """
                zero @set.json
                mean @means.safetensors L3N*
                patch @"my run.safetensors" L3N* at last
                add @vectors.safetensors:direction.3 resid_post.3
                capture resid_post.3 dot(@"a b.safetensors":"x y")
                """)
        #expect(
            asked.map(\.0) == [
                "set.json", "means.safetensors", "my run.safetensors", "vectors.safetensors",
                "a b.safetensors",
            ])
        #expect(
            asked.map(\.1) == [
                .neuronSet, .meanTable, .activation, .tensor("direction.3"), .tensor("x y"),
            ])
        #expect(plan.objects == [hash])
        let json = try parser.plan(json: #"{"actions": [{"op": "zero", "target": "@s.json"}]}"#)
        #expect(json.actions[0].target.sets == [hash])
    }

    @Test func theClosuresErrorsArePassedOn() throws {
        var parser = HookParser { path, _ throws(HookError) in
            throw .object(name: path, reason: "no such file")
        }
        let error = try #require(throws: HookError.self) { try parser.plan(text: "zero @x") }
        #expect(error.description == "line 1: x cannot be used: no such file")
    }

    @Test func windowsMayLeaveOutEitherEnd() throws {
        var parser = HookParser()
        for (text, clause) in [
            ("4:10", Positions.Clause.window(from: 4, to: 10)), (":4", .window(from: 0, to: 4)),
            ("-8:", .window(from: -8, to: nil)), (":", .window(from: 0, to: nil)),
            ("-8:-2", .window(from: -8, to: -2)), ("2:-1", .window(from: 2, to: -1)),
        ] {
            #expect(try parser.action(text: "zero embed at \(text)").positions.clauses == [clause])
        }
    }
}
