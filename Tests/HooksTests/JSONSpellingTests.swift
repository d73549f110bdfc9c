import StrictJSON
import Testing

@testable import Hooks

@Suite struct JSONSpellingTests {
    static let refusals: [(String, String)] = [
        (
            "",
            "JSON line 1, column 1: the text ends where a value was expected"
        ),
        ("[]", "a plan cannot be '[]': expected an object {\"actions\": […], \"captures\": […]}"),
        (
            #"{"action": []}"#,
            "unknown field 'action'; did you mean 'actions'? accepted: actions, captures in a "
                + "plan"
        ),
        (
            #"{"actions": [{"op": "zero"}]}"#,
            "action 0: cannot read 'an action': expected a field 'target'"
        ),
        (
            #"{"actions": [{"target": "L3N7"}]}"#,
            "action 0: cannot read 'an action': expected a field 'op'"
        ),
        (
            #"{"actions": [{"op": "zero", "target": "L3N7", "factr": 2}]}"#,
            "action 0: unknown field 'factr'; accepted: op, target, at in an action"
        ),
        (
            #"{"actions": [{"op": "scale", "factr": 2, "target": "L3N7"}]}"#,
            "action 0: cannot read 'an action': expected a field 'factor'"
        ),
        (
            #"{"actions": [{"op": "scale", "factor": "2", "target": "L3N7"}]}"#,
            #"action 0: 'factor' cannot be '"2"': expected a number, not a string"#
        ),
        (
            #"{"actions": [{"op": "scale", "factor": NaN, "target": "L3N7"}]}"#,
            "JSON line 1, column 40: a number must have the form -12.34e56 (no leading zeros, no "
                + "NaN, no Infinity)"
        ),
        (
            #"{"actions": [{"op": "zero", "op": "set", "target": "L3N7"}]}"#,
            #"JSON line 1, column 29: the key "op" occurs twice in one object"#
        ),
        (
            #"{"actions": [{"op": "zero", "target": [7]}]}"#,
            #"action 0: a selection cannot be '7': expected a string such as "L3N*" or an object "#
                + "with 'site', 'layers', 'units'"
        ),
        (
            #"{"actions": [{"op": "zero", "target": ["L3N7 L3N8"]}]}"#,
            "action 0: cannot read 'L3N8': expected one selection or set for each string"
        ),
        (
            #"{"actions": [{"op": "zero", "target": [{"site": "mlp.act.3", "layers": 3}]}]}"#,
            "action 0: cannot read '3': expected no 'layers' beside 'mlp.act.3'"
        ),
        (
            #"{"actions": [{"op": "zero", "target": [{"site": "L3N7", "units": 3}]}]}"#,
            "action 0: cannot read '3': expected no 'units' beside 'L3N7'"
        ),
        (
            #"{"actions": [{"op": "zero", "target": [{"site": "mlp.act.3", "units": []}]}]}"#,
            "action 0: an empty array of neurons selects nothing: name at least one neuron"
        ),
        (
            #"{"actions": [{"op": "zero", "target": [{"site": "mlp.act.3", "units": true}]}]}"#,
            #"action 0: neurons cannot be 'true': expected an integer, a string such as "#
                + #""1,5,10-20", or an array of these"#
        ),
        (
            #"{"actions": [{"op": "zero", "target": []}]}"#,
            "action 0 (zero ): the target selects nothing: name units, such as L21N7027, or a "
                + "set"
        ),
        (
            #"{"captures": [{"site": "embed", "at": []}]}"#,
            "capture 0: an empty array of positions selects nothing: leave 'at' out for all of "
                + "them"
        ),
        (
            #"{"captures": [{"site": "embed", "at": [0.5]}]}"#,
            "capture 0: a position cannot be '0.5': expected an integer such as 4, or -1 for the "
                + "prompt's last token"
        ),
        (
            #"{"captures": [{"site": "embed", "at": [{"window": [4]}]}]}"#,
            "capture 0: 'window' cannot be '[4]': expected [from, to], half-open; null as 'to' "
                + "leaves the end open"
        ),
        (
            #"{"captures": [{"site": "embed", "at": [{"list": [1], "tokens": [2]}]}]}"#,
            "capture 0: cannot read '{\"list\":[1],\"tokens\":[2]}': expected one of 'list', "
                + "'window' and 'tokens' in a clause"
        ),
        (
            #"{"captures": [{"site": "embed", "format": "bf16"}]}"#,
            "capture 0: 'format' cannot be 'bf16': expected f32 or f16"
        ),
        (
            #"{"captures": [{"site": "embed", "pre": 1}]}"#,
            "capture 0: 'pre' cannot be '1': expected true or false, not an integer"
        ),
        (
            #"{"captures": [{"site": "L3N*", "reduce": {"top_kk": 3}}]}"#,
            "capture 0: unknown reduction 'top_kk'; did you mean 'top_k'? accepted: "
                + HookParser.reductionList + "; or f32, f16, pre, 'at'"
        ),
        (
            #"{"captures": [{"site": "L3N*", "reduce": {"top_k": 3, "abs": true}}]}"#,
            "capture 0: unknown field 'abs'; accepted: count_above, top_k, absolute, value_norm "
                + "in 'reduce'"
        ),
        (
            #"{"captures": [{"site": "L3N*", "reduce": {"top_k": 3, "absolute": true, "#
                + #""value_norm": true}}]}"#,
            "capture 0: cannot read 'absolute and value_norm of top_k': expected one of them: an "
                + "order by value norm is by magnitude already"
        ),
        (
            #"{"captures": [{"site": "attn.z.1", "reduce": "top_k(3,value_norm)"}]}"#,
            "capture 0 (L1H* top_k(3,value_norm)): top_k(3,value_norm) of attn.z is not possible: "
                + "only mlp.act has neurons with value vectors, whose norms it weighs by; "
                + "accepted: top_k(3,value_norm) of mlp.act; top_k(20) or top_k(20,abs) of attn.z"
        ),
    ]

