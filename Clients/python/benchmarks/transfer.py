"""What the client costs: empty calls, and captured arrays from a unix socket.

    python benchmarks/transfer.py [--address unix:PATH] [--rounds 200]

Without an address only the synthetic server is measured: another process that sends one array of
512 × 5632 f32 over and over, so that the figure is the client's and not the engine's. With one, a
daemon's own empty call is measured as well, and how long a captured array takes from the message
that announces it; for one of the same size serve a model with 5,632 neurons a layer, such as
`neurond-bench make-model --shape 1b` writes.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

import neurond
from neurond import ForwardItem
from neurond._calls.passes import Parts, forward, forward_item
from neurond._core import streams
from neurond._core.codes import Flag, Kind, Method, Role
from neurond._core.connection import Connection
from neurond._core.streams import Message
from neurond._core.tensor import segments
from neurond.v1 import common_pb2, service_pb2

SHAPE = (512, 5632)
NAME = "mlp.act.0"


def serve(path: str) -> None:
    """A daemon that answers Capabilities, Tokenize with nothing, and Forward with one array."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    link, _ = listener.accept()
    core = Connection(Role.SERVER)
    array = np.arange(SHAPE[0] * SHAPE[1], dtype=np.float32).reshape(SHAPE)
    answer = [(payload, Flag.MORE if more else Flag.NONE)
              for payload, more in segments(array, name=NAME)]
    info = service_pb2.ForwardReply(tensors=[common_pb2.TensorInfo(
        name=NAME, site=NAME, type=common_pb2.F32, shape=SHAPE)]).SerializeToString()
    # The client closes without waiting for what it no longer needs.
    with contextlib.suppress(OSError):
        link.sendall(core.data_to_send())
        while count := link.recv_into(core.get_buffer()):
            core.advance(count)
            for stream_id in core.take_touched():
                if isinstance(core.take(stream_id), Message):
                    reply(core, stream_id, info, answer)
            link.sendall(core.data_to_send())


def reply(core: Connection, stream_id: int, info: bytes,
          answer: list[tuple[bytes, Flag]]) -> None:
    """Answers by the method."""
    method = core.method_of(stream_id)
    if method == Method.CAPABILITIES:
        models = [service_pb2.ModelInfo(name="synthetic", digest="00", layers=1)]
        content = service_pb2.CapabilitiesReply(models=models).SerializeToString()
        core.send(stream_id, Kind.MESSAGE, content)
    elif method == Method.FORWARD:
        core.send(stream_id, Kind.MESSAGE, info)
        for part, flags in answer:
            core.send(stream_id, Kind.TENSOR, part, flags)
    else:
        core.send(stream_id, Kind.MESSAGE)
    core.send(stream_id, Kind.END)


def seconds(action: Callable[[], object], rounds: int) -> tuple[float, float]:
    """The median over rounds and the best of them, after some that warm up."""
    found = []
    for index in range(rounds + rounds // 10 + 1):
        start = time.perf_counter()
        action()
        if index > rounds // 10:
            found.append(time.perf_counter() - start)
    return statistics.median(found), min(found)


def measure_synthetic(rounds: int) -> None:
    """The client against a process that only sends."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/socket"
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(path,),
                                                              daemon=True)
        server.start()
        while not Path(path).exists():
            time.sleep(0.01)
        with neurond.connect(f"unix:{path}") as model:
            empty, _ = seconds(lambda: model.tokenizer.encode([]), rounds)
            transfer, best = seconds(lambda: model.forward([0]), max(rounds // 10, 5))
            checked = model.forward([0])[0][NAME].array
        server.terminate()
        server.join()
    assert checked[-1, -1] == np.float32(SHAPE[0] * SHAPE[1] - 1)
    size = checked.nbytes
    print(f"synthetic: empty call {empty * 1e6:.0f} µs; {SHAPE[0]} × {SHAPE[1]} f32 in "
          f"{transfer * 1e3:.2f} ms, {size / transfer / 1e9:.2f} GB/s "
          f"(best: {size / best / 1e9:.2f})")


class Timed(Parts[ForwardItem]):
    """Reads a Forward, and notes when its tensor was announced and when it was there."""

    def __init__(self) -> None:
        super().__init__(forward_item)
        self.announced = self.arrived = 0.0

    def message(self, payload: bytes | bytearray) -> Iterable[int]:
        """Takes the announcement."""
        self.announced = time.perf_counter()
        return super().message(payload)

    def tensor(self, tensor: streams.Tensor) -> Iterable[int]:
        """Takes the tensor."""
        self.arrived = time.perf_counter()
        return super().tensor(tensor)


def arrival(model: neurond.Model, ids: list[int]) -> tuple[float, int]:
    """Seconds from a captured array's announcement to its last byte, and its size."""
    timed = Timed()
    call = next(forward(model._context, ids, None, "mlp.act.0", 0, None, None))
    (item,), _ = model._client.run(replace(call, collector=lambda: timed))
    return timed.arrived - timed.announced, item[NAME].array.nbytes


def measure_daemon(address: str, rounds: int) -> None:
    """The client against a daemon."""
    with neurond.connect(address) as model:
        empty, _ = seconds(model.objects, rounds)
        ids = [1] * min(SHAPE[0], model.info.context_length)
        found = [arrival(model, ids) for _ in range(max(rounds // 20, 3))]
        size = found[0][1]
        median, best = statistics.median(entry[0] for entry in found), min(found)[0]
        print(f"{model.name}: empty call {empty * 1e6:.0f} µs; {len(ids)} × {model.neurons} f32 in "
              f"{median * 1e3:.2f} ms from announcement to last byte, "
              f"{size / median / 1e9:.2f} GB/s (best: {size / best / 1e9:.2f})")


def main() -> None:
    """Reads the arguments and measures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--address")
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    measure_synthetic(given.rounds)
    if given.address:
        measure_daemon(given.address, given.rounds)


if __name__ == "__main__":
    main()
