"""Vocabulary projections of neurons' value vectors, computed with NumPy from the files' weights.

    python make_projections.py           # writes projections.json of every model
    python make_projections.py --check   # recomputes and compares

For a value vector v and the unembedding E: convention `raw` scores tokens by E·v, `normed` by
E·(g ⊙ v) with the final norm's gain g; a LayerNorm takes the mean of v away first. Scalars and
biases that are the same whatever v is are left out. The 20 largest and smallest scores are kept.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from safetensors import safe_open

COUNT = 20
UNITS = [(0, 0), (0, 17), (1, 5)]
#: By `model_type`: value vectors (a template), whether they are rows, final norm, unembedding.
NAMES = {
    "gpt2": ("transformer.h.{}.mlp.c_proj.weight", True, "transformer.ln_f",
             "transformer.wte.weight"),
    "gptj": ("transformer.h.{}.mlp.fc_out.weight", False, "transformer.ln_f", "lm_head.weight"),
    "gpt_neox": ("gpt_neox.layers.{}.mlp.dense_4h_to_h.weight", False,
                 "gpt_neox.final_layer_norm", "embed_out.weight"),
}
LLAMA = ("model.layers.{}.mlp.down_proj.weight", False, "model.norm", "lm_head.weight")


def read_weights(folder: Path) -> dict[str, np.ndarray]:
    """Every tensor in double precision, by its name in the model with its head."""
    weights = {}
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, framework="pt") as file:
            for name in file.keys():
                weights[name] = file.get_tensor(name).double().numpy()
    return weights


def projections(folder: Path) -> list[dict]:
    """Both conventions for each unit."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    values, rows, norm, head = NAMES.get(config["model_type"], LLAMA)
    weights = read_weights(folder)
    if config["model_type"] == "gpt2" and "wte.weight" in weights:
        weights = {f"transformer.{name}": value for name, value in weights.items()}
    unembedding = weights.get(head)
    if unembedding is None:
        unembedding = weights["model.embed_tokens.weight"]
    gain, centred = weights[f"{norm}.weight"], f"{norm}.bias" in weights
    found = []
    for layer, neuron in UNITS:
        matrix = weights[values.format(layer)]
        vector = matrix[neuron] if rows else matrix[:, neuron]
        normed = (vector - vector.mean() if centred else vector) * gain
        for convention, read in [("raw", vector), ("normed", normed)]:
            scores = unembedding @ read
            order = np.argsort(-scores, kind="stable")
            found.append({
                "layer": layer, "neuron": neuron, "convention": convention,
                "promoted": pairs(scores, order[:COUNT]),
                "demoted": pairs(scores, order[::-1][:COUNT]),
            })
    return found


def pairs(scores: np.ndarray, ids: np.ndarray) -> dict:
    return {"ids": ids.tolist(), "scores": [float(f"{scores[i]:.9g}") for i in ids]}


def main() -> int:
    wrong = 0
    for folder in sorted(Path(__file__).parent.glob("*/hf")):
        text = "".join(
            ["[\n", ",\n".join(json.dumps(entry) for entry in projections(folder)), "\n]\n"])
        path = folder.parent / "projections.json"
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            print(f"{path} differs")
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
