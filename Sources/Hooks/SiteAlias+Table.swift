// The names that other tools use. A name is accepted only if its tensor is the canonical site's
// for every model, accepted with a note if it is so for models without norms after the
// attention and MLP modules, and refused with the reason otherwise.

private let gainNote = """
    TransformerLens reads hook_normalized before the norm's gain; final_norm is after it, as \
    ln_final.hook_out and the output of model.norm are
    """
private let postNormNote = """
    in models that normalize the attention output (Gemma 2 and 3, OLMo 2) this module reads \
    that output, not the residual stream
    """
private let splitInput = """
    hooks do not reach the separate inputs of a module, which TransformerLens computes on \
    request only; use resid_pre.L, resid_mid.L, or attn.q.L, attn.k.L, attn.v.L
    """
private let beforeProduct = """
    it is the activation function's output before the product with the linear branch, not the \
    neuron's coefficient; the coefficient act(gate) * up is mlp.act.L, the value before the \
    function is mlp.gate.L
    """

extension SiteAlias {
    /// TransformerLens: the names of HookedTransformer and of the version 3 bridge.
    static let transformerLens: [SiteAlias] =
        same(.embed, "hook_embed", "embed.hook_out")
        + same(.residPre, "blocks.{L}.hook_resid_pre", "blocks.{L}.hook_in")
        + same(.residMid, "blocks.{L}.hook_resid_mid")
        + same(.residPost, "blocks.{L}.hook_resid_post", "blocks.{L}.hook_out")
        + same(.attnQ, "blocks.{L}.attn.hook_q", "blocks.{L}.attn.q.hook_out")
        + same(.attnK, "blocks.{L}.attn.hook_k", "blocks.{L}.attn.k.hook_out")
        + same(.attnV, "blocks.{L}.attn.hook_v", "blocks.{L}.attn.v.hook_out")
        + same(.attnPattern, "blocks.{L}.attn.hook_pattern")
        + same(.attnZ, "blocks.{L}.attn.hook_z", "blocks.{L}.attn.o.hook_in")
        + same(.attnOut, "blocks.{L}.hook_attn_out")
        + noted(.attnOut, rawModuleNote, "blocks.{L}.attn.hook_out")
        + same(.mlpGate, "blocks.{L}.mlp.hook_pre", "blocks.{L}.mlp.gate.hook_out")
        + same(.mlpUp, "blocks.{L}.mlp.hook_pre_linear", "blocks.{L}.mlp.in.hook_out")
        + same(.mlpAct, "blocks.{L}.mlp.hook_post", "blocks.{L}.mlp.out.hook_in")
        + same(.mlpOut, "blocks.{L}.hook_mlp_out")
        + noted(.mlpOut, rawModuleNote, "blocks.{L}.mlp.hook_out")
        + noted(.finalNorm, gainNote, "ln_final.hook_normalized")
        + same(.finalNorm, "ln_final.hook_out", "unembed.hook_in")
        + same(.logits, "unembed.hook_out")
        + refused(
            """
            hook_normalized is the residual stream divided by its root mean square, before the \
            norm's gain, which hooks do not reach; use resid_pre.L or resid_mid.L
            """, "blocks.{L}.ln1.hook_normalized", "blocks.{L}.ln2.hook_normalized")
        + refused(normInput, "blocks.{L}.attn.hook_in", "blocks.{L}.mlp.hook_in")
        + refused(
            splitInput, "blocks.{L}.hook_mlp_in", "blocks.{L}.hook_attn_in",
            "blocks.{L}.hook_q_input", "blocks.{L}.hook_k_input", "blocks.{L}.hook_v_input")
        + refused(
            """
            one vector of the model's width per head is never formed; capture attn.z.L and \
            multiply by the head's columns of W_O
            """, "blocks.{L}.attn.hook_result")
        + refused(
            "scores before the softmax are never stored; the site is attn.pattern.L, after it",
            "blocks.{L}.attn.hook_attn_scores")
        + refused(
            "it is after the rotation; attn.q.L and attn.k.L are before it",
            "blocks.{L}.attn.hook_rot_q", "blocks.{L}.attn.hook_rot_k")
        + refused(
            "the scale of a norm is not a site; capture resid_pre.L or resid_mid.L with 'norm'",
            "blocks.{L}.ln1.hook_scale", "blocks.{L}.ln2.hook_scale", "ln_final.hook_scale")
        + refused(
            """
            learned positions are not a site: embed is the token's embedding alone, and \
            resid_pre.0 the sum of both; other models rotate queries and keys instead
            """, "hook_pos_embed", "pos_embed.hook_out")

