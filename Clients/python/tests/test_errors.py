"""Every way in which a call can fail, and what is said about it."""

from __future__ import annotations

import asyncio

import pytest

import neurond
from neurond import Retry, errors
from neurond._core.codes import GoAwayCode, Kind, Role
from neurond._core.connection import Connection
from neurond._core.frames import encode
from neurond._core.hello import GoAway, Hello

from .fake import FakeDaemon, faking, refuse
from .support import Daemon

ONCE = Retry(attempts=1)


@pytest.mark.parametrize("kind", errors.StatusError.__subclasses__())
def test_each_status_has_its_class(kind: type[errors.StatusError]) -> None:
    with faking(refuse(kind.code, "SOME_REASON", 1500)) as daemon, \
            neurond.connect(daemon.address, retry=ONCE) as model, \
            pytest.raises(kind) as caught:
        model.status()
    error = caught.value
    assert type(error) is kind
    assert (error.message, error.reason, error.field) == ("no", "SOME_REASON", "prompt")
    assert (error.asked, error.limit, error.retry_after) == (7, 5, 1.5)


def test_every_status_code_has_a_class() -> None:
    assert sorted(kind.code for kind in errors.StatusError.__subclasses__()) == list(range(1, 17))


def test_a_code_of_a_later_version_is_unknown() -> None:
    with faking(refuse(99)) as daemon, neurond.connect(daemon.address) as model, \
            pytest.raises(neurond.Unknown):
        model.status()


@pytest.mark.parametrize(("code", "kind", "says"), [
    (GoAwayCode.PROTOCOL_ERROR, neurond.ProtocolError, "PROTOCOL_ERROR"),
    (GoAwayCode.FRAME_TOO_LARGE, neurond.ProtocolError, "FRAME_TOO_LARGE"),
    (GoAwayCode.FLOW_CONTROL, neurond.ProtocolError, "FLOW_CONTROL"),
    (GoAwayCode.VERSION_MISMATCH, neurond.VersionMismatch, "update the daemon"),
    (GoAwayCode.UNAUTHENTICATED, neurond.AuthenticationFailed, "tokens"),
    (GoAwayCode.RESOURCE_EXHAUSTED, neurond.CannotConnect, "further connection"),
    (GoAwayCode.TIMEOUT, neurond.ConnectionLost, "words"),
    (GoAwayCode.INTERNAL, neurond.ConnectionLost, "words"),
])
def test_each_farewell_says_what_to_do(code: GoAwayCode, kind: type[Exception],
                                       says: str) -> None:
    farewell = encode(Kind.GOAWAY, GoAway(code, 0, "words").encode())
    with faking(refuse(1), prelude=farewell) as daemon:
        with pytest.raises(kind, match=says):
            neurond.connect(daemon.address, retry=ONCE)
        with pytest.raises(kind, match=says):
            asyncio.run(neurond.connect_async(daemon.address, retry=ONCE))


def test_another_version_is_named_with_ours() -> None:
    hello = Hello(Role.SERVER, max_streams=1, lowest_version=2, highest_version=3)
    with faking(refuse(1), hello) as daemon, \
            pytest.raises(neurond.VersionMismatch, match=r"versions 2 to 3.*1 to 1.*install"):
        neurond.connect(daemon.address, retry=ONCE)


def test_something_else_on_the_socket_is_told_apart() -> None:
    with faking(refuse(1), prelude=b"HTTP/1.1 400 Bad Request\r\n\r\n") as daemon, \
            pytest.raises(neurond.ProtocolError):
        neurond.connect(daemon.address, retry=ONCE)


def test_a_message_after_the_end_breaks_the_connection() -> None:
    def handler(fake: FakeDaemon, core: Connection, stream_id: int, method: int) -> None:
        core.send(stream_id, Kind.END)
        assert fake.link
        fake.link.sendall(core.data_to_send() + encode(Kind.MESSAGE, b"x", stream=stream_id))

    with faking(handler) as daemon, neurond.connect(daemon.address, retry=ONCE) as model, \
            pytest.raises(neurond.ProtocolError):
        model.status()
        model.status()


def test_a_reply_that_is_no_message_is_told() -> None:
    def handler(_: FakeDaemon, core: Connection, stream_id: int, method: int) -> None:
        core.send(stream_id, Kind.MESSAGE, b"\xff\xff\xff")
        core.send(stream_id, Kind.END)

    with faking(handler) as daemon, neurond.connect(daemon.address, retry=ONCE) as model, \
            pytest.raises(neurond.ProtocolError, match="cannot be read"):
        model.status()


