import Foundation
import HookMessages
import Hooks
import Messages
import SwiftProtobuf
import Testing

@Suite struct HookMessagesTests {
    static let hash = ContentHash(hashing: [7]).text

    /// Plans that use every part of the language.
    static let plans = [
        "", "zero L21N7027", "zero L3N1,5,10-20 L17H22 resid_post.* logits[3] \(hash)",
        "scale 1.5 L*N* at last", "set 0 L3N1 at all", "set [1,-2.5] L3N1,2 at prompt generated",
        "add \(hash):direction.5 resid_post.5 at 0,3,-1", "clamp -1 1 embed at 4:10",
        "noise mean=0 std=0.1 seed=18446744073709551615 absolute L3N* at -8:",
        "noise mean=0 std=0.5 seed=7 relative attn.k.1[0] at tokens(13,28)",
        "value-noise mean=-1 std=1 seed=1 relative L3N*", "mean \(hash) L3N*",
        "patch \(hash) resid_mid.3 at last", "keep-only L3N1-4", "keep-only L3H1 in 0-3,7",
        "capture embed", "capture L3N* f16 pre at last", "capture L3N* mean",
        "capture L3N* mean_abs", "capture L3N* rms", "capture L3N* l2", "capture L3N* max",
        "capture L3N* sum", "capture L3N* count>-0.5", "capture L3N* top_k(20)",
        "capture L3N* top_k(5,abs)", "capture L3N* norm", "capture L3N1,2 dot([1,-1])",
        "capture L3N* dot(\(hash):\"a b\")", "capture logits logprob(13,28)",
        "capture logits rank(13)", "capture logits entropy", "capture logits kl(\(hash):base)",
    ]

    @Test(arguments: plans)
    func aPlanReadsBackFromItsMessage(text: String) throws {
        let plan = try HookPlan(text: text)
        let bytes = try Neurond_V1_HookPlan(plan).serializedBytes() as [UInt8]
        let read = try HookPlan(message: Neurond_V1_HookPlan(serializedBytes: bytes))
        #expect(read == plan)
        #expect(read.planHash == plan.planHash)
    }

    @Test func aPlanOfEverythingReadsBack() throws {
        let plan = try HookPlan(text: Self.plans.joined(separator: "\n"))
        #expect(try HookPlan(message: Neurond_V1_HookPlan(plan)) == plan)
    }

    @Test func aTargetReadsBack() throws {
        var parser = HookParser()
        let target = try parser.target(text: "L21N7027 L17H22 \(Self.hash)")
        #expect(try Target(message: Neurond_V1_Target(target)) == target)
        #expect(throws: HookError.self) { try Target(message: Neurond_V1_Target()) }
        #expect(throws: HookError.self) { try Neurond_V1_Target(Target(selections: [])) }
    }

    /// 32 layers × 14,336 neurons, each layer with its own pattern.
    @Test func aMaskOfAllNeuronsStaysNearItsBitmap() throws {
        let selections = (0..<32).map { layer in
            Selection(
                site: .mlpAct, layers: .ranges(IndexRanges(indices: [layer])),
                units: .ranges(
                    IndexRanges(indices: (0..<14_336).filter { ($0 ^ layer).isMultiple(of: 2) })))
        }
        let plan = HookPlan(actions: [HookAction(.zero, Target(selections: selections))])
        let message = try Neurond_V1_HookPlan(plan)
        let bytes = try message.serializedBytes() as [UInt8]
        #expect(bytes.count <= 57_344 + 32 * 40)
        #expect(try HookPlan(message: message) == plan)
    }

    @Test func leavingOutMeansAll() throws {
        var message = Neurond_V1_HookPlan()
        message.captures = [.with { $0.selection.site = "mlp.act" }]
        #expect(try HookPlan(message: message).text == "capture L*N*")
        message.captures[0].selection.site = "blocks.3.mlp.hook_post"
        #expect(try HookPlan(message: message).text == "capture L3N*")
    }

    @Test func plansThatCannotRunAreNotSent() {
        let empty = HookPlan(actions: [HookAction(.zero, Target(selections: []))])
        #expect(throws: HookError.self) { try Neurond_V1_HookPlan(empty) }
    }
}