    /// Module paths of Hugging Face models of the Llama family; `.input` and `.output`, or the
    /// same words after a blank, say which side.
    static let huggingFace: [SiteAlias] =
        same(.embed, "model.embed_tokens", "model.embed_tokens.output")
        + same(.residPre, "model.layers.{L}.input", "model.layers.{L}.input_layernorm.input")
        + same(.residPost, "model.layers.{L}.output")
        + noted(.residMid, postNormNote, "model.layers.{L}.post_attention_layernorm.input")
        + same(.attnQ, "model.layers.{L}.self_attn.q_proj")
        + same(.attnQ, "model.layers.{L}.self_attn.q_proj.output")
        + same(.attnK, "model.layers.{L}.self_attn.k_proj")
        + same(.attnK, "model.layers.{L}.self_attn.k_proj.output")
        + same(.attnV, "model.layers.{L}.self_attn.v_proj")
        + same(.attnV, "model.layers.{L}.self_attn.v_proj.output")
        + same(.attnZ, "model.layers.{L}.self_attn.o_proj.input")
        + noted(
            .attnOut, rawModuleNote, "model.layers.{L}.self_attn",
            "model.layers.{L}.self_attn.output", "model.layers.{L}.self_attn.o_proj.output")
        + same(.mlpGate, "model.layers.{L}.mlp.gate_proj", "model.layers.{L}.mlp.gate_proj.output")
        + same(.mlpUp, "model.layers.{L}.mlp.up_proj", "model.layers.{L}.mlp.up_proj.output")
        + same(.mlpAct, "model.layers.{L}.mlp.down_proj.input")
        + noted(
            .mlpOut, rawModuleNote, "model.layers.{L}.mlp", "model.layers.{L}.mlp.output",
            "model.layers.{L}.mlp.down_proj.output")
        + same(.finalNorm, "model.norm", "model.norm.output", "lm_head.input")
        + same(.logits, "lm_head", "lm_head.output")
        + refused(
            """
            a module path alone is its input to some tools and its output to others; write \
            'model.layers.L.input' (resid_pre.L) or 'model.layers.L.output' (resid_post.L)
            """, "model.layers.{L}")
        + refused(
            """
            a module path alone is ambiguous here; write '….down_proj.input' (the neurons, \
            mlp.act.L) or '….down_proj.output' (mlp.out.L)
            """, "model.layers.{L}.mlp.down_proj")
        + refused(
            """
            a module path alone is ambiguous here; write '….o_proj.input' (the heads, attn.z.L) \
            or '….o_proj.output' (attn.out.L)
            """, "model.layers.{L}.self_attn.o_proj")
        + refused(
            """
            a module path alone is ambiguous here; write '….post_attention_layernorm.input' \
            (resid_mid.L)
            """, "model.layers.{L}.post_attention_layernorm")
        + refused(
            normInput, "model.layers.{L}.input_layernorm", "model.layers.{L}.mlp.input",
            "model.layers.{L}.input_layernorm.output", "model.layers.{L}.self_attn.input",
            "model.layers.{L}.post_attention_layernorm.output",
            "model.layers.{L}.self_attn.q_proj.input", "model.layers.{L}.self_attn.k_proj.input",
            "model.layers.{L}.self_attn.v_proj.input", "model.layers.{L}.mlp.gate_proj.input",
            "model.layers.{L}.mlp.up_proj.input")
        + refused(
            beforeProduct, "model.layers.{L}.mlp.act_fn", "model.layers.{L}.mlp.act_fn.output")
        + refused(
            "it is the last block's output; write resid_post.L with the last layer's number",
            "model.norm.input")
}