def test_a_lost_connection_is_told() -> None:
    def handler(fake: FakeDaemon, core: Connection, stream_id: int, method: int) -> None:
        raise OSError

    with faking(handler) as daemon, neurond.connect(daemon.address, retry=ONCE) as model, \
            pytest.raises(neurond.ConnectionLost):
        model.status()


def test_idempotent_calls_are_repeated_after_a_loss_and_others_are_not() -> None:
    def handler(fake: FakeDaemon, core: Connection, stream_id: int, method: int) -> None:
        if len(fake.requests) < 3:
            raise OSError
        core.send(stream_id, Kind.MESSAGE)
        core.send(stream_id, Kind.END)

    with faking(handler) as daemon, \
            neurond.connect(daemon.address, retry=Retry(first=0.001)) as model:
        assert model.status().state == ""
        assert (len(daemon.requests), daemon.connections) == (3, 3)
    with faking(handler) as daemon, \
            neurond.connect(daemon.address, retry=Retry(first=0.001)) as model:
        with pytest.raises(neurond.ConnectionLost):
            model.drop(neurond.StoredObject(bytes(32)))
        assert len(daemon.requests) == 1


def test_a_named_time_to_come_again_is_kept() -> None:
    def handler(fake: FakeDaemon, core: Connection, stream_id: int, method: int) -> None:
        if len(fake.requests) < 3:
            refuse(8, "QUEUE_FULL", 1)(fake, core, stream_id, method)
            return
        core.send(stream_id, Kind.MESSAGE)
        core.send(stream_id, Kind.END)

    with faking(handler) as daemon, neurond.connect(daemon.address) as model:
        model.status()
        assert (len(daemon.requests), daemon.connections) == (3, 1)


def test_requests_that_were_not_looked_at_go_to_the_next_connection() -> None:
    def handler(fake: FakeDaemon, core: Connection, stream_id: int, method: int) -> None:
        if fake.connections == 1:
            assert fake.link
            farewell = GoAway(GoAwayCode.DRAIN, stream_id - 1, "restarting").encode()
            fake.link.sendall(encode(Kind.GOAWAY, farewell))
            raise OSError
        core.send(stream_id, Kind.MESSAGE)
        core.send(stream_id, Kind.END)

    with faking(handler) as daemon, \
            neurond.connect(daemon.address, retry=Retry(first=0.001)) as model:
        model.drop(neurond.StoredObject(bytes(32)))
        assert daemon.connections == 2


def test_refusals_of_the_daemon_say_where_and_how_much(model: neurond.Model) -> None:
    with pytest.raises(neurond.OutOfRange) as caught:
        model.generate("12 + 7 = ", max_tokens=10_000).result()
    assert caught.value.reason == "CONTEXT_TOO_LONG"
    assert caught.value.limit == model.info.context_length < caught.value.asked
    with pytest.raises(neurond.InvalidArgument, match="mlp_activation") as refused:
        model.forward("7 = ", captures="mlp_activation.3")
    assert refused.value.reason in ("HOOK_SITE_REFUSED", "HOOK_UNKNOWN_SITE")
    assert refused.value.field == "hooks"


def test_a_conversation_needs_a_template(model: neurond.Model) -> None:
    turns = [{"role": "user", "content": "What is 2+3?"}]
    with pytest.raises(neurond.FailedPrecondition) as caught:
        model.tokenizer.encode(turns)
    assert caught.value.reason == "NO_CHAT_TEMPLATE"


def test_a_model_that_is_not_served_is_named(daemon: Daemon) -> None:
    with pytest.raises(neurond.NotFound, match="abacus"):
        neurond.connect(daemon.address, "other")


@pytest.mark.parametrize("call", [
    lambda model: model.forward([]),
    lambda model: model.forward("7", hooks=neurond.zero()),
    lambda model: model.forward("7", hooks="scael 2 L3N7"),
    lambda model: model.forward("7", captures="L3N* meen_abs"),
    lambda model: model.forward(neurond.Item("7", seed=3)),
    lambda model: model.forward("7", hooks=neurond.zero("L3N7", at="nowhere")),
    lambda model: model.score(["7"]),
    lambda model: model.run_with_hooks("7", fwd_hooks=[("L3N7", lambda value, hook: value)]),
    lambda model: model.columns("L3N7", kind="queries"),
    lambda model: model.project("L3H7"),
    lambda model: model.forward("7", timeout=0),
])
def test_bad_arguments_are_refused_before_anything_is_sent(
        model: neurond.Model, call: object) -> None:
    assert callable(call)
    with pytest.raises((neurond.BadArgument, ValueError)):
        call(model)
