"""neurond: hooked forward passes of a language model that a daemon keeps warm.

>>> import neurond
>>> model = neurond.connect(address)
>>> model.generate("12 + 7 = ", max_tokens=2).text
'19'
>>> logits, cache = model.run_with_cache("12 + 7 = ", names_filter="resid_post")
>>> cache["resid_post", 5].shape
(1, 8, 256)
"""

from . import analysis, chat, safetensors, store
from ._hooks.actions import (
    Action,
    add,
    clamp,
    keep_only,
    mean,
    noise,
    patch,
    scale,
    value_noise,
    zero,
)
from ._hooks.actions import (
    set as set,  # not in __all__: a star import must not hide the built-in one
)
from ._hooks.captures import Capture, Reduction, capture, dot, kl
from ._hooks.neurons import NeuronSet
from ._hooks.sites import SiteWarning
from ._hooks.targets import StoredObject
from ._hooks.text import parse
from ._hooks.values import StoredTensor
from ._results.cache import ActivationCache, ItemCache, Logits
from ._results.common import Provenance, Receipt, Timing, TokenScore, Usage
from ._results.forward import (
    Columns,
    Explanation,
    Forward,
    ForwardItem,
    Generated,
    GenerationResult,
    Generations,
    Projection,
    Projections,
    Scored,
    Scores,
    Token,
)
from ._results.statistics import Group, Statistics
from ._results.tensors import Row, Tensor
from ._transport.exchange import Retry
from ._version import __version__
from .aio import AsyncGeneration, AsyncModel, AsyncTokenizer, connect_async
from .errors import (
    Aborted,
    AlreadyExists,
    AuthenticationFailed,
    BadArgument,
    Cancelled,
    CannotConnect,
    ConnectionLost,
    DataLoss,
    DeadlineExceeded,
    FailedPrecondition,
    Internal,
    InvalidArgument,
    NeurondError,
    NotFound,
    OutOfRange,
    PermissionDenied,
    ProtocolError,
    ResourceExhausted,
    StatusError,
    Unauthenticated,
    Unavailable,
    Unimplemented,
    Unknown,
    VersionMismatch,
)
from .model import Generation, Model, connect
from .prompts import Item, Prompt
from .tokenizer import Tokenizer

__all__ = [
    "Aborted", "Action", "ActivationCache", "AlreadyExists", "AsyncGeneration", "AsyncModel",
    "AsyncTokenizer", "AuthenticationFailed", "BadArgument", "Cancelled", "CannotConnect",
    "Capture", "Columns", "ConnectionLost", "DataLoss", "DeadlineExceeded", "Explanation",
    "FailedPrecondition", "Forward", "ForwardItem", "Generated", "Generation", "GenerationResult",
    "Generations", "Group", "Internal", "InvalidArgument", "Item", "ItemCache", "Logits", "Model",
    "NeuronSet", "NeurondError", "NotFound", "OutOfRange", "PermissionDenied", "Projection",
    "Projections", "Prompt", "ProtocolError", "Provenance", "Receipt", "Reduction",
    "ResourceExhausted", "Retry", "Row", "Scored", "Scores", "SiteWarning", "Statistics",
    "StatusError", "StoredObject", "StoredTensor", "Tensor", "Timing", "Token", "TokenScore",
    "Tokenizer", "Unauthenticated", "Unavailable", "Unimplemented", "Unknown", "Usage",
    "VersionMismatch", "__version__", "add", "analysis", "capture", "chat", "clamp", "connect",
    "connect_async", "dot", "keep_only", "kl", "mean", "noise", "parse", "patch", "safetensors",
    "scale", "store", "value_noise", "zero",
]
