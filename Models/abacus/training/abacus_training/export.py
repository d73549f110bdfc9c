"""The files of a Hugging Face directory: weights, configuration, tokenizer, checksums."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
from pathlib import Path

import torch

from .model import Llama
from .settings import Shape
from .tokenizer import BEGIN_ID, END_ID, SPECIAL_TOKENS

WEIGHTS = "model.safetensors"
CHECKED = ("config.json", WEIGHTS, "tokenizer.json", "tokenizer_config.json")


def write_safetensors(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Writes tensors as bf16: the precision in which their products were taken in training.

    The format: the header's length in eight little-endian bytes, a JSON header of name, type,
    shape and byte range, then the bytes of the tensors without gaps.
    """
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    blobs, offset = [], 0
    for name in sorted(tensors):
        rounded = tensors[name].detach().cpu().to(torch.bfloat16).contiguous()
        blob = rounded.view(torch.uint16).numpy().astype("<u2").tobytes()
        header[name] = {
            "dtype": "BF16",
            "shape": list(rounded.shape),
            "data_offsets": [offset, offset + len(blob)],
        }
        blobs.append(blob)
        offset += len(blob)
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)
    path.write_bytes(b"".join([struct.pack("<Q", len(encoded)), encoded, *blobs]))


def read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a file that `write_safetensors` wrote, as f32."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        flat = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.bfloat16)
        tensors[name] = flat.view(entry["shape"]).float()
    return tensors


def configuration(shape: Shape) -> dict[str, object]:
    """`config.json` of a `LlamaForCausalLM`."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": shape.vocabulary_size,
        "hidden_size": shape.hidden_size,
        "intermediate_size": shape.intermediate_size,
        "num_hidden_layers": shape.layer_count,
        "num_attention_heads": shape.head_count,
        "num_key_value_heads": shape.key_value_head_count,
        "head_dim": shape.head_size,
        "max_position_embeddings": shape.context_length,
        "rms_norm_eps": shape.norm_epsilon,
        "rope_theta": shape.rope_theta,
        "hidden_act": "silu",
        "tie_word_embeddings": False,
        "attention_bias": False,
        "mlp_bias": False,
        "bos_token_id": BEGIN_ID,
        "eos_token_id": END_ID,
        "torch_dtype": "bfloat16",
    }


def tokenizer_configuration(shape: Shape) -> dict[str, object]:
    """`tokenizer_config.json`."""
    unknown, begin, end = SPECIAL_TOKENS
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "unk_token": unknown,
        "bos_token": begin,
        "eos_token": end,
        "add_bos_token": True,
        "add_eos_token": False,
        "model_max_length": shape.context_length,
        "clean_up_tokenization_spaces": False,
    }


def export(run: Path, out: Path) -> None:
    """Writes the model of a run's last checkpoint to a directory, with checksums."""
    out.mkdir(parents=True, exist_ok=True)
    shape = Shape()
    state = torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True)
    write_safetensors(out / WEIGHTS, state["model"])
    _write_json(out / "config.json", configuration(shape))
    _write_json(out / "tokenizer_config.json", tokenizer_configuration(shape))
    shutil.copyfile(run / "tokenizer.json", out / "tokenizer.json")
    write_checksums(out)
    print(f"exported step {state['step']} to {out}", flush=True)


def write_checksums(out: Path) -> None:
    """`SHA256SUMS` over the model's files and the data, in the format of `sha256sum -c`."""
    names = [*CHECKED, *sorted(f"data/{path.name}" for path in out.glob("data/*.jsonl"))]
    lines = [
        f"{hashlib.sha256((out / name).read_bytes()).hexdigest()}  {name}\n" for name in names
    ]
    (out / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def load_model(directory: Path) -> Llama:
    """The exported model, in f32."""
    model = Llama()
    model.load_state_dict(read_safetensors(directory / WEIGHTS))
    return model.eval()


def _write_json(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
