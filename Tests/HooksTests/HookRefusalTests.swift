import Testing

@testable import Hooks

/// The exact sentences: they are what a user of a refused hook has to go on.
@Suite struct HookRefusalTests {
    static let hash = "sha256:" + String(repeating: "0", count: 64)
    static let accepted =
        "zero, scale, set, add, clamp, noise, value-noise, mean, patch, keep-only"

    static let actions: [(String, String)] = [
        (
            "scael 2 L3N7",
            "unknown action 'scael'; did you mean 'scale'? accepted: \(accepted)"
        ),
        ("steer L3N7", "unknown action 'steer'; accepted: \(accepted)"),
        (
            "L3N7 zero",
            "cannot read 'L3N7': expected the action first, as in 'zero L3N7'; accepted: "
                + accepted
        ),
        (
            "zero",
            "cannot read 'end of the hook': expected a target such as L21N7027, L17H22, "
                + "resid_post.5 or a neuron set"
        ),
        (
            "zero at last",
            "cannot read 'at': expected a target such as L21N7027, L17H22, resid_post.5 or a "
                + "neuron set"
        ),
        (
            "zero L3N7 at",
            "cannot read 'end of the hook': expected positions after 'at', such as last"
        ),
        (
            "scale L3N7",
            "a scale factor cannot be 'L3N7': expected a finite decimal number such as 1.5 or "
                + "-2e-3"
        ),
        (
            "scale nan L3N7",
            "a scale factor cannot be 'nan': expected a finite decimal number such as 1.5 or "
                + "-2e-3"
        ),
        (
            "scale 1e39 L3N7",
            "a scale factor cannot be '1e39': expected a finite decimal number such as 1.5 or "
                + "-2e-3"
        ),
        (
            "scale",
            "cannot read 'end of the hook': expected a scale factor, a number"
        ),
        (
            "clamp 1 -1 L3N7",
            "clamp cannot be '1 -1': expected the lower bound first, then one that is not "
                + "smaller"
        ),
        (
            "noise 0 -1 7 L3N7",
            "the noise's standard deviation cannot be '-1': expected zero or a positive number"
        ),
        (
            "noise 0 1 -7 L3N7",
            "a seed cannot be '-7': expected an integer from 0 to 18446744073709551615"
        ),
        (
            "noise 0 1 18446744073709551616 L3N7",
            "a seed cannot be '18446744073709551616': expected an integer from 0 to "
                + "18446744073709551615"
        ),
        (
            "value-noise 0 1 7 L17H22",
            "value-noise on attn.z is not possible: it perturbs the value vectors of neurons, "
                + "and only mlp.act has neurons with value vectors; accepted: value-noise on "
                + "units of mlp.act such as L21N7027; noise on attn.z"
        ),
        (
            "set [1,2] attn.pattern.3",
            "set with a vector on attn.pattern is not possible: a row has as many elements as "
                + "there are source positions, so no stored vector fits every row; accepted: "
                + "zero, scale, set and add with one number, clamp, noise, keep-only"
        ),
        (
            "patch \(hash) attn.pattern.3",
            "patch on attn.pattern is not possible: a row has as many elements as there are "
                + "source positions, so no stored vector fits every row; accepted: zero, scale, "
                + "set and add with one number, clamp, noise, keep-only"
        ),
        (
            "mean sha256:123 L3N7",
            "an object cannot be 'sha256:123': expected sha256: and 64 hexadecimal digits, or "
                + "@file where files are read"
        ),
        (
            "zero @set.json",
            "file 'set.json' cannot be used: files are read by the client; name a stored object, "
                + "as in sha256:…"
        ),
        (
            "set \(hash) L3N7",
            "cannot read '\(hash)': expected the object and its tensor, as in "
                + "sha256:…:tensor.name"
        ),
        (
            "add [] L3N7",
            "a value of add cannot be '': expected a finite decimal number such as 1.5 or "
                + "-2e-3"
        ),
        (
            "zero L3N20-10",
            "range '20-10' of neurons selects nothing: a dash range is inclusive and ascending; "
                + "write 10-20"
        ),
        (
            "zero L3N1,,2",
            "cannot read '1,,2': expected a list of neurons such as 1,5,10-20"
        ),
        ("zero L3Nx", "neuron cannot be 'x': expected a 0-based index such as 17"),
        ("zero L3N-1", "neuron cannot be '': expected a 0-based index such as 17"),
        ("zero L99999N1", "layer 99999 does not exist: no index is larger than 65535"),
        (
            "zero L3N99999999999999999999",
            "neuron 99999999999999999999 does not exist: no index is larger than 33554431"
        ),
        (
            "zero L15H15E112@3",
            "cannot read 'L15H15E112@3': expected a whole neuron or head such as L17H22; single "
                + "elements of a head cannot be selected, and positions are written after 'at'"
        ),
        (
            "zero 17_22",
            "cannot read '17_22': expected L17H22 for a head or L17N22 for a neuron: numbers "
                + "alone do not say which"
        ),
        (
            "zero l21n7027",
            "unknown site 'l21n7027'; did you mean 'L21N7027'? accepted: units such as "
                + "L21N7027, L17H22"
        ),
        (
            "zero L3N7 at first",
            "unknown position 'first'; accepted: all, prompt, generated, last, a list such as "
                + "0,3,-1, a window such as 4:10, tokens(13,28)"
        ),
        (
            "zero L3N7 at promt",
            "unknown position 'promt'; did you mean 'prompt'? accepted: all, prompt, generated, "
                + "last, a list such as 0,3,-1, a window such as 4:10, tokens(13,28)"
        ),
        (
            "zero L3N7 at 4:4",
            "window 4:4 selects nothing: a window is half-open, so its end must be larger than "
                + "its start"
        ),
        (
            "zero L3N7 at -2:-4",
            "window -2:-4 selects nothing: a window is half-open, so its end must be larger than "
                + "its start"
        ),
        (
            "zero L3N7 at 1:2:3",
            "cannot read '1:2:3': expected a half-open window such as 4:10, -8: or :4"
        ),
        (
            "zero L3N7 at 1,x",
            "a position cannot be 'x': expected an integer such as 4, or -1 for the prompt's last "
                + "token"
        ),
        (
            "zero L3N7 at tokens()",
            "token id cannot be '': expected a 0-based index such as 17"
        ),
        (
            "zero L3N7 in 0-7",
            "cannot read 'in': expected no 'in LAYERS' with zero; only keep-only has it"
        ),
        (
            "keep-only L3N7 in *",
            "the layers after 'in' cannot be '*': expected layers such as 0-31: a plan does not "
                + "know how many a model has"
        ),
        (
            "keep-only logits[1] in 0-3",
            "keep-only of logits in layers 0-3 is not possible: logits exists once, outside the "
                + "layers; accepted: keep-only without 'in' on logits"
        ),
        (
            "zero logits.3",
            "unknown site 'logits.3'; did you mean 'logits'? accepted: embed, resid_pre.L, "
                + "attn.q.L, attn.k.L, attn.v.L, attn.pattern.L, attn.z.L, attn.out.L, "
                + "resid_mid.L, mlp.gate.L, mlp.up.L, mlp.act.L, mlp.out.L, resid_post.L, "
                + "final_norm, logits"
        ),
        (
            "zero L3N7\nzero L3N8",
            "cannot read 'zero L3N7\nzero L3N8': expected one action; several are written on "
                + "lines of their own in a plan"
        ),
        (
            "",
            "cannot read '': expected one action; several are written on lines of their own in "
                + "a plan"
        ),
        ("zero attn.z.3[1", "line 1: cannot read 'attn.z.3[1': expected a closing bracket"),
        (
            "zero attn.z.3]",
            "line 1: cannot read 'attn.z.3]': expected no opening bracket before this closing "
                + "one"
        ),
        ("set @\"x L3", "line 1: cannot read '@\"x L3': expected a closing quote"),
    ]

