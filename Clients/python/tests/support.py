"""Where things are, and daemons to talk to."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import neurond

REPOSITORY = Path(__file__).resolve().parents[3]
BUNDLED = REPOSITORY / "Models/abacus"
PROGRAMS = Path(os.environ.get("NEUROND_PROGRAMS", REPOSITORY / ".build/debug"))

# Long enough for a debug build on a busy machine to load a model.
START_SECONDS = 60


class Daemon:
    """A running `neurond serve`."""

    def __init__(self, folder: Path, model: Path, *options: str) -> None:
        self.address = f"unix:{folder}/socket"
        self._log = (folder / "log").open("a+")
        self._command: list[str | Path] = [
            PROGRAMS / "neurond", "serve", "--model", model, "--listen", self.address,
            "--threads", "1", *options]
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Starts it, and waits until it answers."""
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=self._log)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                neurond.connect(self.address, retry=neurond.Retry(attempts=1)).close()
                return self.process
            except neurond.CannotConnect:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self._log.seek(0)
                    raise RuntimeError(f"the daemon does not answer: {self._log.read()}") from None
                time.sleep(0.05)

    def stop(self) -> None:
        """Ends it in order."""
        self.process.terminate()
        self.process.wait()

    def kill(self) -> None:
        """Ends it without a word."""
        self.process.kill()
        self.process.wait()


@contextmanager
def serving(model: Path = BUNDLED, *options: str) -> Iterator[Daemon]:
    """A daemon for as long as the `with` lasts. Its socket has a short path: 108 bytes are all."""
    with tempfile.TemporaryDirectory(prefix="neurond-") as name:
        daemon = Daemon(Path(name), model, *options)
        try:
            yield daemon
        finally:
            if daemon.process.poll() is None:
                daemon.stop()
