// Module paths of Hugging Face models beside the Llama family's; the rule for accepting them is
// that of `SiteAlias+Table.swift`. A bare path of an output projection is refused, as there.

private let parallelNote = """
    where use_parallel_residual is true (Pythia) attention and MLP read one stream, so that the \
    model has no resid_mid and this module's input is resid_pre.L
    """
private let severalInOne = """
    it holds queries, keys and values in one tensor; write attn.q.L, attn.k.L or attn.v.L
    """
private let lastStream = """
    it is the last block's output; write resid_post.L with the last layer's number
    """

extension SiteAlias {
    /// GPT-2 and GPT-J: `transformer.h.L`.
    static let gpt: [SiteAlias] =
        same(.embed, "transformer.wte", "transformer.wte.output")
        + same(.residPre, "transformer.h.{L}.input", "transformer.h.{L}.ln_1.input")
        + same(.residMid, "transformer.h.{L}.ln_2.input")
        + same(.residPost, "transformer.h.{L}.output")
        + same(.attnQ, "transformer.h.{L}.attn.q_proj", "transformer.h.{L}.attn.q_proj.output")
        + same(.attnK, "transformer.h.{L}.attn.k_proj", "transformer.h.{L}.attn.k_proj.output")
        + same(.attnV, "transformer.h.{L}.attn.v_proj", "transformer.h.{L}.attn.v_proj.output")
        + same(
            .attnZ, "transformer.h.{L}.attn.c_proj.input", "transformer.h.{L}.attn.out_proj.input")
        + same(
            .attnOut, "transformer.h.{L}.attn", "transformer.h.{L}.attn.output",
            "transformer.h.{L}.attn.c_proj.output", "transformer.h.{L}.attn.out_proj.output")
        + same(
            .mlpGate, "transformer.h.{L}.mlp.c_fc", "transformer.h.{L}.mlp.c_fc.output",
            "transformer.h.{L}.mlp.fc_in", "transformer.h.{L}.mlp.fc_in.output",
            "transformer.h.{L}.mlp.act.input")
        + same(
            .mlpAct, "transformer.h.{L}.mlp.act", "transformer.h.{L}.mlp.act.output",
            "transformer.h.{L}.mlp.c_proj.input", "transformer.h.{L}.mlp.fc_out.input")
        + same(
            .mlpOut, "transformer.h.{L}.mlp", "transformer.h.{L}.mlp.output",
            "transformer.h.{L}.mlp.c_proj.output", "transformer.h.{L}.mlp.fc_out.output")
        + same(.finalNorm, "transformer.ln_f", "transformer.ln_f.output")
        + refused(
            """
            learned positions are not a site: embed is the token's embedding alone, and \
            resid_pre.0 the sum of both
            """, "transformer.wpe", "transformer.wpe.output")
        + refused(
            severalInOne, "transformer.h.{L}.attn.c_attn", "transformer.h.{L}.attn.c_attn.output")
        + refused(
            normInput, "transformer.h.{L}.ln_1", "transformer.h.{L}.ln_1.output",
            "transformer.h.{L}.ln_2", "transformer.h.{L}.ln_2.output",
            "transformer.h.{L}.attn.input", "transformer.h.{L}.attn.c_attn.input",
            "transformer.h.{L}.mlp.input", "transformer.h.{L}.mlp.c_fc.input",
            "transformer.h.{L}.mlp.fc_in.input")
        + bare("transformer.h.{L}", "resid_pre.L", "resid_post.L")
        + bare("transformer.h.{L}.attn.c_proj", "the heads, attn.z.L", "attn.out.L")
        + bare("transformer.h.{L}.attn.out_proj", "the heads, attn.z.L", "attn.out.L")
        + bare("transformer.h.{L}.mlp.c_proj", "the neurons, mlp.act.L", "mlp.out.L")
        + bare("transformer.h.{L}.mlp.fc_out", "the neurons, mlp.act.L", "mlp.out.L")
        + refused(lastStream, "transformer.ln_f.input")