    @Test(arguments: actions)
    func actionsAreRefusedWithThisSentence(text: String, message: String) throws {
        var parser = HookParser()
        let error = try #require(throws: HookError.self) { try parser.action(text: text) }
        #expect(error.description == message)
    }

    static let reductions = HookParser.reductionList + "; or f32, f16, pre, 'at'"
    static let captures: [(String, String)] = [
        (
            "L3N* meen_abs",
            "unknown reduction 'meen_abs'; did you mean 'mean_abs'? accepted: \(reductions)"
        ),
        (
            "L3N* top_k=5",
            "unknown reduction 'top_k=5'; did you mean 'top_k'? accepted: \(reductions)"
        ),
        (
            "L3N* top_k(5,rel)",
            "cannot read 'top_k(5,rel)': expected top_k(20), top_k(20,abs) or "
                + "top_k(20,value_norm)"
        ),
        ("L3N* top_k(0)", "top_k(0) selects nothing: k is at least 1"),
        ("L3N* top_k(5000)", "k of top_k is too large: 5000, the limit is 4096"),
        (
            "L3N* mean rms",
            "cannot read 'rms': expected f32, f16, pre or 'at': a capture has one reduction, "
                + "here mean; ask for another in a capture of its own"
        ),
        (
            "L3N* mean f16",
            "format f16 with mean is not possible: reductions are few numbers and have a "
                + "type of their own; accepted: f16 for raw rows"
        ),
        (
            "L3N* entropy",
            "entropy of mlp.act is not possible: it is a property of the distribution over "
                + "tokens, which only logits have; accepted: entropy of logits"
        ),
        (
            "L3N* kl([1])",
            "kl of mlp.act is not possible: it is a property of the distribution over tokens, "
                + "which only logits have; accepted: kl of logits"
        ),
        (
            "logits[1-9] rank(3)",
            "rank of some logits is not possible: the distribution needs the whole vocabulary; "
                + "accepted: logits rank(3)"
        ),
        (
            "attn.pattern.3 top_k(5)",
            "top_k(5) of attn.pattern is not possible: a row has as many elements as there are "
                + "source positions, so neither sums over rows nor indices into a row have a "
                + "fixed meaning; accepted: raw rows of attn.pattern, f32 or f16"
        ),
        (
            "resid_post.3 dot(2)",
            "the argument of dot cannot be '2': expected a vector such as [1,0,-1], or "
                + "sha256:…:tensor"
        ),
        ("logits logprob(-1)", "token id cannot be '-1': expected a 0-based index such as 17"),
        (
            "L3N* count>x",
            "the threshold of count cannot be 'x': expected a finite decimal number such as 1.5 "
                + "or -2e-3"
        ),
        (
            "\(hash) mean",
            "cannot read '\(hash)': expected a site: a capture reads a selection, not a stored "
                + "set"
        ),
        (
            "capture",
            "cannot read 'end of the hook': expected a site such as resid_post.5 or L3N*"
        ),
    ]

