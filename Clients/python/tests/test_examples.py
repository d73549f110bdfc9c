"""Every example in a docstring runs against a daemon, and every public name has one."""

from __future__ import annotations

import asyncio
import doctest
import importlib
import inspect
import pkgutil
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import neurond

from . import stores
from .support import BUNDLED, Daemon

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL


def modules() -> list[ModuleType]:
    names = [info.name for info in pkgutil.walk_packages(neurond.__path__, "neurond.")
             if ".v1" not in info.name]
    return [neurond, *map(importlib.import_module, names)]


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__)
def test_examples_hold(module: ModuleType, daemon: Daemon, tmp_path: Path) -> None:
    with neurond.connect(daemon.address) as model:
        names = {"neurond": neurond, "np": np, "asyncio": asyncio, "model": model,
                 "bundled": BUNDLED, "folder": tmp_path, "address": daemon.address,
                 "store_file": stores.make(tmp_path / "studies.sqlite")}
        result = doctest.testmod(module, extraglobs=names, optionflags=FLAGS)
    assert result.failed == 0


def test_every_public_name_has_an_example() -> None:
    lacking = []
    for name in neurond.__all__:
        value = getattr(neurond, name)
        if isinstance(value, (ModuleType, str)) or is_status(value):
            continue
        if ">>>" not in (inspect.getdoc(value) or ""):
            lacking.append(name)
    assert not lacking


def test_every_public_method_of_a_model_has_an_example() -> None:
    lacking = [name for name, value in vars(neurond.Model).items()
               if inspect.isfunction(value) and not name.startswith("_") and name != "close"
               and ">>>" not in (value.__doc__ or "")]
    assert not lacking


def is_status(value: object) -> bool:
    """Whether this is one of the sixteen classes that differ in their code alone."""
    return (isinstance(value, type) and issubclass(value, neurond.StatusError)
            and value is not neurond.StatusError)


def test_both_models_have_the_same_methods() -> None:
    def surface(kind: type) -> dict[str, list[str]]:
        return {name: list(inspect.signature(value).parameters)
                for name, value in vars(kind).items()
                if inspect.isfunction(value) and not name.startswith("_")}

    assert surface(neurond.Model) == surface(neurond.AsyncModel)
    assert surface(neurond.Tokenizer) == surface(neurond.AsyncTokenizer)
