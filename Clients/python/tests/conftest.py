"""Fixtures: one daemon on the bundled model for all tests that do not end it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import neurond

from .support import PROGRAMS, Daemon, serving


@pytest.fixture(scope="session")
def daemon() -> Iterator[Daemon]:
    """A daemon on the bundled model."""
    if not (PROGRAMS / "neurond").exists():
        pytest.fail(f"there is no {PROGRAMS}/neurond: build it, or name its folder in "
                    "NEUROND_PROGRAMS")
    with serving() as running:
        yield running


@pytest.fixture
def model(daemon: Daemon) -> Iterator[neurond.Model]:
    """A connection of the test's own."""
    with neurond.connect(daemon.address) as connected:
        yield connected
