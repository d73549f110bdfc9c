import Testing

@testable import Hooks

@Suite struct RoundTripTests {
    @Test func everyRandomPlanReadsBackFromItsText() throws {
        var random = RandomPlans(seed: 1)
        for _ in 0..<2000 {
            let plan = random.plan()
            #expect(try HookPlan(text: plan.text) == plan, "\(plan.text)")
        }
    }

    @Test func everyRandomPlanReadsBackFromItsJSON() throws {
        var random = RandomPlans(seed: 2)
        for _ in 0..<2000 {
            let plan = random.plan()
            #expect(try HookPlan(json: plan.json) == plan, "\(plan.json)")
        }
    }

    @Test func bothSpellingsGiveTheSameHash() throws {
        var random = RandomPlans(seed: 3)
        for _ in 0..<200 {
            let plan = random.plan()
            #expect(
                try HookPlan(text: plan.text).planHash == HookPlan(json: plan.json).planHash)
        }
    }

    @Test func theCanonicalFormIsAFixedPoint() throws {
        var random = RandomPlans(seed: 4)
        for _ in 0..<500 {
            let plan = random.plan().canonicalized
            #expect(plan.canonicalized == plan)
            #expect(try HookPlan(text: plan.text).planHash == plan.planHash)
        }
    }

    @Test func singleActionsAndCapturesReadBack() throws {
        var random = RandomPlans(seed: 5)
        var parser = HookParser()
        for _ in 0..<500 {
            let action = random.action()
            let capture = random.capture()
            #expect(try parser.action(text: action.text) == action)
            #expect(try parser.capture(text: capture.text) == capture)
        }
    }

    @Test func randomPlansResolveOrSayWhy() {
        let shape = ModelShape.tiny
        var random = RandomPlans(seed: 6)
        for _ in 0..<1000 {
            do throws(HookError) {
                _ = try random.plan().resolved(against: shape)
            } catch {
                #expect(!error.description.isEmpty)
                guard case .within = error else {
                    Issue.record("an error must say where it is: \(error)")
                    return
                }
            }
        }
    }

    @Test func floatsAreWrittenShortAndReadBackExactly() throws {
        for (value, text) in [
            (Float(1.5), "1.5"), (2, "2"), (-0.0, "-0"), (0.1, "0.1"), (1e-5, "1e-05"),
            (16_777_216, "16777216.0"), (3.4028235e38, "3.4028235e+38"),
            (Float.leastNonzeroMagnitude, "1e-45"),
        ] {
            #expect(HookNumbers.text(value) == text)
            let read = try HookNumbers.float(text, what: "x")
            #expect(read.bitPattern == value.bitPattern)
        }
    }

    @Test func orderAndSpellingWithoutMeaningDoNotChangeTheHash() throws {
        let spellings = [
            "zero L3N5 L3N1 L3N2 attn.z.1[0] at last 3,1 2",
            "zero attn.z.1[0] L3N1-2 L3N5 at 1,2,3 last",
            "zero-out blocks.3.mlp.hook_post[5,1,2] L1H0 at 2 3,1 last last",
            "zero mlp.act.3[1,2,5] L1H0 at last 1,2,3 # the same",
        ]
        let hashes = try Set(spellings.map { try HookPlan(text: $0).planHash })
        #expect(hashes.count == 1)
        #expect(
            try HookPlan(text: spellings[0]).canonicalText
                == "neurond hooks 1\nzero L1H0 L3N1-2,5 at last 1-3\n"
                .replacing("1-3", with: "1,2,3"))
    }

    @Test func whatHasAMeaningChangesTheHash() throws {
        let plans = [
            "", "zero L3N5", "zero L3N6", "zero L3H5", "scale 0 L3N5", "zero L3N5 at last",
            "scale 2 L3N5\nadd 1 L3N5", "add 1 L3N5\nscale 2 L3N5", "capture L3N5",
            "capture L3N5 pre", "capture L3N5 f16", "capture L3N5 mean",
        ]
        let hashes = try plans.map { try HookPlan(text: $0).planHash }
        #expect(Set(hashes).count == plans.count)
    }

    @Test func negativeZeroHashesAsZero() throws {
        #expect(
            try HookPlan(text: "set -0 L3N5").planHash == HookPlan(text: "set 0 L3N5").planHash)
    }

    @Test func theHashOfAPlanNeverChanges() throws {
        // A change here is a change of every cache key and receipt: raise the form's version.
        #expect(HookPlan().canonicalText == "neurond hooks 1\n")
        #expect(
            ContentHash(hashing: Array("abc".utf8)).hex
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            HookPlan().planHash == ContentHash(hashing: Array("neurond hooks 1\n".utf8)).hex)
    }

    @Test func objectsOfAPlanAreListedOnce() throws {
        let one = ContentHash(hashing: [1])
        let two = ContentHash(hashing: [2])
        let plan = try HookPlan(
            text: """
                mean \(one.text) L3N*
                zero \(two.text)
                add \(one.text):x L3N1
                capture logits kl(\(two.text):y)
                """)
        #expect(plan.objects == [one, two].sorted { $0.hex < $1.hex })
    }
}

extension ModelShape {
    /// Four layers, 8 query and 2 key-value heads of 16, 96 neurons, 64 wide, 1,000 tokens.
    static let tiny = ModelShape(
        layerCount: 4, width: 64, headCount: 8, keyValueHeadCount: 2, headDimension: 16,
        neuronCount: 96, vocabularyCount: 1000)
}
