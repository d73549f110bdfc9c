"""OpenVINO GenAI as a peer of `neurond-bench compare`: makes its model, and measures it.

`export` writes a random-weight Llama of the shape that `neurond-bench make-model --json` printed
and converts it to int8 with optimum. `serve` loads such a model and answers questions on standard
input, one JSON object a line: {"prompt": 512} for the rate of a prompt, {"decode": 64, "prompt":
8} for that of generating. Every question gets tokens of its own, since the pipeline keeps a cache
of prefixes.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    export = commands.add_parser("export", help="write a random-weight model as int8")
    export.add_argument("--shape", type=Path, required=True, help="what make-model --json printed")
    export.add_argument("--out", type=Path, required=True, help="folder for the model")
    serve = commands.add_parser("serve", help="answer questions about rates on standard input")
    serve.add_argument("--model", type=Path, required=True, help="folder that export wrote")
    serve.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    if arguments.command == "export":
        export_model(arguments.shape, arguments.out)
    else:
        answer_questions(arguments.model, arguments.threads)


def export_model(shape: Path, out: Path) -> None:
    """Writes the model in the format of Hugging Face beside `out`, and converts it."""
    configuration = json.loads(shape.read_text())["configuration"]
    source = out.with_name(out.name + "-source")
    save_random_model(configuration, source)
    save_byte_tokenizer(source)
    command = [
        str(Path(sys.executable).with_name("optimum-cli")), "export", "openvino",
        "--model", str(source), "--task", "text-generation-with-past",
        "--weight-format", "int8", str(out),
    ]  # fmt: skip
    subprocess.run(command, check=True, stdout=sys.stderr)
    shutil.rmtree(source)


def save_random_model(configuration: dict[str, Any], folder: Path) -> None:
    """Weights as transformers initializes them, in bfloat16."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        hidden_size=configuration["width"],
        num_hidden_layers=configuration["layer_count"],
        intermediate_size=configuration["neuron_count"],
        num_attention_heads=configuration["head_count"],
        num_key_value_heads=configuration["key_value_head_count"],
        vocab_size=configuration["vocabulary_count"],
        max_position_embeddings=configuration["context_length"],
        rms_norm_eps=configuration["norm_epsilon"],
        rope_theta=configuration["rotary_base"],
        tie_word_embeddings=configuration["tied_head"],
        bos_token_id=256,
        eos_token_id=257,
    )
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)


def save_byte_tokenizer(folder: Path) -> None:
    """A tokenizer of bytes, which the pipeline needs to exist; nothing is tokenized."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {character: index for index, character in enumerate(alphabet)}
    vocabulary |= {"<s>": 256, "</s>": 257}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>"
    ).save_pretrained(folder)


def answer_questions(model: Path, threads: int) -> None:
    """Answers {"rate": tokens a second} to each line of standard input."""
    import openvino_genai

    pipeline = openvino_genai.LLMPipeline(
        str(model), "CPU", INFERENCE_NUM_THREADS=threads, PERFORMANCE_HINT="LATENCY"
    )
    vocabulary = json.loads((model / "config.json").read_text())["vocab_size"]
    source = random.Random(0)
    for line in sys.stdin:
        question = json.loads(line)
        tokens = [source.randrange(258, vocabulary) for _ in range(question["prompt"])]
        print(json.dumps({"rate": measure(pipeline, tokens, question.get("decode"))}), flush=True)


def measure(pipeline: Any, tokens: list[int], decode: int | None) -> float:
    """Tokens a second by the pipeline's own clock: of the prompt, or of what follows it."""
    import numpy
    import openvino
    import openvino_genai

    config = openvino_genai.GenerationConfig()
    config.max_new_tokens = decode or 1
    config.ignore_eos = True
    prompt = openvino.Tensor(numpy.array([tokens], dtype=numpy.int64))
    metrics = pipeline.generate(prompt, config).perf_metrics
    if decode is None:
        return 1000 * len(tokens) / metrics.get_ttft().mean
    return 1000 / metrics.get_tpot().mean


if __name__ == "__main__":
    main()
