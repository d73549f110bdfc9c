"""A daemon of a few lines, for what a real one does not do: wrong frames, farewells, silence."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from neurond._core.codes import Kind, Method, Role
from neurond._core.connection import Connection
from neurond._core.frames import PeerFault
from neurond._core.hello import Hello
from neurond._core.streams import Message
from neurond.v1 import common_pb2, service_pb2

Handler = Callable[["FakeDaemon", Connection, int, int], None]


class FakeDaemon:
    """Answers Capabilities itself and gives every other request to a handler."""

    def __init__(self, path: str, handler: Handler, hello: Hello, prelude: bytes) -> None:
        self.address = f"unix:{path}"
        self.connections = 0
        self.requests: list[int] = []
        self._handler, self._hello, self._prelude = handler, hello, prelude
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        self.link: socket.socket | None = None
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.link, _ = self._listener.accept()
                self.connections += 1
                with contextlib.suppress(OSError, PeerFault):
                    self._serve(self.link)
                self.link.close()

    def _serve(self, link: socket.socket) -> None:
        core = Connection(Role.SERVER, hello=self._hello)
        if self._prelude:
            core.data_to_send()
            link.sendall(self._prelude)
        link.sendall(core.data_to_send())
        while count := link.recv_into(core.get_buffer()):
            core.advance(count)
            for stream_id in sorted(core.take_touched()):
                if isinstance(core.take(stream_id), Message):
                    self._answer(core, stream_id)
            link.sendall(core.data_to_send())

    def _answer(self, core: Connection, stream_id: int) -> None:
        method = core.method_of(stream_id)
        if method == Method.CAPABILITIES:
            info = service_pb2.ModelInfo(name="fake", digest="00", layers=1)
            reply = service_pb2.CapabilitiesReply(models=[info])
            core.send(stream_id, Kind.MESSAGE, reply.SerializeToString())
            core.send(stream_id, Kind.END)
            return
        self.requests.append(method)
        self._handler(self, core, stream_id, method)

    def close(self) -> None:
        """Ends it and whoever is connected."""
        for entry in (self._listener, self.link):
            if entry:
                with contextlib.suppress(OSError):
                    entry.shutdown(socket.SHUT_RDWR)
                entry.close()


def refuse(code: int, reason: str = "", retry_after_ms: int = 0) -> Handler:
    """Ends every request with a status."""
    def handler(_: FakeDaemon, core: Connection, stream_id: int, method: int) -> None:
        status = common_pb2.Status(code=code, reason=reason, message="no", field="prompt",  # type: ignore[arg-type]
                                   asked=7, limit=5, retry_after_ms=retry_after_ms)
        core.send(stream_id, Kind.END, common_pb2.End(status=status).SerializeToString())
    return handler


@contextmanager
def faking(handler: Handler, hello: Hello | None = None,
           prelude: bytes = b"") -> Iterator[FakeDaemon]:
    """A fake daemon for as long as the `with` lasts."""
    with tempfile.TemporaryDirectory(prefix="neurond-") as folder:
        daemon = FakeDaemon(f"{folder}/socket", handler,
                            hello or Hello(Role.SERVER, max_streams=128), prelude)
        try:
            yield daemon
        finally:
            daemon.close()
