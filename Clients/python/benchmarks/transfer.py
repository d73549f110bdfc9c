"""What the client costs: empty calls, and captured arrays from a unix socket.

    python benchmarks/transfer.py [--address unix:PATH] [--rounds 200]

Without an address only the synthetic server is measured: another process that sends one array of
512 × 5632 f32 over and over, so that the figure is the client's and not the engine's. With one, a
daemon's own empty call and the rows of a site in all layers are measured as well.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import neurond
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


def measure_daemon(address: str, rounds: int) -> None:
    """The client against a daemon."""
    with neurond.connect(address) as model:
        empty, _ = seconds(model.objects, rounds)
        ids = [1] * min(512, model.info.context_length)
        timing = []
        for _ in range(max(rounds // 20, 3)):
            start = time.perf_counter()
            answer = model.forward(ids, captures="mlp.act")
            timing.append((time.perf_counter() - start, sum(
                tensor.array.nbytes for tensor in answer[0].tensors.values())))
        wall, size = min(timing)
        print(f"{model.name}: empty call {empty * 1e6:.0f} µs; mlp.act of {model.layers} layers, "
              f"{size / 1e6:.1f} MB, in {wall * 1e3:.1f} ms with the pass")


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
