extension SiteNameTests {
    /// Module paths of other families than Llama's, by canonical site.
    static let familySpellings: [(String, [String])] = [
        (
            "embed",
            [
                "transformer.wte", "transformer.wte.output", "gpt_neox.embed_in",
                "gpt_neox.embed_in.output",
            ]
        ),
        (
            "resid_pre.3",
            [
                "transformer.h.3.input", "transformer.h.3.ln_1.input",
                "gpt_neox.layers.3.input", "gpt_neox.layers.3.input_layernorm.input",
            ]
        ),
        (
            "attn.q.3",
            [
                "transformer.h.3.attn.q_proj", "transformer.h.3.attn.q_proj.output",
                "model.layers.3.self_attn.q_norm.input",
            ]
        ),
        (
            "attn.k.3",
            [
                "transformer.h.3.attn.k_proj", "transformer.h.3.attn.k_proj.output",
                "model.layers.3.self_attn.k_norm.input",
            ]
        ),
        (
            "attn.v.3",
            [
                "transformer.h.3.attn.v_proj", "transformer.h.3.attn.v_proj.output",
            ]
        ),
        (
            "attn.z.3",
            [
                "transformer.h.3.attn.c_proj.input", "transformer.h.3.attn.out_proj.input",
                "gpt_neox.layers.3.attention.dense.input",
            ]
        ),
        (
            "attn.out.3",
            [
                "transformer.h.3.attn", "transformer.h.3.attn.output",
                "transformer.h.3.attn.c_proj.output", "transformer.h.3.attn.out_proj.output",
                "gpt_neox.layers.3.attention", "gpt_neox.layers.3.attention.output",
                "gpt_neox.layers.3.attention.dense.output",
            ]
        ),
        (
            "resid_mid.3",
            [
                "transformer.h.3.ln_2.input",
                "gpt_neox.layers.3.post_attention_layernorm.input",
            ]
        ),
        (
            "mlp.gate.3",
            [
                "transformer.h.3.mlp.c_fc", "transformer.h.3.mlp.c_fc.output",
                "transformer.h.3.mlp.fc_in", "transformer.h.3.mlp.fc_in.output",
                "transformer.h.3.mlp.act.input", "gpt_neox.layers.3.mlp.dense_h_to_4h",
                "gpt_neox.layers.3.mlp.dense_h_to_4h.output", "gpt_neox.layers.3.mlp.act.input",
            ]
        ),
        (
            "mlp.act.3",
            [
                "transformer.h.3.mlp.act", "transformer.h.3.mlp.act.output",
                "transformer.h.3.mlp.c_proj.input", "transformer.h.3.mlp.fc_out.input",
                "gpt_neox.layers.3.mlp.act", "gpt_neox.layers.3.mlp.act.output",
                "gpt_neox.layers.3.mlp.dense_4h_to_h.input",
            ]
        ),
        (
            "mlp.out.3",
            [
                "transformer.h.3.mlp", "transformer.h.3.mlp.output",
                "transformer.h.3.mlp.c_proj.output", "transformer.h.3.mlp.fc_out.output",
                "gpt_neox.layers.3.mlp", "gpt_neox.layers.3.mlp.output",
                "gpt_neox.layers.3.mlp.dense_4h_to_h.output",
            ]
        ),
        (
            "resid_post.3",
            [
                "transformer.h.3.output", "gpt_neox.layers.3.output",
            ]
        ),
        (
            "final_norm",
            [
                "transformer.ln_f", "transformer.ln_f.output", "gpt_neox.final_layer_norm",
                "gpt_neox.final_layer_norm.output", "embed_out.input",
            ]
        ),
        (
            "logits",
            [
                "embed_out", "embed_out.output",
            ]
        ),
    ]

    static let refusedOfFamilies = [
        "transformer.wpe", "transformer.wpe.output", "transformer.h.3.attn.c_attn",
        "transformer.h.3.attn.c_attn.output", "transformer.h.3.ln_1",
        "transformer.h.3.ln_1.output", "transformer.h.3.ln_2", "transformer.h.3.ln_2.output",
        "transformer.h.3.attn.input", "transformer.h.3.attn.c_attn.input",
        "transformer.h.3.mlp.input", "transformer.h.3.mlp.c_fc.input",
        "transformer.h.3.mlp.fc_in.input", "transformer.h.3", "transformer.h.3.attn.c_proj",
        "transformer.h.3.attn.out_proj", "transformer.h.3.mlp.c_proj",
        "transformer.h.3.mlp.fc_out", "transformer.ln_f.input",
        "gpt_neox.layers.3.attention.query_key_value",
        "gpt_neox.layers.3.attention.query_key_value.output",
        "gpt_neox.layers.3.input_layernorm", "gpt_neox.layers.3.input_layernorm.output",
        "gpt_neox.layers.3.post_attention_layernorm.output",
        "gpt_neox.layers.3.attention.input",
        "gpt_neox.layers.3.attention.query_key_value.input", "gpt_neox.layers.3.mlp.input",
        "gpt_neox.layers.3.mlp.dense_h_to_4h.input", "gpt_neox.layers.3",
        "gpt_neox.layers.3.attention.dense", "gpt_neox.layers.3.mlp.dense_4h_to_h",
        "gpt_neox.final_layer_norm.input", "model.layers.3.self_attn.q_norm",
        "model.layers.3.self_attn.q_norm.output", "model.layers.3.self_attn.k_norm",
        "model.layers.3.self_attn.k_norm.output",
    ]
}
