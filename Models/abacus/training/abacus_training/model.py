"""A Llama decoder in plain PyTorch, with the parameter names of the Hugging Face layout.

Pre-norm blocks, rotary positions in the rotate-half convention, grouped-query attention,
SwiGLU feed-forward, untied output head. Weights are kept in f32; the caller chooses the
precision of the arithmetic with `torch.autocast`.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .settings import Shape


def rotary_table(shape: Shape, device: torch.device | str = "cpu") -> tuple[Tensor, Tensor]:
    """Cosines and sines of shape (position, head_size)."""
    exponents = torch.arange(0, shape.head_size, 2, device=device) / shape.head_size
    frequencies = shape.rope_theta**-exponents
    positions = torch.arange(shape.context_length, device=device).float()
    angles = torch.outer(positions, frequencies)
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos(), angles.sin()


def rotate(vectors: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Rotates (batch, head, position, head_size) by the table's rows for those positions."""
    first, second = vectors.chunk(2, dim=-1)
    turned = torch.cat([-second, first], dim=-1)
    return (vectors * cosines + turned * sines).to(vectors.dtype)


class Norm(nn.Module):
    """Root-mean-square norm with a gain."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape.hidden_size))
        self.epsilon = shape.norm_epsilon

    def forward(self, hidden: Tensor) -> Tensor:
        wide = hidden.float()
        scale = torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.epsilon)
        return (wide * scale * self.weight).to(hidden.dtype)


class Cache:
    """Keys and values of the positions seen so far, for decoding token by token."""

    def __init__(self, shape: Shape, rows: int, length: int, device, dtype) -> None:
        size = (shape.layer_count, rows, shape.key_value_head_count, length, shape.head_size)
        self.keys = torch.zeros(size, device=device, dtype=dtype)
        self.values = torch.zeros(size, device=device, dtype=dtype)


class Attention(nn.Module):
    """Grouped-query self-attention."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        inner = shape.head_count * shape.head_size
        shared = shape.key_value_head_count * shape.head_size
        self.q_proj = nn.Linear(shape.hidden_size, inner, bias=False)
        self.k_proj = nn.Linear(shape.hidden_size, shared, bias=False)
        self.v_proj = nn.Linear(shape.hidden_size, shared, bias=False)
        self.o_proj = nn.Linear(inner, shape.hidden_size, bias=False)

    def forward(
        self,
        hidden: Tensor,
        table: tuple[Tensor, Tensor],
        mask: Tensor,
        cache: tuple[Tensor, Tensor, int] | None = None,
    ) -> Tensor:
        """`mask` is (batch, 1, position, key), True where attention is allowed. `cache` holds
        this layer's keys and values and the column to write."""
        rows, length, _ = hidden.shape

        def heads(states: Tensor) -> Tensor:
            return states.view(rows, length, -1, self.shape.head_size).transpose(1, 2)

        queries = rotate(heads(self.q_proj(hidden)), *table)
        keys = rotate(heads(self.k_proj(hidden)), *table)
        values = heads(self.v_proj(hidden))
        if cache is not None:
            stored_keys, stored_values, start = cache
            stored_keys[:, :, start : start + length] = keys
            stored_values[:, :, start : start + length] = values
            keys = stored_keys[:, :, : start + length].to(queries.dtype)
            values = stored_values[:, :, : start + length].to(queries.dtype)
        group = self.shape.head_count // self.shape.key_value_head_count
        mixed = functional.scaled_dot_product_attention(
            queries,
            keys.repeat_interleave(group, dim=1),
            values.repeat_interleave(group, dim=1).to(queries.dtype),
            attn_mask=mask,
        )
        return self.o_proj(mixed.transpose(1, 2).reshape(rows, length, -1))


class FeedForward(nn.Module):
    """SwiGLU: a neuron's activation is silu(gate) times up, its value a column of down."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(shape.hidden_size, shape.intermediate_size, bias=False)
        self.up_proj = nn.Linear(shape.hidden_size, shape.intermediate_size, bias=False)
        self.down_proj = nn.Linear(shape.intermediate_size, shape.hidden_size, bias=False)

    def forward(self, hidden: Tensor) -> Tensor:
        return self.down_proj(functional.silu(self.gate_proj(hidden)) * self.up_proj(hidden))


class Block(nn.Module):
    """Attention, then feed-forward, each on a norm of the residual stream."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.input_layernorm = Norm(shape)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = Norm(shape)
        self.mlp = FeedForward(shape)

    def forward(self, hidden: Tensor, table, mask, cache=None) -> Tensor:
        mixed = self.self_attn(self.input_layernorm(hidden), table, mask, cache)
        hidden = hidden + mixed
        return hidden + self.mlp(self.post_attention_layernorm(hidden))


class Decoder(nn.Module):
    """Embedding, blocks, final norm."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocabulary_size, shape.hidden_size)
        self.layers = nn.ModuleList(Block(shape) for _ in range(shape.layer_count))
        self.norm = Norm(shape)


class Llama(nn.Module):
    """The whole model; its parameter names are those of `LlamaForCausalLM`."""

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        self.shape = shape or Shape()
        self.model = Decoder(self.shape)
        self.lm_head = nn.Linear(
            self.shape.hidden_size, self.shape.vocabulary_size, bias=False
        )
        cosines, sines = rotary_table(self.shape)
        self.register_buffer("cosines", cosines, persistent=False)
        self.register_buffer("sines", sines, persistent=False)
        self._initialise()

    def _initialise(self) -> None:
        """Small normal weights, smaller still where a block writes to the residual stream."""
        into_stream = 0.02 / (2 * self.shape.layer_count) ** 0.5
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                last = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(parameter, std=into_stream if last else 0.02)

    def forward(self, tokens: Tensor, positions: Tensor, mask: Tensor) -> Tensor:
        """Logits (batch, position, vocabulary) of whole rows.

        `positions` is (batch, position), counted from each document's start; `mask` is
        (batch, 1, position, position).
        """
        table = (self.cosines[positions][:, None], self.sines[positions][:, None])
        hidden = self.model.embed_tokens(tokens)
        for block in self.model.layers:
            hidden = block(hidden, table, mask)
        return self.lm_head(self.model.norm(hidden))

    def step(
        self,
        tokens: Tensor,
        positions: Tensor,
        mask: Tensor,
        cache: Cache,
        start: int,
    ) -> Tensor:
        """Logits (batch, vocabulary) after the last of `tokens`, which go to the cache's
        columns from `start`."""
        table = (self.cosines[positions][:, None], self.sines[positions][:, None])
        hidden = self.model.embed_tokens(tokens)
        for index, block in enumerate(self.model.layers):
            stored = (cache.keys[index], cache.values[index], start)
            hidden = block(hidden, table, mask, stored)
        return self.lm_head(self.model.norm(hidden[:, -1]))
