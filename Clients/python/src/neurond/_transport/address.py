"""Where a daemon is, and the token that opens it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .._core import limits
from ..errors import BadArgument


@dataclass(frozen=True)
class Address:
    """A unix socket's path, or a TCP host and port."""

    path: str = ""
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        if self.path:
            return f"unix:{self.path}"
        return f"tcp:[{self.host}]:{self.port}" if ":" in self.host else \
            f"tcp:{self.host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Reads `unix:PATH` or `tcp:HOST:PORT`.

        >>> str(Address.parse("tcp:[::1]:7411"))
        'tcp:[::1]:7411'
        """
        scheme, _, rest = text.partition(":")
        if scheme == "unix" and rest:
            return cls(path=str(Path(rest).expanduser()))
        host, _, port = rest.rpartition(":")
        if scheme == "tcp" and host and port.isascii() and port.isdigit() and int(port) < 65536:
            return cls(host=host.removeprefix("[").removesuffix("]"), port=int(port))
        raise BadArgument(f"{text!r} is no address; accepted: unix:PATH, tcp:HOST:PORT")

    @classmethod
    def find(cls, text: str | None, environment: Mapping[str, str] = os.environ) -> Address:
        """The address given, that of `$NEUROND_ADDRESS`, or where daemons listen by default."""
        if text := text or environment.get("NEUROND_ADDRESS"):
            return cls.parse(text)
        folder = environment.get("XDG_RUNTIME_DIR") or "/run/neurond"
        return cls(path=f"{folder}/neurond.sock")


def find_token(token: str | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """The token given, `$NEUROND_TOKEN`, or what the file `$NEUROND_TOKEN_FILE` holds."""
    if token := token or environment.get("NEUROND_TOKEN"):
        return token
    name = environment.get("NEUROND_TOKEN_FILE")
    if not name:
        return None
    try:
        with Path(name).open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(limits.TOKEN_FILE_BYTES + 1)
    except OSError as error:
        raise BadArgument(f"the token file {name} cannot be read: {error.strerror}") from None
    if mode & 0o077:
        raise BadArgument(f"others may read the token file {name}: chmod 600 it")
    words = data.split()
    if len(words) != 1 or len(data) > limits.TOKEN_FILE_BYTES or not words[0].isascii():
        raise BadArgument(f"the token file {name} does not hold one token and nothing else")
    return words[0].decode()