@Suite struct HookMessageRefusalTests {
    /// One valid action to spoil.
    private static func action(
        _ change: (inout Neurond_V1_Action) -> Void
    ) -> Neurond_V1_HookPlan {
        .with { plan in
            plan.actions = [
                .with { action in
                    action.zero = true
                    action.target.selections = [
                        .with {
                            $0.site = "mlp.act"
                            $0.layers.all = true
                        }
                    ]
                    change(&action)
                }
            ]
        }
    }

    private static func capture(
        _ change: (inout Neurond_V1_Capture) -> Void
    ) -> Neurond_V1_HookPlan {
        .with { plan in
            plan.captures = [
                .with { capture in
                    capture.selection.site = "logits"
                    change(&capture)
                }
            ]
        }
    }

    static var refusals: [(Neurond_V1_HookPlan, String)] {
        [
            (
                action { $0.operation = nil },
                "action 0: cannot read 'an Action without an operation': expected one of its "
                    + "oneof"
            ),
            (
                action { $0.zero = false },
                "action 0: zero cannot be 'false': expected true, or another member of the oneof"
            ),
            (
                action { $0.clearTarget() },
                "action 0 (zero ): the target selects nothing: name units, such as L21N7027, or "
                    + "a set"
            ),
            (
                action { $0.target.sets = [Data([1, 2])] },
                "action 0: a set cannot be '2 bytes': expected the 32 bytes of a SHA-256"
            ),
            (
                action { $0.mean = Data() },
                "action 0: mean cannot be '0 bytes': expected the 32 bytes of a SHA-256"
            ),
            (
                action { $0.set = Neurond_V1_Value() },
                "action 0: cannot read 'an empty Value of set': expected one of its oneof"
            ),
            (
                action { $0.scale = .nan },
                "action 0 (scale nan L*N*): a scale factor cannot be 'nan': expected a finite "
                    + "number"
            ),
            (
                action { $0.target.selections[0].site = "mlp_activation" },
                "action 0: site 'mlp_activation' is refused: pyvene's mlp_activation is the "
                    + "output of act_fn, before the product with up_proj; the neuron's "
                    + "coefficient act(gate) * up is mlp.act.L"
            ),
            (
                action { $0.target.selections[0].layers = Neurond_V1_Indices() },
                "action 0: an Indices message without content as layers selects nothing: set "
                    + "all, or give a mask, or leave the message out to mean all"
            ),
            (
                action { $0.target.selections[0].layers.mask = Data([1]) },
                "action 0: layers cannot be 'all and a mask': expected one of the two"
            ),
            (
                action { $0.target.selections[0].units.mask = Data([9, 9]) },
                "action 0: a mask does not decode: form 9 is not 1 (ranges), 2 (gaps) or 3 "
                    + "(bitmap)"
            ),
            (
                action { $0.target.selections[0].units.mask = Data([3, 0]) },
                "action 0 (zero L*N): an empty list of neurons of mlp.act selects nothing: name "
                    + "at least one neuron, or * for all"
            ),
            (
                action {
                    $0.target.selections[0].site = "mlp.act.3"
                    $0.target.selections[0].layers = .with { $0.mask = Data([3, 1, 1]) }
                }, "action 0: cannot read 'layers 0': expected no layers beside 'mlp.act.3'"
            ),
            (
                action { $0.keepOnly.layers.all = true },
                "action 0: the layers of keep_only cannot be 'all': expected a mask of layers, "
                    + "or no message for those that the target names"
            ),
            (
                action { $0.positions.clauses = [Neurond_V1_PositionClause()] },
                "action 0: cannot read 'an empty PositionClause': expected one of its oneof"
            ),
            (
                action { $0.positions.clauses = [.with { $0.last = false }] },
                "action 0: last cannot be 'false': expected true, or another member of the oneof"
            ),
            (
                action { $0.positions.clauses = [.with { $0.tokens.ids = [.max] }] },
                "action 0: token id 4294967295 does not exist: no token id is larger than "
                    + "2147483647"
            ),
            (
                action { $0.positions.clauses = [.with { $0.list.values = [.min] }] },
                "action 0 (zero L*N* at -9223372036854775808): position -9223372036854775808 "
                    + "does not exist: no position is farther than 2147483646"
            ),
            (
                capture { $0.clearSelection() },
                "capture 0: cannot read 'a Capture without a selection': expected a Selection"
            ),
            (
                capture { $0.reduction = Neurond_V1_Reduction() },
                "capture 0: cannot read 'an empty Reduction': expected one of its oneof"
            ),
            (
                capture { $0.reduction.entropy = false },
                "capture 0: entropy cannot be 'false': expected true, or another member of the "
                    + "oneof"
            ),
            (
                capture {
                    $0.reduction.topK.absolute = true
                    $0.reduction.topK.valueNorm = true
                },
                "capture 0: cannot read 'absolute and value_norm of top_k': expected one of them: "
                    + "an order by value norm is by magnitude already"
            ),
            (
                capture { $0.reduction.topK.k = .max },
                "capture 0 (logits top_k(4294967295)): k of top_k is too large: 4294967295, the "
                    + "limit is 4096"
            ),
        ]
    }

