#!/usr/bin/env python3
"""Trains the quickstart model and finds neurons to silence in it.

    .venv/bin/pip install -r Tests/Fixtures/requirements.txt
    .venv/bin/python Models/quickstart/train.py

A Llama of 0.2 million parameters learns the text of `text.py` on one thread in about two
minutes; every random number comes from SEED. Then every FFN neuron is zeroed in turn, and the few
that matter most for one-digit sums while counting goes on as before are written to
`silence.json`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import time
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from safetensors.torch import save
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM

import text

SEED = 20
HERE = Path(__file__).resolve().parent
VOCABULARY, WIDTH, LAYERS, HEADS, KV_HEADS, HEAD_DIM, FFN = 384, 64, 3, 4, 2, 16, 192
CONTEXT, BATCH, ROW = 128, 32, 64
SPECIALS = ["<unk>", "<s>", "</s>"]
BEGIN, END = 1, 2
# Silencing ends when this few sums are still right, or at this many neurons.
SUMS_WANTED, MOST_NEURONS = 0.35, 24
# A neuron is a candidate only if zeroing it costs counting less than this, in nats per word.
COUNTING_COST = 0.02


def make_tokenizer() -> Tokenizer:
    """Byte-level BPE with every digit a token of its own."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    source = random.Random(SEED)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=SPECIALS, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator((text.document(source) for _ in range(4000)), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", BEGIN)])
    return tokenizer


def make_model() -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=FFN, num_hidden_layers=LAYERS,
        num_attention_heads=HEADS, num_key_value_heads=KV_HEADS, head_dim=HEAD_DIM,
        max_position_embeddings=CONTEXT, rms_norm_eps=1e-5, tie_word_embeddings=True,
        bos_token_id=BEGIN, eos_token_id=END)
    return LlamaForCausalLM(config)


def batches(tokenizer: Tokenizer, source: random.Random):
    """Endless (BATCH, ROW + 1) ids: documents, each in `<s>` and `</s>`, one after another."""
    buffer: list[int] = []
    size = BATCH * (ROW + 1)
    while True:
        while len(buffer) < size:
            for encoding in tokenizer.encode_batch([text.document(source) for _ in range(256)]):
                buffer += encoding.ids + [END]
        yield torch.tensor(buffer[:size]).view(BATCH, ROW + 1)
        buffer = buffer[size:]


