"""Every Python block of the documentation runs, in order, against a real daemon."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from .support import REPOSITORY, Daemon

DOCUMENTS = ["README.md", "Docs/python.md", "Clients/python/README.md"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_blocks_run(name: str, daemon: Daemon, monkeypatch: pytest.MonkeyPatch,
                    tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("matplotlib").use("Agg")
    monkeypatch.setenv("NEUROND_ADDRESS", daemon.address)
    monkeypatch.chdir(tmp_path)
    text = (REPOSITORY / name).read_text()
    names: dict[str, Any] = {}
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)
    assert blocks
    for block in blocks:
        exec(compile(block, name, "exec"), names)
    names["model"].close()
