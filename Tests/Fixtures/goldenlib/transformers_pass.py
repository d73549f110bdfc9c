"""The forward pass whose values are golden: transformers, float32, eager attention, hooks."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM

from .probe import Model, Probe


class TransformersPass:
    """A model loaded from its directory, with every site reachable."""

    def __init__(self, model: Model, directory: Path):
        self.model = model
        self.network = AutoModelForCausalLM.from_pretrained(
            directory, dtype=torch.float32, attn_implementation="eager").eval()

    @contextmanager
    def replaced(self, parts: dict[str, np.ndarray]):
        """The same network with some parts replaced."""
        parameters = dict(self.network.named_parameters())
        weights = self.model.stored(self.model.parts | parts)
        weights = {self.current(name): value for name, value in weights.items()}
        saved = {name: parameters[name].detach().clone() for name in weights}
        with torch.no_grad():
            for name, value in weights.items():
                parameters[name].copy_(torch.from_numpy(np.array(value)))
        try:
            yield
        finally:
            with torch.no_grad():
                for name, value in saved.items():
                    parameters[name].copy_(value)

    @staticmethod
    def current(name: str) -> str:
        """Published GPT-NeoX files have `embed_out`, which transformers 5 calls `lm_head`."""
        return name.replace("embed_out", "lm_head")

    def run(self, probe: Probe) -> np.ndarray:
        """Logits (positions, vocabulary); the probe sees every site."""
        handles = self.install(probe)
        try:
            with torch.no_grad(), self.attention_seen_by(probe):
                output = self.network(torch.tensor([probe.tokens]), use_cache=False)
        finally:
            for handle in handles:
                handle.remove()
        return output.logits[0].numpy().copy()

    def install(self, probe: Probe) -> list:
        """Hooks at every site but `attn.pattern`."""
        handles, family = [], self.model.family

        def module(part):
            return self.network.get_submodule(self.current(family.module(part)))

        def after(part, show):
            def hook(_, __, output):
                tensor = output[0] if isinstance(output, tuple) else output
                show(tensor[0].numpy())
            handles.append(module(part).register_forward_hook(hook))

        def before(part, show):
            def hook(_, arguments, keywords):
                tensor = arguments[0] if arguments else keywords["hidden_states"]
                show(tensor[0].numpy())
            handles.append(module(part).register_forward_pre_hook(hook, with_kwargs=True))

        def site(kind, layer=0):
            return lambda rows: probe.visit(kind, layer, rows)

        after("embed", site("embed"))
        for layer in range(self.model.recipe.layers):
            before(f"{layer}.layer", site("resid_pre", layer))
            if family.fused:
                after(f"{layer}.q", lambda rows, layer=layer: self.visit_fused(probe, layer, rows))
            else:
                for kind in "qkv":
                    after(f"{layer}.{kind}", site(f"attn.{kind}", layer))
            before(f"{layer}.o", site("attn.z", layer))
            after(f"{layer}.o", site("attn.out", layer))
            if self.model.has_site("resid_mid"):
                # The norm's input is the tensor that the MLP's output is added to, so that a
                # change made in place here is a change of the residual stream.
                before(f"{layer}.norm2", site("resid_mid", layer))
            after(f"{layer}.gate", site("mlp.gate", layer))
            if family.gated:
                after(f"{layer}.up", site("mlp.up", layer))
            before(f"{layer}.down", site("mlp.act", layer))
            after(f"{layer}.down", site("mlp.out", layer))
            after(f"{layer}.layer", site("resid_post", layer))
        after("final_norm", site("final_norm"))
        after("unembed", site("logits"))
        return handles

    def visit_fused(self, probe: Probe, layer: int, rows: np.ndarray) -> None:
        """Shows query, key and value of one projection, each in the order of its heads."""
        count = len(rows)
        heads = self.model.recipe.heads if self.model.family.fused == "by-head" else 1
        blocks = rows.reshape(count, heads, 3, -1)
        for index, kind in enumerate("qkv"):
            part = blocks[:, :, index].reshape(count, -1).copy()
            probe.visit(f"attn.{kind}", layer, part)
            blocks[:, :, index] = part.reshape(count, heads, -1)

    @contextmanager
    def attention_seen_by(self, probe: Probe):
        """Shows attention's probabilities to the probe."""
        source, name = sys.modules[type(self.network).__module__], "eager_attention_forward"
        heads_first = not hasattr(source, name)
        if heads_first:  # GPT-J's attention is a method, and its output is not yet transposed
            source, name = source.GPTJAttention, "_attn"
        original = getattr(source, name)

        def attention(module, query, key, value, attention_mask=None, **keywords):
            output, weights = original(module, query, key, value, attention_mask, **keywords)
            probe.visit("attn.pattern", module.layer_idx, weights[0].transpose(0, 1).numpy())
            if probe.changes("attn.pattern", module.layer_idx):
                values = value.repeat_interleave(query.shape[1] // value.shape[1], dim=1)
                output = torch.matmul(weights, values)
                output = output if heads_first else output.transpose(1, 2).contiguous()
            return output, weights

        setattr(source, name, attention)
        try:
            yield
        finally:
            setattr(source, name, original)
