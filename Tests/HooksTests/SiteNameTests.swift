import Testing

@testable import Hooks

@Suite struct SiteNameTests {
    /// Every accepted spelling for layer 3, by canonical site.
    static let spellings: [(String, [String])] = [
        (
            "embed",
            [
                "embed", "hook_embed", "embed.hook_out", "model.embed_tokens", "embeddings",
                "model.embed_tokens.output", "token_embeddings", "inp_embd",
            ]
        ),
        (
            "resid_pre.3",
            [
                "blocks.3.hook_resid_pre", "blocks.3.hook_in", "model.layers.3.input",
                "model.layers.3.input_layernorm.input", "block_input.3", "layers_input[3]",
            ]
        ),
        (
            "attn.q.3",
            [
                "blocks.3.attn.hook_q", "blocks.3.attn.q.hook_out",
                "model.layers.3.self_attn.q_proj", "model.layers.3.self_attn.q_proj.output",
                "query_output.3", "head_query_output.3",
            ]
        ),
        (
            "attn.k.3",
            [
                "blocks.3.attn.hook_k", "blocks.3.attn.k.hook_out",
                "model.layers.3.self_attn.k_proj", "model.layers.3.self_attn.k_proj.output",
                "key_output.3", "head_key_output.3",
            ]
        ),
        (
            "attn.v.3",
            [
                "blocks.3.attn.hook_v", "blocks.3.attn.v.hook_out", "value.3",
                "model.layers.3.self_attn.v_proj", "model.layers.3.self_attn.v_proj.output",
                "value_output.3", "head_value_output.3",
            ]
        ),
        (
            "attn.pattern.3",
            [
                "blocks.3.attn.hook_pattern", "attn_probs.3",
                "attention_probabilities[3]",
            ]
        ),
        (
            "attn.z.3",
            [
                "blocks.3.attn.hook_z", "blocks.3.attn.o.hook_in", "z.3",
                "model.layers.3.self_attn.o_proj.input", "attention_value_output.3",
                "head_attention_value_output.3",
            ]
        ),
        (
            "attn.out.3",
            [
                "blocks.3.hook_attn_out", "blocks.3.attn.hook_out", "attn_out.3",
                "attn_out_post.3", "model.layers.3.self_attn", "model.layers.3.self_attn.output",
                "model.layers.3.self_attn.o_proj.output", "attention_output.3",
                "attentions_output[3]",
            ]
        ),
        (
            "resid_mid.3",
            [
                "blocks.3.hook_resid_mid", "ffn_inp-3",
                "model.layers.3.post_attention_layernorm.input",
            ]
        ),
        (
            "mlp.gate.3",
            [
                "blocks.3.mlp.hook_pre", "blocks.3.mlp.gate.hook_out", "mlp_pre.3",
                "model.layers.3.mlp.gate_proj", "model.layers.3.mlp.gate_proj.output",
                "ffn_gate-3",
            ]
        ),
        (
            "mlp.up.3",
            [
                "blocks.3.mlp.hook_pre_linear", "blocks.3.mlp.in.hook_out", "ffn_up-3",
                "mlp_pre_linear.3", "model.layers.3.mlp.up_proj",
                "model.layers.3.mlp.up_proj.output",
            ]
        ),
        (
            "mlp.act.3",
            [
                "blocks.3.mlp.hook_post", "blocks.3.mlp.out.hook_in", "mlp_act.3",
                "model.layers.3.mlp.down_proj.input", "ffn_gate_par-3", "ffn_swiglu-3",
            ]
        ),
        (
            "mlp.out.3",
            [
                "blocks.3.hook_mlp_out", "blocks.3.mlp.hook_out", "mlp_out.3",
                "mlp_out_post.3", "model.layers.3.mlp", "model.layers.3.mlp.output",
                "model.layers.3.mlp.down_proj.output", "mlp_output.3", "mlps_output[3]",
                "ffn_out-3",
            ]
        ),
        (
            "resid_post.3",
            [
                "blocks.3.hook_resid_post", "blocks.3.hook_out", "block_output.3",
                "model.layers.3.output", "layers_output[3]", "l_out-3",
            ]
        ),
        (
            "final_norm",
            [
                "final_norm", "ln_final.hook_normalized", "ln_final.hook_out",
                "unembed.hook_in", "model.norm", "model.norm.output", "lm_head.input",
                "result_norm",
            ]
        ),
        (
            "logits",
            [
                "logits", "unembed.hook_out", "lm_head", "lm_head.output",
                "result_output",
            ]
        ),
    ]

