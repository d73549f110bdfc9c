"""Every notebook runs from its first cell to its last, against a real daemon."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

import neurond

from .support import BUNDLED, REPOSITORY, Daemon, serving

NOTEBOOKS = sorted((REPOSITORY / "Clients/python/notebooks").glob("*.ipynb"))


def cells(path: Path) -> list[str]:
    """The code of a notebook."""
    document = json.loads(path.read_text())
    assert all(not cell.get("outputs") for cell in document["cells"]), "outputs are not committed"
    return ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"]


def run(code: str, names: dict[str, Any]) -> Any:
    """Runs a cell; its last expression is what a notebook would show."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    return None


def execute(path: Path, address: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[str]:
    """Runs all cells; what each would show."""
    pytest.importorskip("matplotlib").use("Agg")
    monkeypatch.setenv("NEUROND_ADDRESS", address)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NEUROND_MODEL", str(BUNDLED))
    names: dict[str, Any] = {}
    shown = [repr(run(code, names)) for code in cells(path)]
    names["model"].close()
    return shown


def test_notebooks_are_there() -> None:
    assert len(NOTEBOOKS) >= 5


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if "pytorch" not in path.name],
                         ids=lambda path: path.stem)
def test_notebook_runs(path: Path, daemon: Daemon, monkeypatch: pytest.MonkeyPatch,
                       tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    execute(path, daemon.address, monkeypatch, tmp_path)
    printed = capsys.readouterr().out
    if path.name.startswith("1-"):
        assert "The answer is 92." in printed and "HOOK_OUT_OF_RANGE" in printed
    if path.name.startswith("2-"):
        plain, chosen, random = (float(line.split()[-1]) for line in printed.splitlines()[-3:])
        assert plain > 0.9 and chosen < random - 0.2 and random > 0.6
    if path.name.startswith("3-"):
        assert "7 '2'" in printed
    if path.name.startswith("5-"):
        assert "the costliest head: L0H" in printed


def test_the_comparison_with_pytorch_agrees(monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    path, = (path for path in NOTEBOOKS if "pytorch" in path.name)
    with serving(BUNDLED, "--weights", "f32") as daemon:
        shown = execute(path, daemon.address, monkeypatch, tmp_path)
    differences = [float(line.split()[1]) for line in capsys.readouterr().out.splitlines()
                   if re.fullmatch(r"\d \S+", line)]
    assert len(differences) == 7 and max(differences) < 1e-4
    assert float(shown[-1]) < 1e-4


def test_what_documents_name_is_there() -> None:
    """Every attribute of the package that a document or notebook uses exists."""
    texts = [(REPOSITORY / "Clients/python/README.md").read_text(),
             *("\n".join(cells(path)) for path in NOTEBOOKS)]
    for text in texts:
        for name in re.findall(r"\bneurond\.([A-Za-z_]\w*)", text):
            assert hasattr(neurond, name), name
