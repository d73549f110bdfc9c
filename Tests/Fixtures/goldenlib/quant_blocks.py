"""Random quantized rows of each GGUF format with the values that they stand for."""

from __future__ import annotations

import gguf
import numpy as np

ELEMENTS = 512
# Byte offsets, within a block, of the half-precision scales (random bytes could spell infinity).
SCALES = {
    "Q4_0": (0,), "Q4_1": (0, 2), "Q5_0": (0,), "Q5_1": (0, 2), "Q8_0": (0,), "Q2_K": (80, 82),
    "Q3_K": (108,), "Q4_K": (0, 2), "Q5_K": (0, 2), "Q6_K": (208,), "IQ4_NL": (0,), "IQ4_XS": (0,),
}


def quant_blocks() -> dict[str, np.ndarray]:
    """`NAME.blocks` (bytes) and `NAME.values` (float32) for each format."""
    random = np.random.Generator(np.random.PCG64(9))
    tensors = {}
    for name, offsets in SCALES.items():
        kind = gguf.GGMLQuantizationType[name]
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        blocks = random.integers(0, 256, (ELEMENTS // elements, size), dtype=np.uint8)
        for offset in offsets:
            scales = random.uniform(-0.05, 0.05, len(blocks)).astype("<f2")
            blocks[:, offset:offset + 2] = scales.view(np.uint8).reshape(-1, 2)
        flat = blocks.reshape(1, -1)
        tensors[f"{name}.blocks"] = flat[0]
        tensors[f"{name}.values"] = gguf.quants.dequantize(flat, kind)[0].astype(np.float32)
    return tensors