    @Test(arguments: spellings + familySpellings)
    func everySpellingIsAnsweredWithTheCanonicalName(
        canonical: String, names: [String]
    ) throws {
        for name in [canonical] + names {
            let site = try SiteName(name)
            let selection = Selection(site: site.kind, layers: site.layers)
            var expected = try HookParser().capture(selectionOf: canonical)
            #expect(selection == expected, "\(name)")
            var parser = HookParser()
            expected = try parser.capture(text: name).selection
            #expect(selection == expected, "\(name)")
        }
    }

    @Test func everyRowOfTheTableIsNamedInThisTest() {
        let tested = Set(
            (Self.spellings + Self.familySpellings).flatMap { $0.1 } + Self.refusedNames
                + Self.refusedOfFamilies)
        let bare = [
            "block_input", "block_output", "attention_value_output",
            "head_attention_value_output", "query_output", "head_query_output", "key_output",
            "head_key_output", "value_output", "head_value_output", "attention_output",
            "mlp_output",
        ]
        for alias in SiteAlias.table {
            let name = alias.spelling(layer: "3")
            #expect(tested.contains(name) || bare.contains(name), "\(name) is not tested")
        }
        for name in bare {
            #expect(SiteAlias.table.contains { $0.template == name })
            #expect(throws: Never.self) { try SiteName(name) }
        }
    }

    static let refusedNames = [
        "blocks.3.ln1.hook_normalized", "blocks.3.ln2.hook_normalized", "blocks.3.attn.hook_in",
        "blocks.3.mlp.hook_in", "blocks.3.hook_mlp_in", "blocks.3.hook_attn_in",
        "blocks.3.hook_q_input", "blocks.3.hook_k_input", "blocks.3.hook_v_input",
        "blocks.3.attn.hook_result", "blocks.3.attn.hook_attn_scores", "blocks.3.attn.hook_rot_q",
        "blocks.3.attn.hook_rot_k", "blocks.3.ln1.hook_scale", "blocks.3.ln2.hook_scale",
        "ln_final.hook_scale", "hook_pos_embed", "pos_embed.hook_out", "model.layers.3",
        "model.layers.3.mlp.down_proj", "model.layers.3.self_attn.o_proj",
        "model.layers.3.post_attention_layernorm", "model.layers.3.input_layernorm",
        "model.layers.3.mlp.input", "model.layers.3.input_layernorm.output",
        "model.layers.3.self_attn.input", "model.layers.3.post_attention_layernorm.output",
        "model.layers.3.self_attn.q_proj.input", "model.layers.3.self_attn.k_proj.input",
        "model.layers.3.self_attn.v_proj.input", "model.layers.3.mlp.gate_proj.input",
        "model.layers.3.mlp.up_proj.input", "model.layers.3.mlp.act_fn",
        "model.layers.3.mlp.act_fn.output", "model.norm.input", "q_norm_in.3", "q_norm_out.3",
        "k_norm_in.3", "k_norm_out.3", "attn_in.3", "mlp_in.3", "mlp_activation",
        "mlp_activation.3", "attention_input", "attention_input.3", "mlp_input", "mlp_input.3",
        "kqv_out-3", "Qcur-3", "Kcur-3", "Vcur-3", "attn_norm-3", "ffn_norm-3",
    ]

    @Test(arguments: refusedNames + refusedOfFamilies)
    func namesOfOtherTensorsAreRefusedWithTheReason(name: String) throws {
        let error = try #require(throws: HookError.self) { try SiteName(name) }
        #expect(error.reason == "HOOK_SITE_REFUSED")
        #expect(error.description.hasPrefix("site '\(name)' is refused: "))
        #expect(error.description.count > name.count + 60, "a reason is a sentence")
    }