    @Test func everyMalformedMessageIsRefusedWithItsSentence() throws {
        for (message, sentence) in Self.refusals {
            let error = try #require(throws: HookError.self) { try HookPlan(message: message) }
            #expect(error.description == sentence)
        }
    }

    @Test func fieldsOfALaterVersionAreRefusedByNumber() throws {
        // Field 99, wire type 0, value 1, appended to each message in turn.
        let unknown: [UInt8] = [0x98, 0x06, 0x01]
        let plan = try HookPlan(
            text: """
                keep-only L3N1 in 0-3 at 1,2 3:4 tokens(5)
                set [1] L3N1
                clamp 0 1 L3N1
                noise 0 1 2 L3N1
                capture L3N* top_k(5)
                capture logits rank(3)
                """)
        let bytes = try Neurond_V1_HookPlan(plan).serializedBytes() as [UInt8]
        let spoilt = try Neurond_V1_HookPlan(serializedBytes: bytes + unknown)
        let error = try #require(throws: HookError.self) { try HookPlan(message: spoilt) }
        #expect(
            error.description == """
                unknown field 'HookPlan field 99'; accepted: the fields of HookPlan in \
                hooks.proto of this version
                """)
        let inner: [(String, (inout Neurond_V1_HookPlan) throws -> Void)] = [
            ("Action", { try $0.actions[0].merge(serializedBytes: unknown) }),
            ("Target", { try $0.actions[0].target.merge(serializedBytes: unknown) }),
            (
                "Selection",
                { try $0.actions[0].target.selections[0].merge(serializedBytes: unknown) }
            ),
            (
                "Indices",
                {
                    try $0.actions[0].target.selections[0].units.merge(serializedBytes: unknown)
                }
            ),
            ("Positions", { try $0.actions[0].positions.merge(serializedBytes: unknown) }),
            (
                "PositionClause",
                {
                    try $0.actions[0].positions.clauses[0].merge(serializedBytes: unknown)
                }
            ),
            (
                "PositionClause.Numbers",
                {
                    try $0.actions[0].positions.clauses[0].list.merge(serializedBytes: unknown)
                }
            ),
            (
                "PositionClause.Window",
                {
                    try $0.actions[0].positions.clauses[1].window.merge(serializedBytes: unknown)
                }
            ),
            (
                "PositionClause.Tokens",
                {
                    try $0.actions[0].positions.clauses[2].tokens.merge(serializedBytes: unknown)
                }
            ),
            ("Action.KeepOnly", { try $0.actions[0].keepOnly.merge(serializedBytes: unknown) }),
            ("Value", { try $0.actions[1].set.merge(serializedBytes: unknown) }),
            ("Value.Vector", { try $0.actions[1].set.vector.merge(serializedBytes: unknown) }),
            ("Action.Clamp", { try $0.actions[2].clamp.merge(serializedBytes: unknown) }),
            ("Noise", { try $0.actions[3].noise.merge(serializedBytes: unknown) }),
            ("Capture", { try $0.captures[0].merge(serializedBytes: unknown) }),
            ("Reduction", { try $0.captures[0].reduction.merge(serializedBytes: unknown) }),
            (
                "Reduction.TopK",
                { try $0.captures[0].reduction.topK.merge(serializedBytes: unknown) }
            ),
            (
                "Reduction.Tokens",
                {
                    try $0.captures[1].reduction.rank.merge(serializedBytes: unknown)
                }
            ),
        ]
        for (name, spoil) in inner {
            var message = try Neurond_V1_HookPlan(plan)
            try spoil(&message)
            let error = try #require(throws: HookError.self, "\(name)") {
                try HookPlan(message: message)
            }
            #expect(error.description.contains("unknown field '\(name) field 99'"), "\(error)")
        }
    }
}
