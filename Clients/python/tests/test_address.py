"""Where a client looks for a daemon and its token."""

from __future__ import annotations

from pathlib import Path

import pytest

import neurond
from neurond._transport.address import Address, find_token


@pytest.mark.parametrize(("text", "address"), [
    ("unix:/run/x.sock", Address(path="/run/x.sock")),
    ("tcp:localhost:7411", Address(host="localhost", port=7411)),
    ("tcp:[::1]:7411", Address(host="::1", port=7411)),
])
def test_addresses_are_read_and_written(text: str, address: Address) -> None:
    assert Address.parse(text) == address and str(address) == text


@pytest.mark.parametrize("text", ["", "unix:", "localhost:7411", "tcp:7411", "tcp:host:70000",
                                  "tcp:host:", "http://x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(neurond.BadArgument, match="unix:PATH"):
        Address.parse(text)


def test_the_default_address_is_that_of_the_daemon() -> None:
    assert str(Address.find(None, {})) == "unix:/run/neurond/neurond.sock"
    runtime = {"XDG_RUNTIME_DIR": "/run/user/7"}
    assert str(Address.find(None, runtime)) == "unix:/run/user/7/neurond.sock"
    named = {**runtime, "NEUROND_ADDRESS": "tcp:a:1"}
    assert str(Address.find(None, named)) == "tcp:a:1"
    assert str(Address.find("tcp:b:2", named)) == "tcp:b:2"


def test_a_token_is_what_was_given_or_named(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-a-file\n")
    file.chmod(0o600)
    named = {"NEUROND_TOKEN_FILE": str(file)}
    assert find_token(None, named) == "from-a-file"
    assert find_token(None, {**named, "NEUROND_TOKEN": "variable"}) == "variable"
    assert find_token("given", {**named, "NEUROND_TOKEN": "variable"}) == "given"
    assert find_token(None, {}) is None
    file.write_text("two words")
    with pytest.raises(neurond.BadArgument, match="one token"):
        find_token(None, named)
    with pytest.raises(neurond.BadArgument, match="cannot be read"):
        find_token(None, {"NEUROND_TOKEN_FILE": str(tmp_path / "none")})