    @Test(arguments: captures)
    func capturesAreRefusedWithThisSentence(text: String, message: String) throws {
        var parser = HookParser()
        let error = try #require(throws: HookError.self) { try parser.capture(text: text) }
        #expect(error.description == message)
    }

    @Test func errorsOfAPlanNameTheLine() throws {
        let error = try #require(throws: HookError.self) {
            try HookPlan(text: "zero L3N7\n\n# a comment\n  zreo L3N8\n")
        }
        #expect(
            error.description == "line 4: unknown action 'zreo'; did you mean 'zero'? accepted: "
                + Self.accepted)
        #expect(error.reason == "HOOK_UNKNOWN_ACTION")
        #expect(!error.isOutOfRange)
    }

    @Test func plansBuiltInCodeAreCheckedToo() throws {
        let none = Selection(site: .mlpAct, units: .ranges(IndexRanges([])))
        for (plan, part) in [
            (
                HookPlan(actions: [HookAction(.zero, Target(selections: []))]),
                "the target selects nothing"
            ),
            (
                HookPlan(actions: [HookAction(.zero, Target(selections: [none]))]),
                "an empty list of neurons of mlp.act selects nothing"
            ),
            (
                HookPlan(captures: [Capture(Selection(site: .embed), positions: Positions([]))]),
                "an empty list of positions selects nothing"
            ),
            (
                HookPlan(captures: [
                    Capture(Selection(site: .embed), positions: Positions([.list([])]))
                ]),
                "an empty list of positions selects nothing"
            ),
            (
                HookPlan(captures: [
                    Capture(Selection(site: .embed), positions: Positions([.tokens([])]))
                ]),
                "an empty set of tokens selects nothing"
            ),
            (
                HookPlan(captures: [
                    Capture(Selection(site: .embed), positions: Positions([.tokens([-1])]))
                ]),
                "token id -1 does not exist"
            ),
            (
                HookPlan(captures: [Capture(Selection(site: .logits), reduction: .rank([]))]),
                "rank of no tokens selects nothing"
            ),
            (
                HookPlan(captures: [
                    Capture(Selection(site: .logits, layers: .ranges(IndexRanges([0..<1]))))
                ]), "layer 0 of logits is not possible"
            ),
            (
                HookPlan(captures: [
                    Capture(Selection(site: .mlpAct, units: .ranges(IndexRanges([-3..<1]))))
                ]), "neuron -3 does not exist"
            ),
            (
                HookPlan(actions: [
                    HookAction(
                        .scale(.infinity),
                        Target(selections: [
                            Selection(site: .embed)
                        ]))
                ]), "a scale factor cannot be 'inf'"
            ),
            (
                HookPlan(actions: [
                    HookAction(
                        .set(.vector([])),
                        Target(selections: [
                            Selection(site: .embed)
                        ]))
                ]), "the value of set cannot be '[]'"
            ),
            (
                HookPlan(actions: [
                    HookAction(
                        .keepOnly(layers: IndexRanges([])),
                        Target(
                            selections: [Selection(site: .mlpAct)]))
                ]),
                "an empty list of layers after 'in' selects nothing"
            ),
        ] {
            let error = try #require(throws: HookError.self) { try plan.validate() }
            #expect(error.description.contains(part), "\(error)")
        }
    }
}
