"""The engine's counter-based random numbers: Philox-4x32-10 and Box-Muller.

Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Written again here
so that the noise goldens do not rest on the implementation that they check.
"""

from __future__ import annotations

import math

MASK = 0xFFFF_FFFF
SITE_ORDER = [
    "embed", "resid_pre", "attn.q", "attn.k", "attn.v", "attn.pattern", "attn.z", "attn.out",
    "resid_mid", "mlp.gate", "mlp.up", "mlp.act", "mlp.out", "resid_post", "final_norm", "logits",
]
NO_POSITION = 0xFFFF_FFFF


def philox(key: tuple[int, int], counter: tuple[int, int, int, int]) -> tuple[int, ...]:
    """One block of four 32-bit words."""
    key0, key1 = key
    c0, c1, c2, c3 = counter
    for _ in range(10):
        first, second = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (
            (second >> 32) ^ c1 ^ key0, second & MASK, (first >> 32) ^ c3 ^ key1, first & MASK,
        )
        key0, key1 = (key0 + 0x9E3779B9) & MASK, (key1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def site_code(kind: str, layer: int) -> int:
    """The site's place in the forward pass in the upper half, the layer in the lower."""
    return SITE_ORDER.index(kind) << 16 | layer & 0xFFFF


def normal(seed: int, coordinates: tuple[int, int, int, int]) -> float:
    """A standard normal number: sqrt(-2 ln u0) cos(2 pi u1)."""
    words = philox((seed & MASK, seed >> 32), coordinates)
    u0, u1 = (words[0] + 0.5) * 2.0**-32, (words[1] + 0.5) * 2.0**-32
    return math.sqrt(-2 * math.log(u0)) * math.cos(2 * math.pi * u1)


def value_noise(seed: int, layer: int, neuron: int, width: int) -> list[float]:
    """The standard normal vector that `value-noise` scales and adds to a neuron's value column."""
    code = site_code("mlp.act", layer)
    return [normal(seed, (dimension, neuron, NO_POSITION, code)) for dimension in range(width)]


def self_test() -> None:
    """Known answers published with the Random123 library."""
    assert philox((0, 0), (0, 0, 0, 0)) == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)
    assert philox((MASK, MASK), (MASK,) * 4) == (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)
