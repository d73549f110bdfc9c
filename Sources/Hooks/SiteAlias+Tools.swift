// Names of smaller tools; the rule for accepting them is that of `SiteAlias+Table.swift`.

extension SiteAlias {
    /// interp-engine: `name.layer`.
    static let interpEngine: [SiteAlias] =
        same(.embed, "embeddings")
        + same(.attnZ, "z.{L}")
        + same(.attnV, "value.{L}")
        + same(.attnPattern, "attn_probs.{L}")
        + noted(.attnOut, rawModuleNote, "attn_out.{L}")
        + same(.attnOut, "attn_out_post.{L}")
        + same(.mlpGate, "mlp_pre.{L}")
        + same(.mlpUp, "mlp_pre_linear.{L}")
        + same(.mlpAct, "mlp_act.{L}")
        + noted(.mlpOut, rawModuleNote, "mlp_out.{L}")
        + same(.mlpOut, "mlp_out_post.{L}")
        + refused(
            """
            it belongs to norms on queries and keys, which hooks do not reach; attn.q.L and \
            attn.k.L are the projections' outputs
            """, "q_norm_in.{L}", "q_norm_out.{L}", "k_norm_in.{L}", "k_norm_out.{L}")
        + refused(normInput, "attn_in.{L}", "mlp_in.{L}")

    /// pyvene: the component's name, with our layer suffix or alone for every layer.
    static let pyvene: [SiteAlias] =
        layeredOrBare(.residPre, "block_input")
        + layeredOrBare(.residPost, "block_output")
        + layeredOrBare(.attnZ, "attention_value_output", "head_attention_value_output")
        + layeredOrBare(.attnQ, "query_output", "head_query_output")
        + layeredOrBare(.attnK, "key_output", "head_key_output")
        + layeredOrBare(.attnV, "value_output", "head_value_output")
        + layeredOrBare(.attnOut, note: rawModuleNote, "attention_output")
        + layeredOrBare(.mlpOut, note: rawModuleNote, "mlp_output")
        + refused(
            """
            pyvene's mlp_activation is the output of act_fn, before the product with up_proj; \
            the neuron's coefficient act(gate) * up is mlp.act.L
            """, "mlp_activation", "mlp_activation.{L}")
        + refused(normInput, "attention_input", "attention_input.{L}", "mlp_input", "mlp_input.{L}")

    /// nnterp: the layer in brackets; further brackets are units, as everywhere.
    static let nnterp: [SiteAlias] =
        same(.embed, "token_embeddings")
        + same(.residPre, "layers_input[{L}]")
        + same(.residPost, "layers_output[{L}]")
        + same(.attnPattern, "attention_probabilities[{L}]")
        + noted(.attnOut, rawModuleNote, "attentions_output[{L}]")
        + noted(.mlpOut, rawModuleNote, "mlps_output[{L}]")

    /// llama.cpp: names of graph nodes that mean one tensor in every version.
    static let llamaCpp: [SiteAlias] =
        same(.embed, "inp_embd")
        + same(.residPost, "l_out-{L}")
        + same(.residMid, "ffn_inp-{L}")
        + same(.mlpUp, "ffn_up-{L}")
        + same(.mlpGate, "ffn_gate-{L}")
        + same(.mlpAct, "ffn_gate_par-{L}", "ffn_swiglu-{L}")
        + noted(.mlpOut, rawModuleNote, "ffn_out-{L}")
        + same(.finalNorm, "result_norm")
        + same(.logits, "result_output")
        + refused(
            """
            llama.cpp has used kqv_out for the heads before W_O and for the output after it; \
            write attn.z.L (before) or attn.out.L (after)
            """, "kqv_out-{L}")
        + refused(
            """
            llama.cpp gives this name to the projection, to the projection with bias, and to \
            the rotated rows; write attn.q.L, attn.k.L or attn.v.L (with bias, not rotated)
            """, "Qcur-{L}", "Kcur-{L}", "Vcur-{L}")
        + refused(normInput, "attn_norm-{L}", "ffn_norm-{L}")

    private static func layeredOrBare(
        _ kind: SiteKind, note: String? = nil, _ names: String...
    ) -> [SiteAlias] {
        names.flatMap { name in
            [name, "\(name).{L}"].map { SiteAlias($0, .site(kind, note: note)) }
        }
    }
}
