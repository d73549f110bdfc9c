"""The small methods: tokens, objects, what a request would cost, how the daemon fares."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Union

import numpy as np
import numpy.typing as npt

from .. import safetensors
from .._core import limits
from .._core.codes import Method
from .._hooks.neurons import NeuronSet
from .._hooks.plan import CapturesLike, HooksLike
from .._hooks.targets import StoredObject
from .._results.cache import ActivationCache
from .._results.common import Trailer
from .._results.forward import Explanation
from .._transport.exchange import Call
from ..errors import BadArgument
from ..prompts import Item, PromptLike, PromptsLike, items, message, without
from ..v1 import service_pb2
from .context import Context, Procedure, Unary, WithTrailer
from .passes import forward_items, score_items
from .sums import statistics_items

Putable = Union[NeuronSet, ActivationCache, "Mapping[str, npt.NDArray[np.generic]]", bytes, Path]


def encode(context: Context, prompt: PromptLike) -> Procedure[service_pb2.TokenizeReply]:
    """Ids and pieces of a text."""
    request = service_pb2.TokenizeRequest(prompt=message(prompt))
    reply: service_pb2.TokenizeReply = yield context.call(
        Method.TOKENIZE, request, lambda: Unary(service_pb2.TokenizeReply))
    return reply


def decode(context: Context, ids: Iterable[int],
           keep_special: bool) -> Procedure[service_pb2.DetokenizeReply]:
    """Text and pieces of ids."""
    request = service_pb2.DetokenizeRequest(ids=[int(number) for number in ids],
                                            keep_special=keep_special)
    reply: service_pb2.DetokenizeReply = yield context.call(
        Method.DETOKENIZE, request, lambda: Unary(service_pb2.DetokenizeReply))
    return reply


def status(context: Context) -> Procedure[service_pb2.StatusReply]:
    """How the daemon fares."""
    reply: service_pb2.StatusReply = yield context.call(
        Method.STATUS, service_pb2.StatusRequest(), lambda: Unary(service_pb2.StatusReply))
    return reply


def put(context: Context, given: Putable) -> Procedure[tuple[StoredObject, bool]]:
    """Stores an object; says whether it was there already."""
    kind, data = object_bytes(given)
    size = limits.UPLOAD_CHUNK_BYTES
    request = service_pb2.PutObjectRequest(kind=kind, byte_count=len(data), content=data[:size])
    chunks = tuple(
        service_pb2.PutObjectChunk(content=data[start:start + size]).SerializeToString()
        for start in range(size, len(data), size))
    reply = yield context.call(Method.PUT_OBJECT, request,
                               lambda: Unary(service_pb2.PutObjectReply), chunks=chunks)
    if reply.hash != hashlib.sha256(data).digest():
        raise BadArgument("the daemon stored other bytes than were sent")
    return StoredObject(reply.hash), reply.existed


def object_bytes(given: Putable) -> tuple[service_pb2.ObjectKind, bytes]:
    """The kind and the bytes of something that can be stored."""
    if isinstance(given, NeuronSet):
        return service_pb2.NEURON_SET, given.to_json()
    if isinstance(given, ActivationCache):
        given = given.stored()
    if isinstance(given, Mapping):
        return service_pb2.TENSORS, safetensors.encode(given)
    if isinstance(given, Path):
        if given.is_dir():
            return service_pb2.TENSORS, adapter_bytes(given)
        given = given.read_bytes()
    is_set = given[:1] == b"{"
    return (service_pb2.NEURON_SET if is_set else service_pb2.TENSORS), given


def adapter_bytes(directory: Path) -> bytes:
    """A PEFT directory as one safetensors file that holds its configuration too."""
    config = (directory / "adapter_config.json").read_text()
    json.loads(config)
    return safetensors.with_metadata((directory / "adapter_model.safetensors").read_bytes(),
                                     {"adapter_config": config})


def list_objects(context: Context) -> Procedure[Sequence[service_pb2.ObjectInfo]]:
    """What the daemon keeps."""
    reply = yield context.call(Method.LIST_OBJECTS, service_pb2.ListObjectsRequest(),
                               lambda: Unary(service_pb2.ListObjectsReply))
    return list(reply.objects)


def drop(context: Context, stored: StoredObject) -> Procedure[None]:
    """Ends our part in an object."""
    request = service_pb2.DropObjectRequest(hash=stored.hash)
    yield context.call(Method.DROP_OBJECT, request, lambda: Unary(service_pb2.DropObjectReply))


def explain(context: Context, prompts: PromptsLike, hooks: HooksLike, captures: CapturesLike,
            top_k: int, max_tokens: int | None, adapter: StoredObject | None,
            sums: Sequence[str] = ()) -> Procedure[Explanation]:
    """What a Forward, a Generate, a Score or a Statistics would do and cost."""
    given = items(prompts)
    request = service_pb2.ExplainRequest()
    plan, adapter_hash = context.plan(hooks, captures), adapter.hash if adapter else b""
    if max_tokens is not None:
        request.generate.CopyFrom(service_pb2.GenerateRequest(
            prompt=message(_single(given)), hooks=plan, max_tokens=max_tokens, top_k=top_k,
            adapter=adapter_hash))
    elif sums:
        request.statistics.CopyFrom(service_pb2.StatisticsRequest(
            items=statistics_items(context, given, hooks), hooks=context.plan(hooks), sums=sums,
            exact=True, adapter=adapter_hash))
    elif any(item.continuation is not None for item in given):
        request.score.CopyFrom(service_pb2.ScoreRequest(
            items=score_items(context, given, hooks, captures), hooks=plan, adapter=adapter_hash))
    else:
        request.forward.CopyFrom(service_pb2.ForwardRequest(
            items=forward_items(context, given, hooks, captures), hooks=plan, top_k=top_k,
            adapter=adapter_hash))
    reply, end = yield context.call(Method.EXPLAIN, request,
                                    lambda: WithTrailer(service_pb2.ExplainReply))
    return Explanation(Trailer.read(end), reply)



def _single(given: Sequence[Item]) -> PromptLike:
    if len(given) != 1:
        raise BadArgument("explain with max_tokens= takes one prompt")
    without(given[0], "continuation", "hooks", "captures", "seed", "max_tokens", "group", "counted")
    return given[0].prompt


def drain(now: bool) -> Call[object, service_pb2.DrainReply]:
    """Ends the daemon in order."""
    return Call(Method.DRAIN, service_pb2.DrainRequest(now=now).SerializeToString(),
                lambda: Unary(service_pb2.DrainReply))