    @Test(arguments: refusals)
    func plansAreRefusedWithThisSentence(json: String, message: String) throws {
        let error = try #require(throws: HookError.self) { try HookPlan(json: json) }
        #expect(error.description == message)
    }

    @Test func anEmptyObjectIsThePlanThatDoesNothing() throws {
        #expect(try HookPlan(json: "{}") == HookPlan())
        #expect(try HookPlan(json: #"{"actions": null, "captures": []}"#) == HookPlan())
        #expect(try HookPlan(text: "  # nothing\n;\n") == HookPlan())
    }

    @Test func seedsKeepAllTheirBits() throws {
        let plan = try HookPlan(
            json: #"""
                {"actions": [{"op": "noise", "mean": 0, "std": 1, "seed": 18446744073709551615,
                  "target": "L3N7"}]}
                """#)
        guard case .noise(let noise) = plan.actions.first?.operation else {
            Issue.record("not a noise action")
            return
        }
        #expect(noise.seed == .max)
        #expect(try HookPlan(json: plan.json) == plan)
    }

    @Test func escapesOfTensorNamesReadBack() throws {
        let name = "a\"b\\c\n\u{1}é😀/x"
        let value = HookValue.object(ContentHash(hashing: []), tensor: name)
        let plan = HookPlan(actions: [
            HookAction(.set(value), Target(selections: [Selection(site: .embed)]))
        ])
        #expect(try HookPlan(json: plan.json) == plan)
        #expect(try HookPlan(text: plan.text) == plan)
        #expect(try JSONValue(hook: #""\u00e9\ud83d\ude00\/""#) == .text("é😀/"))
    }

    @Test(arguments: [
        "01", "1.", "-", "1e", "+1", ".5", "\"\\x\"", "\"\\ud800\"", "\"\\ud800\\u0041\"",
        "\"\\u12\"", "\"a", "\"\n\"", "[1,]", "[1 2]", "{\"a\" 1}", "{\"a\":1,}", "{a:1}", "tru",
        "nul", "{} {}", "[", "{", "\u{FEFF}{}",
    ])
    func textThatIsNotJSONIsRefusedWithItsPlace(text: String) throws {
        let error = try #require(throws: HookError.self) { try JSONValue(hook: text) }
        #expect(error.description.hasPrefix("JSON line "), "\(error)")
    }

    @Test func placesAreCountedInLinesAndColumns() throws {
        let error = try #require(throws: HookError.self) {
            try JSONValue(hook: "{\n  \"a\": 1,\n  \"b\": ?\n}")
        }
        #expect(error.description.hasPrefix("JSON line 3, column 8: found '?'"))
    }

    @Test func nestingIsBounded() throws {
        let deep = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
        let error = try #require(throws: HookError.self) { try JSONValue(hook: deep) }
        #expect(error.reason == "HOOK_OVER_LIMIT")
        let fits = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(throws: Never.self) { try JSONValue(hook: fits) }
    }

    @Test func numbersKeepTheirSpelling() throws {
        #expect(
            try JSONValue(hook: "[0,-0,1.50,1E5,1e-5]")
                == .array(
                    ["0", "-0", "1.50", "1E5", "1e-5"].compactMap {
                        JSONNumber(spelling: $0).map { .number($0) }
                    }))
    }
}
