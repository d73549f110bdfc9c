"""The engine under study: a daemon of its own, asked through the commands that users type."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy

from .tensors import read_tensors

#: The forms in which the daemon keeps weights, the most exact first.
FORMS = ("f32", "f16", "int8")

#: Where a build puts the commands, from the root of the repository.
BUILD = Path(".build/release")

#: The daemon answers so many items of one request.
ITEMS_AT_ONCE = 4096

#: Loading takes a second or two; a busy machine is granted more.
START_SECONDS = 120
#: A drained daemon ends at once; one that does not is killed.
STOP_SECONDS = 20


class EngineError(Exception):
    """What went wrong with the daemon or its client, in words for the person who ran it."""


def find_command(name: str, given: Path | None = None) -> Path:
    """The path of `neurond` or `neuronctl`: as given, from the build, or from the PATH."""
    advice = f"build it with 'swift build -c release --product {name}', or name it with --{name}"
    if given is not None:
        if not (given.is_file() and os.access(given, os.X_OK)):
            raise EngineError(f"--{name} {given}: no such program; {advice}")
        return given.absolute()
    if os.access(BUILD / name, os.X_OK):
        return (BUILD / name).absolute()
    found = shutil.which(name)
    if found is None:
        raise EngineError(f"there is no {BUILD / name}, and no {name} on the PATH; {advice}")
    return Path(found)


@dataclass(frozen=True)
class Commands:
    """The two programs."""

    neurond: Path
    neuronctl: Path


@dataclass(frozen=True)
class Group:
    """One row of `neuronctl evaluate`: what cases of like tags came to."""

    tags: dict[str, str]
    cases: int
    mean: float


class Engine:
    """A daemon that serves one model on a socket of its own; use it in a `with` statement."""

    def __init__(self, model: Path, form: str, commands: Commands) -> None:
        self._model, self._form, self._commands = model, form, commands

    def __enter__(self) -> Self:
        if not (self._model / "config.json").is_file():
            raise EngineError(f"{self._model}: no model here (config.json is missing)")
        self._folder = tempfile.TemporaryDirectory(prefix="abacus-")
        self.folder = Path(self._folder.name)
        self._environment = os.environ | {"NEUROND_ADDRESS": f"unix:{self.folder}/socket"}
        self._log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(
            [
                self._commands.neurond, "serve", "--model", f"abacus={self._model}",
                "--weights", self._form, "--listen", self._environment["NEUROND_ADDRESS"],
            ],
            stdout=self._log, stderr=self._log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._folder.cleanup()

    def _wait_until_it_answers(self) -> None:
        ends = time.monotonic() + START_SECONDS
        while time.monotonic() < ends and self._process.poll() is None:
            if self._call("status").returncode == 0:
                return
            time.sleep(0.1)
        log = (self.folder / "log").read_text("utf-8", "replace").strip().splitlines()
        raise EngineError(f"neurond does not serve {self._model}: {' / '.join(log[-3:])}")

    def _call(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._commands.neuronctl, *arguments],
            env=self._environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def ask(self, command: str, *arguments: str | Path) -> dict:
        """The answer of a `neuronctl` command in JSON."""
        result = self._call(command, "--json", *arguments)
        if result.returncode != 0:
            said = result.stdout.strip() or result.stderr.strip()
            words = " ".join(str(argument) for argument in arguments)
            raise EngineError(f"neuronctl {command} {words}: {said}")
        return json.loads(result.stdout)

    def evaluate(
        self, file: Path, by: Sequence[str], hooks: Iterable[str] = (), **only: str
    ) -> list[Group]:
        """`neuronctl evaluate FILE --by TAGS`, with hooks, on the cases with the given tags."""
        options = [*_only_options(only), *_hook_options(hooks)]
        answer = self.ask("evaluate", file, "--by", ",".join(by), *options)
        # Without tags stands what all cases together come to.
        return [
            Group(group["tags"], group["cases"], group["mean"])
            for group in answer["files"][0]["groups"]
            if group["tags"]
        ]

    def wrong(self, file: Path, hooks: Iterable[str] = (), **only: str) -> set[str]:
        """The ids of the cases that the model gets wrong, of those with the given tags."""
        options = [*_only_options(only), *_hook_options(hooks)]
        answer = self.ask("evaluate", file, "--show-wrong", *options)
        return {case["id"] for case in answer["files"][0]["wrong"]}

    def score(self, items: list[dict], hooks: Iterable[str] = ()) -> list[float]:
        """`neuronctl score`: the log-probability of each item's continuation, in nats."""
        options, totals = _hook_options(hooks), []
        for begin in range(0, len(items), ITEMS_AT_ONCE):
            path = self._items(items[begin : begin + ITEMS_AT_ONCE])
            answer = self.ask("score", "--items", path, *options)
            totals += [item["total"] for item in answer["items"]]
        return totals

    def generate(self, prompt: str, limit: int, temperature: float, seed: int) -> str:
        """`neuronctl generate`: a continuation up to a line's end or `limit` tokens."""
        answer = self.ask(
            "generate", "--max-tokens", str(limit), "--temperature", str(temperature),
            "--seed", str(seed), "--stop", "\n", "--", prompt,
        )  # fmt: skip
        return answer["text"]

    def capture(
        self, prompts: list[str], captures: Iterable[str]
    ) -> list[dict[str, numpy.ndarray]]:
        """`neuronctl forward`: for each prompt the captured rows by site."""
        output = self.folder / "captures.safetensors"
        options = [word for text in captures for word in ("--capture", text)]
        items = self._items([{"prompt": prompt} for prompt in prompts])
        self.ask("forward", "--items", items, "--top", "1", "-o", output, *options)
        rows: list[dict[str, numpy.ndarray]] = [{} for _ in prompts]
        for name, tensor in read_tensors(output).items():
            # One prompt's tensors are named by site alone, those of several by item and site.
            item, _, site = name.rpartition("/")
            rows[int(item or 0)][site] = tensor
        return rows

    def _items(self, items: list[dict]) -> Path:
        path = self.folder / "items.jsonl"
        path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
        return path


def _hook_options(hooks: Iterable[str]) -> list[str]:
    return [word for hook in hooks for word in ("--hook", hook)]


def _only_options(only: dict[str, str]) -> list[str]:
    return [word for tag, value in only.items() for word in ("--only", f"{tag}={value}")]
