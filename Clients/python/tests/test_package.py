"""The package as users get it: version, typing marker, wheel and source distribution."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import neurond

from .support import REPOSITORY, Daemon

PACKAGE = REPOSITORY / "Clients/python"


def test_the_version_is_that_of_the_daemon() -> None:
    source = (REPOSITORY / "Sources/Build/Build.swift").read_text()
    assert f'version = "{neurond.__version__}"' in source


def test_generated_messages_are_those_of_the_protocol() -> None:
    """Every message and field of the .proto files is there, and no other."""
    for name in ("common", "hooks", "service"):
        text = (REPOSITORY / f"Proto/neurond/v1/{name}.proto").read_text()
        module = importlib.import_module(f"neurond.v1.{name}_pb2")
        for message in module.DESCRIPTOR.message_types_by_name:
            assert f"message {message} {{" in text
        assert len(module.DESCRIPTOR.message_types_by_name) == sum(
            line.startswith("message ") for line in text.splitlines())


def test_wheel_and_source_distribution_build_and_run(tmp_path: Path, daemon: Daemon) -> None:
    if not all(map(importlib.util.find_spec, ("build", "hatchling"))):
        pytest.skip("build and hatchling are not installed")
    subprocess.run([sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path, PACKAGE],
                   check=True, capture_output=True)
    wheel, = tmp_path.glob("*.whl")
    source, = tmp_path.glob("*.tar.gz")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"neurond/py.typed", "neurond/__init__.py", "neurond/v1/service_pb2.py",
            "neurond/v1/service_pb2.pyi"} <= set(names)
    assert all(name.startswith("neurond") for name in names)
    with tarfile.open(source) as archive:
        assert any(name.endswith("/src/neurond/py.typed") for name in archive.getnames())
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    script = (f"import neurond; assert neurond.__file__.startswith({str(tmp_path)!r}); "
              f"model = neurond.connect({daemon.address!r}); "
              "print(model.generate('12 + 7 = ', max_tokens=2).text)")
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True,
                         text=True, env={"PYTHONPATH": str(tmp_path / "site")})
    assert ran.stdout == "19\n"