    @Test func theTrapOfGatedModelsIsExplained() throws {
        let error = try #require(throws: HookError.self) { try SiteName("mlp_activation.3") }
        #expect(error.description.contains("before the product with up_proj"))
        #expect(error.description.contains("mlp.act.L"))
    }

    @Test(arguments: [
        ("blocks.3.mlp.hook_out", "normalize a module's output"),
        ("model.layers.3.self_attn.output", "normalize a module's output"),
        ("ln_final.hook_normalized", "before the norm's gain"),
        ("model.layers.3.post_attention_layernorm.input", "not the residual stream"),
        ("gpt_neox.layers.3.post_attention_layernorm.input", "use_parallel_residual"),
    ])
    func namesThatDifferForSomeModelsComeWithANote(name: String, part: String) throws {
        var parser = HookParser()
        _ = try parser.capture(text: name)
        _ = try parser.capture(text: name)
        #expect(parser.notes.count == 1)
        #expect(parser.notes.first?.contains(part) == true)
    }

    @Test func contributionsComeWithoutANote() throws {
        for name in ["blocks.3.hook_mlp_out", "blocks.3.hook_attn_out", "mlp_out_post.3"] {
            #expect(try SiteName(name).note == nil)
        }
    }

    @Test(arguments: [
        ("resid_pots.3", "resid_post.3"), ("mlp.atc.7", "mlp.act.7"), ("Logits", "logits"),
        ("blocks.5.mlp.hook_pots", "blocks.5.mlp.hook_post"), ("attn.patern", "attn.pattern"),
        ("model.layers.12.mlp.gateproj", "model.layers.12.mlp.gate_proj"),
        ("finalnorm", "final_norm"),
    ])
    func misspeltNamesAreAnsweredWithTheNearest(name: String, nearest: String) throws {
        let error = try #require(throws: HookError.self) { try SiteName(name) }
        #expect(error.description.contains("did you mean '\(nearest)'?"), "\(error)")
    }

    @Test func namesLikeNothingAreAnsweredWithAllSites() throws {
        let error = try #require(throws: HookError.self) { try SiteName("vgg.features") }
        #expect(
            error.description == """
                unknown site 'vgg.features'; accepted: embed, resid_pre.L, attn.q.L, attn.k.L, \
                attn.v.L, attn.pattern.L, attn.z.L, attn.out.L, resid_mid.L, mlp.gate.L, \
                mlp.up.L, mlp.act.L, mlp.out.L, resid_post.L, final_norm, logits
                """)
    }

    @Test func layersOfForeignNamesMayBeRanges() throws {
        #expect(
            try SiteName("blocks.0-2,7.mlp.hook_post").layers
                == .ranges(IndexRanges([0..<3, 7..<8])))
        #expect(try SiteName("layers_output[*]").layers == .all)
        #expect(throws: HookError.self) { try SiteName("blocks.x.mlp.hook_post") }
        #expect(throws: HookError.self) { try SiteName("blocks.3-1.mlp.hook_post") }
        #expect(throws: HookError.self) { try SiteName("mlp.act.70000") }
    }

    @Test func theSideOfAModuleMayFollowABlank() throws {
        var parser = HookParser()
        let capture = try parser.capture(text: "model.layers.3.mlp.down_proj input mean_abs")
        #expect(capture.text == "L3N* mean_abs")
        let action = try parser.action(text: "zero model.layers.3.self_attn.o_proj input at last")
        #expect(action.text == "zero L3H* at last")
    }

    @Test func unitsFollowForeignNamesInBrackets() throws {
        var parser = HookParser()
        #expect(try parser.action(text: "zero blocks.3.mlp.hook_post[1,5]").text == "zero L3N1,5")
        #expect(
            try parser.action(text: "zero layers_output[3][0-7]").text
                == "zero resid_post.3[0-7]")
    }
}

extension HookParser {
    /// The selection that a canonical name alone means.
    fileprivate func capture(selectionOf name: String) throws -> Selection {
        var copy = self
        return try copy.capture(text: name).selection
    }
}
