"""A built daemon, asked for what it computes."""

from __future__ import annotations

import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

# Long enough for a debug build on a busy machine to load a fixture.
START_SECONDS = 60


class Refusal(Exception):
    """What a program said when it failed."""


class Daemon:
    """A running `neurond serve` and the folder of its socket."""

    def __init__(self, programs: Path, folder: Path):
        self.programs, self.folder = programs, folder
        self.address = f"unix:{folder}/socket"

    def logits(self, tokens: list[int], *options: str) -> np.ndarray:
        """Logits of every position."""
        output = self.folder / "output.safetensors"
        self.ask("forward", "--tokens", ",".join(map(str, tokens)), "--top", "0",
                 "--capture", "logits", "-o", str(output), *options)
        return load_file(output)["logits"]

    def ask(self, *arguments: str) -> str:
        """Runs `neuronctl`; raises what it says if it fails."""
        result = subprocess.run(
            [self.programs / "neuronctl", *arguments, "--address", self.address],
            capture_output=True, text=True, timeout=START_SECONDS)
        if result.returncode:
            raise Refusal(result.stderr.strip())
        return result.stdout


@contextmanager
def serving(programs: Path, model: Path):
    """A daemon with the model at float32; raises what it says if it does not take the model."""
    with tempfile.TemporaryDirectory() as name:
        daemon = Daemon(programs, Path(name))
        with (Path(name) / "log").open("w+") as log:
            process = subprocess.Popen(
                [programs / "neurond", "serve", "--model", model, "--listen", daemon.address,
                 "--weights", "f32", "--threads", "1", "--log-level", "error"],
                stdout=subprocess.DEVNULL, stderr=log)
            try:
                wait(daemon, process, log)
                yield daemon
            finally:
                process.terminate()
                process.wait()


def wait(daemon: Daemon, process: subprocess.Popen, log) -> None:
    """Returns once the daemon answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            log.seek(0)
            raise Refusal(log.read().strip())
        try:
            daemon.ask("tokenize", "a")
            return
        except Refusal:
            time.sleep(0.1)
    raise Refusal("the daemon does not answer")
