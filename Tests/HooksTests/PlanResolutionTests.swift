import Testing

@testable import Hooks

@Suite struct PlanResolutionTests {
    private func resolve(
        _ text: String, extent: SequenceExtent? = nil, sets: [ContentHash: NeuronSet] = [:]
    ) throws -> ResolvedPlan {
        try HookPlan(text: text).resolved(against: .tiny, extent: extent, sets: sets)
    }

    private func entries(_ plan: ResolvedPlan, _ index: Int = 0) -> [String] {
        plan.actions[index].entries.map { "\($0.site)[\($0.units.text)]" }
    }

    @Test func everythingLeftOutBecomesConcrete() throws {
        let plan = try resolve("zero mlp.act\nzero attn.k.1\ncapture logits")
        #expect(entries(plan) == (0..<4).map { "mlp.act.\($0)[0-95]" })
        #expect(entries(plan, 1) == ["attn.k.1[0-1]"])
        #expect(plan.captures[0].units.text == "0-999")
        #expect(plan.hash.count == 64)
    }

    @Test func selectionsOfOneSiteAreUnitedAndEntriesAscend() throws {
        let plan = try resolve("zero L2N9 L1N3 L1N4-5 L1H7 L1N3 resid_post.0[1]")
        #expect(
            entries(plan) == ["resid_post.0[1]", "attn.z.1[7]", "mlp.act.1[3-5]", "mlp.act.2[9]"])
    }

    @Test func capturesOfSeveralLayersBecomeOneEach() throws {
        let plan = try resolve("capture embed\ncapture L1-2N3 mean pre at last")
        #expect(plan.captures.map(\.site.description) == ["embed", "mlp.act.1", "mlp.act.2"])
        #expect(plan.captures.map(\.index) == [0, 1, 1])
        #expect(plan.captures[2].beforeActions && plan.captures[2].reduction == .mean)
    }

    @Test func setsAreResolvedToNeuronsAndHeads() throws {
        let set = NeuronSet(
            neurons: [1: IndexRanges(indices: [3, 5])], heads: [2: IndexRanges(indices: [7])])
        let hash = set.contentHash
        let plan = try resolve("zero \(hash.text) L1N4", sets: [hash: set])
        #expect(entries(plan) == ["mlp.act.1[3-5]", "attn.z.2[7]"])
    }

    @Test func keepOnlyBecomesTheComplement() throws {
        let plan = try resolve("keep-only L1N0-9,20 in 0-2")
        #expect(plan.actions[0].operation == .zero)
        #expect(
            entries(plan) == ["mlp.act.0[0-95]", "mlp.act.1[10-19,21-95]", "mlp.act.2[0-95]"])
        #expect(entries(try resolve("keep-only L1H3 L2H*")) == ["attn.z.1[0-2,4-7]"])
        #expect(
            entries(try resolve("keep-only L1H3 L2N1-95"))
                == ["attn.z.1[0-2,4-7]", "mlp.act.2[0]"])
    }

    static let refusals: [(String, String)] = [
        ("zero L4N0", "layer 4 of mlp.act does not exist: this model has 4 layers, 0 to 3"),
        (
            "zero L3N96",
            "neuron 96 of mlp.act does not exist: this model has 96 neurons a layer, 0 to 95"
        ),
        (
            "zero L3H8",
            "head 8 of attn.z does not exist: this model has 8 query heads (2 key-value heads), "
                + "0 to 7"
        ),
        (
            "zero attn.k.3[5]",
            "key-value head 5 of attn.k does not exist: this model has 2 key-value heads (shared "
                + "by 8 query heads), 0 to 1"
        ),
        (
            "zero resid_post.3[64]",
            "dimension 64 of resid_post does not exist: this model has 64 dimensions, 0 to 63"
        ),
        (
            "zero logits[1000]",
            "token 1000 of logits does not exist: this model has 1000 tokens, 0 to 999"
        ),
        (
            "zero L3N7 at tokens(1000)",
            "token id 1000 does not exist: this model has 1000 tokens, 0 to 999"
        ),
        (
            "set [1,2,3] L3N7-8",
            "the vector of set cannot be '3 values': expected 2 for mlp.act.3: 2 × neuron of 1, "
                + "in ascending order"
        ),
        (
            "add [1,2] L3H7",
            "the vector of add cannot be '2 values': expected 16 for attn.z.3: 1 × head of 16, in "
                + "ascending order"
        ),
        (
            "keep-only L3N*",
            "the complement of the target selects nothing: every unit of these layers is kept, "
                + "so nothing would be zeroed"
        ),
        (
            "keep-only L3N7 in 0-1",
            "keeping units of mlp.act.3 in layers 0-1 is not possible: layer 3 is not one of "
                + "them, so nothing there is zeroed; accepted: 'in' with every layer that the "
                + "target names"
        ),
        (
            "keep-only L3N7 in 0-9",
            "layer 9 of resid_post does not exist: this model has 4 layers, 0 to 3"
        ),
    ]

    @Test(arguments: refusals)
    func actionsBeyondTheModelAreRefused(text: String, message: String) throws {
        let error = try #require(throws: HookError.self) { try resolve(text) }
        #expect(error.cause.description == message)
        #expect(
            error.description == "action 0 (\(abbreviated(try HookPlan(text: text).text))): "
                + message)
    }

    @Test(arguments: [
        (
            "capture L3N1-4 top_k(5)",
            "top_k(5) of mlp.act.3 does not exist: the selection has 4 elements in a row"
        ),
        (
            "capture resid_post.3 dot([1,2])",
            "the vector of dot cannot be '2 values': expected 64 for resid_post.3: 64 × dimension "
                + "of 1, in ascending order"
        ),
        (
            "capture logits kl([1,2])",
            "the vector of kl cannot be '2 values': expected 1000 for logits: 1000 × token of 1, "
                + "in ascending order"
        ),
        (
            "capture logits rank(1000)",
            "token id 1000 does not exist: this model has 1000 tokens, 0 to 999"
        ),
        (
            "capture resid_post.7",
            "layer 7 of resid_post does not exist: this model has 4 layers, 0 to 3"
        ),
    ])
    func capturesBeyondTheModelAreRefused(text: String, message: String) throws {
        let error = try #require(throws: HookError.self) { try resolve(text) }
        #expect(error.cause.description == message)
    }

    @Test func sitesThatAModelDoesNotHaveAreRefusedWithTheReason() throws {
        let plan = try HookPlan(text: "zero resid_mid.1")
        let error = try #require(throws: HookError.self) {
            var shape = ModelShape.tiny
            shape.absentSites[.residMid] = "attention and MLP read the same input in this model"
            return try plan.resolved(against: shape)
        }
        #expect(
            error.description == """
                action 0 (zero resid_mid.1): resid_mid on this model is not possible: attention \
                and MLP read the same input in this model; accepted: embed, resid_pre, attn.q, \
                attn.k, attn.v, attn.pattern, attn.z, attn.out, mlp.gate, mlp.up, mlp.act, \
                mlp.out, resid_post, final_norm, logits
                """)
    }

    @Test func missingAndUnfitSetsAreRefused() throws {
        let set = NeuronSet(heads: [1: IndexRanges(indices: [3])])
        let hash = set.contentHash
        let missing = try #require(throws: HookError.self) { try resolve("zero \(hash.text)") }
        #expect(
            missing.cause.description
                == "neuron set \(hash.text) cannot be used: it is not stored; put it first")
        let heads = try #require(throws: HookError.self) {
            try resolve("value-noise 0 1 2 \(hash.text)", sets: [hash: set])
        }
        #expect(heads.description.contains("value-noise on attn.z is not possible"))
        let far = NeuronSet(neurons: [9: IndexRanges(indices: [3])])
        let beyond = try #require(throws: HookError.self) {
            try resolve("zero \(far.contentHash.text)", sets: [far.contentHash: far])
        }
        #expect(beyond.description.contains("layer 9 of mlp.act does not exist"))
        #expect(throws: HookError.self) {
            try resolve("zero \(hash.text)", sets: [hash: NeuronSet()])
        }
    }

    static let positions: [(String, String?)] = [
        ("all", nil), ("prompt", nil), ("generated", nil), ("last", nil), ("0,9,-10", nil),
        ("10,11", nil), ("0:4", nil), ("-3:", nil), ("-3:-1", nil), ("11:", nil), ("8:100", nil),
        ("tokens(3)", nil),
        (
            "12",
            "position 12 does not exist: the prompt has 10 tokens and at most 2 generated ones "
                + "are fed back, positions 0 to 11; -1 is the prompt's last"
        ),
        (
            "-11",
            "position -11 does not exist: the prompt has 10 tokens and at most 2 generated "
                + "ones are fed back, positions 0 to 11; -1 is the prompt's last"
        ),
        (
            "12:",
            "window 12: selects nothing: the prompt has 10 tokens and at most 2 generated "
                + "ones are fed back, positions 0 to 11; -1 is the prompt's last"
        ),
        (
            "-2:8",
            "window -2:8 selects nothing: the prompt has 10 tokens and at most 2 generated "
                + "ones are fed back, positions 0 to 11; -1 is the prompt's last"
        ),
        (
            "9:-1",
            "window 9:-1 selects nothing: the prompt has 10 tokens and at most 2 generated "
                + "ones are fed back, positions 0 to 11; -1 is the prompt's last"
        ),
    ]

    @Test(arguments: positions)
    func positionsAreCheckedAgainstTheRequest(clause: String, message: String?) throws {
        let extent = SequenceExtent(promptCount: 10, maxTokenCount: 3)
        guard let message else {
            #expect(throws: Never.self) { try resolve("zero L0N0 at \(clause)", extent: extent) }
            return
        }
        let error = try #require(throws: HookError.self) {
            try resolve("zero L0N0 at \(clause)", extent: extent)
        }
        #expect(error.cause.description == message)
    }

    @Test(arguments: [0, 1])
    func generatedIsRefusedWhereNothingIsFedBack(count: Int) throws {
        let error = try #require(throws: HookError.self) {
            try resolve(
                "zero L0N0 at generated",
                extent: SequenceExtent(promptCount: 10, maxTokenCount: count))
        }
        #expect(error.reason == "HOOK_SELECTS_NOTHING")
    }

    @Test func equalHeadCountsAreJustHeads() {
        var shape = ModelShape.tiny
        shape.keyValueHeadCount = 8
        #expect(shape.unitLabel(of: .attnZ) == "8 heads")
        #expect(shape.unitLabel(of: .attnK) == "8 heads")
    }
}
