"""The forward pass whose values are golden: transformers, float32, eager attention, hooks."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM
from transformers.models.llama import modeling_llama

from .probe import Probe


class TransformersPass:
    """A Llama loaded from its directory, with every site reachable."""

    def __init__(self, directory: Path):
        self.network = AutoModelForCausalLM.from_pretrained(
            directory, dtype=torch.float32, attn_implementation="eager").eval()

    @contextmanager
    def replaced(self, weights: dict[str, np.ndarray]):
        """The same network with some weights replaced."""
        parameters = dict(self.network.named_parameters())
        saved = {name: parameters[name].detach().clone() for name in weights if name in parameters}
        with torch.no_grad():
            for name in saved:
                parameters[name].copy_(torch.from_numpy(np.array(weights[name])))
        try:
            yield
        finally:
            with torch.no_grad():
                for name, value in saved.items():
                    parameters[name].copy_(value)

    def run(self, probe: Probe) -> np.ndarray:
        """Logits (positions, vocabulary); the probe sees every site."""
        handles = self.install(probe)
        original = modeling_llama.eager_attention_forward
        modeling_llama.eager_attention_forward = attention_seen_by(probe, original)
        try:
            with torch.no_grad():
                output = self.network(torch.tensor([probe.tokens]), use_cache=False)
        finally:
            modeling_llama.eager_attention_forward = original
            for handle in handles:
                handle.remove()
        return output.logits[0].numpy().copy()

    def install(self, probe: Probe) -> list:
        """Hooks at every site but `attn.pattern`."""
        handles = []

        def after(module, kind, layer=0):
            def hook(_, __, output):
                tensor = output[0] if isinstance(output, tuple) else output
                probe.visit(kind, layer, tensor[0].numpy())
            handles.append(module.register_forward_hook(hook))

        def before(module, kind, layer=0):
            def hook(_, arguments, keywords):
                tensor = arguments[0] if arguments else keywords["hidden_states"]
                probe.visit(kind, layer, tensor[0].numpy())
            handles.append(module.register_forward_pre_hook(hook, with_kwargs=True))

        after(self.network.model.embed_tokens, "embed")
        for index, layer in enumerate(self.network.model.layers):
            before(layer, "resid_pre", index)
            after(layer.self_attn.q_proj, "attn.q", index)
            after(layer.self_attn.k_proj, "attn.k", index)
            after(layer.self_attn.v_proj, "attn.v", index)
            before(layer.self_attn.o_proj, "attn.z", index)
            after(layer.self_attn, "attn.out", index)
            # The norm's input is the tensor that the MLP's output is added to, so that a change
            # made in place here is a change of the residual stream.
            before(layer.post_attention_layernorm, "resid_mid", index)
            after(layer.mlp.gate_proj, "mlp.gate", index)
            after(layer.mlp.up_proj, "mlp.up", index)
            before(layer.mlp.down_proj, "mlp.act", index)
            after(layer.mlp, "mlp.out", index)
            after(layer, "resid_post", index)
        after(self.network.model.norm, "final_norm")
        after(self.network.lm_head, "logits")
        return handles


def attention_seen_by(probe: Probe, original):
    """`eager_attention_forward` that shows its probabilities to the probe."""

    def attention(module, query, key, value, attention_mask, **keywords):
        output, weights = original(module, query, key, value, attention_mask, **keywords)
        probe.visit("attn.pattern", module.layer_idx, weights[0].transpose(0, 1).numpy())
        if probe.changes("attn.pattern", module.layer_idx):
            values = modeling_llama.repeat_kv(value, module.num_key_value_groups)
            output = torch.matmul(weights, values).transpose(1, 2).contiguous()
        return output, weights

    return attention