    /// GPT-NeoX and Pythia: `gpt_neox.layers.L`.
    static let neox: [SiteAlias] =
        same(.embed, "gpt_neox.embed_in", "gpt_neox.embed_in.output")
        + same(
            .residPre, "gpt_neox.layers.{L}.input", "gpt_neox.layers.{L}.input_layernorm.input")
        + noted(.residMid, parallelNote, "gpt_neox.layers.{L}.post_attention_layernorm.input")
        + same(.residPost, "gpt_neox.layers.{L}.output")
        + same(.attnZ, "gpt_neox.layers.{L}.attention.dense.input")
        + same(
            .attnOut, "gpt_neox.layers.{L}.attention", "gpt_neox.layers.{L}.attention.output",
            "gpt_neox.layers.{L}.attention.dense.output")
        + same(
            .mlpGate, "gpt_neox.layers.{L}.mlp.dense_h_to_4h",
            "gpt_neox.layers.{L}.mlp.dense_h_to_4h.output", "gpt_neox.layers.{L}.mlp.act.input")
        + same(
            .mlpAct, "gpt_neox.layers.{L}.mlp.act", "gpt_neox.layers.{L}.mlp.act.output",
            "gpt_neox.layers.{L}.mlp.dense_4h_to_h.input")
        + same(
            .mlpOut, "gpt_neox.layers.{L}.mlp", "gpt_neox.layers.{L}.mlp.output",
            "gpt_neox.layers.{L}.mlp.dense_4h_to_h.output")
        + same(
            .finalNorm, "gpt_neox.final_layer_norm", "gpt_neox.final_layer_norm.output",
            "embed_out.input")
        + same(.logits, "embed_out", "embed_out.output")
        + refused(
            severalInOne, "gpt_neox.layers.{L}.attention.query_key_value",
            "gpt_neox.layers.{L}.attention.query_key_value.output")
        + refused(
            normInput, "gpt_neox.layers.{L}.input_layernorm",
            "gpt_neox.layers.{L}.input_layernorm.output",
            "gpt_neox.layers.{L}.post_attention_layernorm.output",
            "gpt_neox.layers.{L}.attention.input",
            "gpt_neox.layers.{L}.attention.query_key_value.input",
            "gpt_neox.layers.{L}.mlp.input", "gpt_neox.layers.{L}.mlp.dense_h_to_4h.input")
        + bare("gpt_neox.layers.{L}", "resid_pre.L", "resid_post.L")
        + bare("gpt_neox.layers.{L}.attention.dense", "the heads, attn.z.L", "attn.out.L")
        + bare("gpt_neox.layers.{L}.mlp.dense_4h_to_h", "the neurons, mlp.act.L", "mlp.out.L")
        + refused(lastStream, "gpt_neox.final_layer_norm.input")

    /// Qwen 3: the norms of each head's query and key.
    static let headNorms: [SiteAlias] =
        same(.attnQ, "model.layers.{L}.self_attn.q_norm.input")
        + same(.attnK, "model.layers.{L}.self_attn.k_norm.input")
        + refused(
            "it is after the head's norm, which hooks do not reach; attn.q.L is before it",
            "model.layers.{L}.self_attn.q_norm", "model.layers.{L}.self_attn.q_norm.output")
        + refused(
            "it is after the head's norm, which hooks do not reach; attn.k.L is before it",
            "model.layers.{L}.self_attn.k_norm", "model.layers.{L}.self_attn.k_norm.output")

    /// Refuses a path without a side, whose two sides are different sites.
    private static func bare(_ path: String, _ input: String, _ output: String) -> [SiteAlias] {
        refused(
            """
            a module path alone is its input to some tools and its output to others; write \
            '\(path.replacing("{L}", with: "L")).input' (\(input)) or '….output' (\(output))
            """, path)
    }
}