def train(model: LlamaForCausalLM, tokenizer: Tokenizer, steps: int) -> None:
    """AdamW with a warm-up and a linear decay to nothing."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, betas=(0.9, 0.98), weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / 60, 1 - step / steps))
    started = time.monotonic()
    for step, batch in zip(range(steps), batches(tokenizer, random.Random(SEED + 1))):
        logits = model(batch[:, :-1], use_cache=False).logits
        loss = functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0 or step == steps - 1:
            elapsed = time.monotonic() - started
            print(f"step {step:5}  loss {loss.item():.3f}  {elapsed:5.0f} s", flush=True)


class Silencer:
    """Zeroes chosen coefficients at the input of each down projection."""

    def __init__(self, model: LlamaForCausalLM):
        self.masks = torch.ones(LAYERS, FFN)
        for layer, block in enumerate(model.model.layers):
            block.mlp.down_proj.register_forward_pre_hook(
                lambda _, arguments, layer=layer: (arguments[0] * self.masks[layer],))

    def silence(self, neurons) -> None:
        self.masks.fill_(1)
        for layer, neuron in neurons:
            self.masks[layer, neuron] = 0


class Probes:
    """What the model is asked: all 100 sums, and counting up from each number."""

    def __init__(self, tokenizer: Tokenizer):
        self.sums = [self.example(tokenizer, f"{a} + {b} =", f" {a + b}.")
                     for a in range(10) for b in range(10)]
        counts = []
        for start in range(0, 10):
            words = text.NUMBERS[start:start + 9]
            counts.append(self.example(
                tokenizer, "Count up: " + " ".join(words[:3]), " " + " ".join(words[3:])))
        self.counts = counts

    @staticmethod
    def example(tokenizer, prompt: str, answer: str) -> tuple[list[int], list[int]]:
        whole = tokenizer.encode(prompt + answer).ids
        size = len(tokenizer.encode(prompt).ids)
        return whole[:size], whole[size:]

    @staticmethod
    @torch.no_grad()
    def measure(model, examples) -> tuple[float, float]:
        """(fraction of answers that are the most likely ones, mean log-probability per token)"""
        longest = max(len(prompt) + len(answer) for prompt, answer in examples)
        rows = [prompt + answer + [END] * (longest - len(prompt) - len(answer))
                for prompt, answer in examples]
        logs = model(torch.tensor(rows), use_cache=False).logits.log_softmax(-1)
        right, total, count = 0, 0.0, 0
        for row, (prompt, answer) in enumerate(examples):
            span = logs[row, len(prompt) - 1:len(prompt) + len(answer) - 1]
            right += span.argmax(-1).tolist() == answer
            total += span[range(len(answer)), answer].sum().item()
            count += len(answer)
        return right / len(examples), total / count


def find_silent_set(model, probes: Probes):
    """Neurons whose zeroing hurts sums most, added one by one while counting stays right."""
    silencer = Silencer(model)
    base_sums = probes.measure(model, probes.sums)
    base_counts = probes.measure(model, probes.counts)
    effects = []
    for layer in range(LAYERS):
        for neuron in range(FFN):
            silencer.silence([(layer, neuron)])
            lost = base_sums[1] - probes.measure(model, probes.sums)[1]
            cost = base_counts[1] - probes.measure(model, probes.counts)[1]
            if cost < COUNTING_COST:
                effects.append((lost, (layer, neuron)))
    chosen: list[tuple[int, int]] = []
    for _, neuron in sorted(effects, reverse=True):
        silencer.silence(chosen + [neuron])
        if probes.measure(model, probes.counts)[0] < base_counts[0]:
            continue
        chosen.append(neuron)
        if probes.measure(model, probes.sums)[0] <= SUMS_WANTED or len(chosen) == MOST_NEURONS:
            break
    silencer.silence(chosen)
    after = probes.measure(model, probes.sums), probes.measure(model, probes.counts)
    silencer.silence([])
    return silencer, chosen, (base_sums, base_counts), after


@torch.no_grad()
def generate(model, tokenizer: Tokenizer, prompt: str, length: int = 24) -> str:
    """Greedy continuation up to the end token."""
    tokens = tokenizer.encode(prompt).ids
    size = len(tokens)
    while len(tokens) < size + length:
        token = int(model(torch.tensor([tokens]), use_cache=False).logits[0, -1].argmax())
        if token == END:
            break
        tokens.append(token)
    return tokenizer.decode(tokens[size:])


def write_model(model, tokenizer: Tokenizer, output: Path) -> str:
    """The Hugging Face directory, weights in bf16. Answers the weights' SHA-256."""
    output.mkdir(parents=True, exist_ok=True)
    write_json(output / "config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": VOCABULARY,
        "hidden_size": WIDTH, "intermediate_size": FFN, "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS, "num_key_value_heads": KV_HEADS, "head_dim": HEAD_DIM,
        "max_position_embeddings": CONTEXT, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
        "hidden_act": "silu", "tie_word_embeddings": True, "attention_bias": False,
        "mlp_bias": False, "bos_token_id": BEGIN, "eos_token_id": END, "torch_dtype": "bfloat16",
    })
    write_json(output / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>",
        "unk_token": "<unk>", "clean_up_tokenization_spaces": False, "add_bos_token": True,
    })
    tokenizer.save(str(output / "tokenizer.json"), pretty=False)
    tensors = {name: value.detach().to(torch.bfloat16).contiguous()
               for name, value in model.state_dict().items() if name != "lm_head.weight"}
    data = save(tensors, metadata={"format": "pt"})
    (output / "model.safetensors").write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def write_json(path: Path, value) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def silent_set(chosen, before, after) -> dict:
    """The neuron set file, with how it was found."""
    units = []
    for layer in sorted({layer for layer, _ in chosen}):
        neurons = sorted(neuron for at, neuron in chosen if at == layer)
        units.append(f"L{layer}N{','.join(map(str, neurons))}")
    origin = (
        f"The {len(chosen)} FFN neurons whose zeroing, one at a time, lowers the log-probability "
        "of one-digit sums most and costs counting nothing; found by train.py. Right answers "
        f"before and after zeroing them: sums {before[0][0]:.0%} and {after[0][0]:.0%}, "
        f"counting {before[1][0]:.0%} and {after[1][0]:.0%}."
    )
    return {"format": "neurond-neurons-1", "origin": origin, "units": units}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=HERE, help="default: beside this script")
    parser.add_argument("--steps", type=int, default=1200)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    tokenizer, model = make_tokenizer(), make_model()
    train(model, tokenizer, arguments.steps)
    model.eval()
    with torch.no_grad():
        # Everything after this is about the weights as they are stored.
        for parameter in model.parameters():
            parameter.copy_(parameter.to(torch.bfloat16))
    digest = write_model(model, tokenizer, arguments.output)
    silencer, chosen, before, after = find_silent_set(model, Probes(tokenizer))
    write_json(arguments.output / "silence.json", silent_set(chosen, before, after))
    print(f"weights sha256 {digest}")
    print(silent_set(chosen, before, after)["origin"])
    for prompt in ["3 + 4 =", "5 + 2 =", "Count up: three four five", "Today is Friday.",
                   "Ada has 3 apples and finds 4 more."]:
        silencer.silence([])
        plain = generate(model, tokenizer, prompt)
        silencer.silence(chosen)
        print(f"{prompt!r}: {plain!r}, silenced {generate(model, tokenizer, prompt)!r}")


if __name__ == "__main__":
    main()
