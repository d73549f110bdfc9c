"""Both clients against a real daemon: many at once, slow readers, ends of all kinds."""

from __future__ import annotations

import asyncio
import gc
import random
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import neurond
from neurond import Retry

from .support import Daemon, serving

TOKEN = "a token that is long enough for a daemon to take"


def requests(count: int) -> list[tuple[str, int, str]]:
    """Prompts, numbers of tokens and hooks, all a little different."""
    source = random.Random(7)
    return [(f"{source.randrange(99)} + {source.randrange(9)} = ", source.randrange(1, 4),
             f"scale {source.random():.3f} L{source.randrange(8)}N{source.randrange(704)}")
            for _ in range(count)]


def test_a_thousand_interleaved_requests_are_answered_as_one_after_the_other(
        daemon: Daemon) -> None:
    given = requests(1000)

    async def interleaved() -> list[tuple[str, list[float]]]:
        async with await neurond.connect_async(daemon.address) as model:
            async def one(prompt: str, count: int, hook: str) -> tuple[str, list[float]]:
                result = await model.generate(prompt, max_tokens=count, hooks=hook).result()
                return result.text, result.item.log_probabilities.tolist()

            return list(await asyncio.gather(*(one(*entry) for entry in given)))

    together = asyncio.run(interleaved())
    with neurond.connect(daemon.address) as model:
        alone = []
        for prompt, count, hook in given:
            result = model.generate(prompt, max_tokens=count, hooks=hook).result()
            alone.append((result.text, result.item.log_probabilities.tolist()))
    assert together == alone
    assert len({text for text, _ in alone}) > 50


def test_threads_share_a_connection(model: neurond.Model) -> None:
    given = requests(40)
    expected = [model.generate(prompt, max_tokens=count, hooks=hook).text
                for prompt, count, hook in given]
    found: list[str] = [""] * len(given)

    def work(start: int) -> None:
        for index in range(start, len(given), 8):
            prompt, count, hook = given[index]
            found[index] = model.generate(prompt, max_tokens=count, hooks=hook).text

    threads = [threading.Thread(target=work, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected


def test_a_slow_reader_gets_the_same_and_stalls_nobody(model: neurond.Model) -> None:
    """Far more than a window of captures, of which the first are looked at late."""
    ids = [1, *range(20, 70)]
    slow = model._client.stream(_capture_call(model, [ids] * 24))
    time.sleep(0.5)
    assert model.generate("12 + 7 = ", max_tokens=2).text == "19"
    parts, _ = slow.result()
    arrays = [part["mlp.act.3"].array for part in parts]
    assert len(arrays) == 24
    alone = model.forward(ids, captures="mlp.act")[0]["mlp.act.3"].array
    assert all(np.array_equal(array, alone) for array in arrays)


def _capture_call(model: neurond.Model, prompts: list[list[int]]):  # type: ignore[no-untyped-def]  # noqa: ANN202
    from neurond._calls import passes
    procedure = passes.forward(model._context, prompts, None, "mlp.act", 0, None, None)
    return next(procedure)


def test_arrays_are_views_over_what_was_received(model: neurond.Model) -> None:
    _, cache = model.run_with_cache("12 + 7 = ", names_filter=["attn.z.3"], return_type=None)
    received = cache.prompts[0].tensors["attn.z.3"].array
    assert np.shares_memory(cache["attn.z.3"], received)
    assert received.base is None


def test_leaving_a_generation_ends_it_in_the_daemon(model: neurond.Model) -> None:
    generation = model.generate("Question:", max_tokens=400, ignore_end=True)
    next(generation)
    generation.cancel()
    with pytest.raises(neurond.Cancelled):
        generation.result()
    wait_until(lambda: model.status().running == 0 and not model.status().requests)


def test_a_forgotten_generation_ends_in_the_daemon(model: neurond.Model) -> None:
    for _ in model.generate("Question:", max_tokens=400, ignore_end=True):
        break
    gc.collect()
    wait_until(lambda: model.status().running == 0 and not model.status().requests)


def test_a_forgotten_async_generation_ends_in_the_daemon(daemon: Daemon) -> None:
    async def work() -> None:
        async with await neurond.connect_async(daemon.address) as model:
            async for _ in model.generate("Question:", max_tokens=400, ignore_end=True):
                break
            gc.collect()
            deadline = time.monotonic() + 20
            while (await model.status()).running:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)

    asyncio.run(work())


def test_a_forgotten_client_disconnects(daemon: Daemon, model: neurond.Model) -> None:
    before = model.status().connections
    neurond.connect(daemon.address)
    gc.collect()
    wait_until(lambda: model.status().connections == before)


def test_an_interrupt_ends_the_request_in_the_daemon(model: neurond.Model) -> None:
    timer = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
    # Whoever runs the tests in the background may have the signal ignored.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            for _ in range(100):
                model.generate("Question:", max_tokens=480, ignore_end=True).result()
        timer.join()
    finally:
        signal.signal(signal.SIGINT, handler)
    wait_until(lambda: model.status().running == 0 and not model.status().requests)


def test_a_cancelled_task_ends_the_request_in_the_daemon(daemon: Daemon) -> None:
    async def work() -> None:
        async with await neurond.connect_async(daemon.address) as model:
            started = asyncio.Event()

            async def read() -> None:
                async for _ in model.generate("Question:", max_tokens=480, ignore_end=True):
                    started.set()

            task = asyncio.ensure_future(read())
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            deadline = time.monotonic() + 10
            while (await model.status()).running:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)

    asyncio.run(work())


def test_a_deadline_ends_a_request_with_what_there_is(model: neurond.Model) -> None:
    with pytest.raises(neurond.DeadlineExceeded) as caught:
        model.generate("Question:", max_tokens=480, ignore_end=True, timeout=0.1).result()
    assert caught.value.reason == "DEADLINE_EXCEEDED"


def test_hooks_in_force_hold_inside_their_with_and_their_thread(model: neurond.Model) -> None:
    seen: list[int] = []
    with model.hooks(neurond.zero("L0H1")):
        thread = threading.Thread(
            target=lambda: seen.append(len(model.forward("7 = ").receipts)))
        thread.start()
        thread.join()
        seen.append(len(model.forward("7 = ", hooks="zero L0H2").receipts))
    seen.append(len(model.forward("7 = ").receipts))
    assert seen == [0, 2, 0]


def test_an_item_without_hooks_has_none_beside_those_of_the_call(model: neurond.Model) -> None:
    items = [neurond.Item("7 = ", hooks=[]), neurond.Item("7 = "),
             neurond.Item("7 = ", hooks="zero L0H2")]
    answer = model.forward(items, hooks="zero L0H1", captures="embed norm")
    assert [[receipt.site for receipt in item.receipts] for item in answer] == [
        [], ["attn.z.0"], ["attn.z.0"]]
    assert ["embed:norm" in item.tensors for item in answer] == [True] * 3
    bare = model.forward(neurond.Item("7 = ", hooks=[]), hooks="zero L0H1")
    assert not bare.receipts


def test_a_killed_daemon_is_a_lost_connection_and_its_successor_is_found() -> None:
    with serving() as daemon:
        patient = neurond.connect(daemon.address, retry=Retry(attempts=12, first=0.1))
        with neurond.connect(daemon.address, retry=Retry(attempts=1)) as model:
            generation = model.generate("Question:", max_tokens=480, ignore_end=True)
            next(generation)
            daemon.kill()
            with pytest.raises(neurond.ConnectionLost):
                generation.result()
            with pytest.raises(neurond.CannotConnect, match="neurond serve"):
                model.status()
        starter = threading.Timer(0.5, daemon.start)
        starter.start()
        assert patient.generate("12 + 7 = ", max_tokens=2).text == "19"
        starter.join()
        patient.close()
        with pytest.raises(neurond.BadArgument):
            patient.status()


def test_the_asyncio_client_finds_the_successor_too() -> None:
    async def work(daemon: Daemon) -> None:
        model = await neurond.connect_async(daemon.address, retry=Retry(attempts=12, first=0.1))
        daemon.kill()
        starter = threading.Timer(0.5, daemon.start)
        starter.start()
        assert (await model.generate("12 + 7 = ", max_tokens=2).text()) == "19"
        starter.join()
        await model.close()

    with serving() as daemon:
        asyncio.run(work(daemon))


def test_tcp_wants_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text(f"alice run {TOKEN.replace(' ', '-')}\n")
    tokens.chmod(0o600)
    port = free_port()
    address = f"tcp:127.0.0.1:{port}"
    with serving_tcp(tokens, address):
        with neurond.connect(address, token=TOKEN.replace(" ", "-")) as model:
            assert model.status().identity == "token:alice"
        monkeypatch.setenv("NEUROND_TOKEN", TOKEN.replace(" ", "-"))
        assert asyncio.run(identity(address)) == "token:alice"
        monkeypatch.delenv("NEUROND_TOKEN")
        holder = tmp_path / "mine"
        holder.write_text(TOKEN.replace(" ", "-") + "\n")
        monkeypatch.setenv("NEUROND_TOKEN_FILE", str(holder))
        holder.chmod(0o644)
        with pytest.raises(neurond.BadArgument, match="chmod"):
            neurond.connect(address)
        holder.chmod(0o600)
        assert asyncio.run(identity(address)) == "token:alice"
        monkeypatch.delenv("NEUROND_TOKEN_FILE")
        with pytest.raises(neurond.AuthenticationFailed, match="NEUROND_TOKEN"):
            neurond.connect(address, retry=Retry(attempts=1))
        with pytest.raises(neurond.AuthenticationFailed):
            neurond.connect(address, token="x" * 40, retry=Retry(attempts=1))


async def identity(address: str) -> str:
    async with await neurond.connect_async(address) as model:
        return (await model.status()).identity


def serving_tcp(tokens: Path, address: str):  # type: ignore[no-untyped-def]  # noqa: ANN201
    from .support import BUNDLED
    return serving(BUNDLED, "--listen", address, "--tokens-file", str(tokens))


def free_port() -> int:
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: object) -> None:
    assert callable(condition)
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
