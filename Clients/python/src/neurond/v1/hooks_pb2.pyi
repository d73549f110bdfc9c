from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Indices(_message.Message):
    __slots__ = ("all", "mask")
    ALL_FIELD_NUMBER: _ClassVar[int]
    MASK_FIELD_NUMBER: _ClassVar[int]
    all: bool
    mask: bytes
    def __init__(self, all: bool = ..., mask: _Optional[bytes] = ...) -> None: ...

class Selection(_message.Message):
    __slots__ = ("site", "layers", "units")
    SITE_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    site: str
    layers: Indices
    units: Indices
    def __init__(self, site: _Optional[str] = ..., layers: _Optional[_Union[Indices, _Mapping]] = ..., units: _Optional[_Union[Indices, _Mapping]] = ...) -> None: ...

class Target(_message.Message):
    __slots__ = ("selections", "sets")
    SELECTIONS_FIELD_NUMBER: _ClassVar[int]
    SETS_FIELD_NUMBER: _ClassVar[int]
    selections: _containers.RepeatedCompositeFieldContainer[Selection]
    sets: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, selections: _Optional[_Iterable[_Union[Selection, _Mapping]]] = ..., sets: _Optional[_Iterable[bytes]] = ...) -> None: ...

class PositionClause(_message.Message):
    __slots__ = ("all", "prompt", "generated", "last", "list", "window", "tokens")
    class Window(_message.Message):
        __slots__ = ("to",)
        FROM_FIELD_NUMBER: _ClassVar[int]
        TO_FIELD_NUMBER: _ClassVar[int]
        to: int
        def __init__(self, to: _Optional[int] = ..., **kwargs) -> None: ...
    class Numbers(_message.Message):
        __slots__ = ("values",)
        VALUES_FIELD_NUMBER: _ClassVar[int]
        values: _containers.RepeatedScalarFieldContainer[int]
        def __init__(self, values: _Optional[_Iterable[int]] = ...) -> None: ...
    class Tokens(_message.Message):
        __slots__ = ("ids",)
        IDS_FIELD_NUMBER: _ClassVar[int]
        ids: _containers.RepeatedScalarFieldContainer[int]
        def __init__(self, ids: _Optional[_Iterable[int]] = ...) -> None: ...
    ALL_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    GENERATED_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    all: bool
    prompt: bool
    generated: bool
    last: bool
    list: PositionClause.Numbers
    window: PositionClause.Window
    tokens: PositionClause.Tokens
    def __init__(self, all: bool = ..., prompt: bool = ..., generated: bool = ..., last: bool = ..., list: _Optional[_Union[PositionClause.Numbers, _Mapping]] = ..., window: _Optional[_Union[PositionClause.Window, _Mapping]] = ..., tokens: _Optional[_Union[PositionClause.Tokens, _Mapping]] = ...) -> None: ...

class Positions(_message.Message):
    __slots__ = ("clauses",)
    CLAUSES_FIELD_NUMBER: _ClassVar[int]
    clauses: _containers.RepeatedCompositeFieldContainer[PositionClause]
    def __init__(self, clauses: _Optional[_Iterable[_Union[PositionClause, _Mapping]]] = ...) -> None: ...

class Value(_message.Message):
    __slots__ = ("scalar", "vector", "stored")
    class Vector(_message.Message):
        __slots__ = ("values",)
        VALUES_FIELD_NUMBER: _ClassVar[int]
        values: _containers.RepeatedScalarFieldContainer[float]
        def __init__(self, values: _Optional[_Iterable[float]] = ...) -> None: ...
    class Stored(_message.Message):
        __slots__ = ("hash", "tensor")
        HASH_FIELD_NUMBER: _ClassVar[int]
        TENSOR_FIELD_NUMBER: _ClassVar[int]
        hash: bytes
        tensor: str
        def __init__(self, hash: _Optional[bytes] = ..., tensor: _Optional[str] = ...) -> None: ...
    SCALAR_FIELD_NUMBER: _ClassVar[int]
    VECTOR_FIELD_NUMBER: _ClassVar[int]
    STORED_FIELD_NUMBER: _ClassVar[int]
    scalar: float
    vector: Value.Vector
    stored: Value.Stored
    def __init__(self, scalar: _Optional[float] = ..., vector: _Optional[_Union[Value.Vector, _Mapping]] = ..., stored: _Optional[_Union[Value.Stored, _Mapping]] = ...) -> None: ...

class Noise(_message.Message):
    __slots__ = ("mean", "standard_deviation", "seed", "relative")
    MEAN_FIELD_NUMBER: _ClassVar[int]
    STANDARD_DEVIATION_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    RELATIVE_FIELD_NUMBER: _ClassVar[int]
    mean: float
    standard_deviation: float
    seed: int
    relative: bool
    def __init__(self, mean: _Optional[float] = ..., standard_deviation: _Optional[float] = ..., seed: _Optional[int] = ..., relative: bool = ...) -> None: ...

class Action(_message.Message):
    __slots__ = ("target", "positions", "zero", "scale", "set", "add", "clamp", "noise", "value_noise", "mean", "patch", "keep_only")
    class Clamp(_message.Message):
        __slots__ = ("low", "high")
        LOW_FIELD_NUMBER: _ClassVar[int]
        HIGH_FIELD_NUMBER: _ClassVar[int]
        low: float
        high: float
        def __init__(self, low: _Optional[float] = ..., high: _Optional[float] = ...) -> None: ...
    class KeepOnly(_message.Message):
        __slots__ = ("layers",)
        LAYERS_FIELD_NUMBER: _ClassVar[int]
        layers: Indices
        def __init__(self, layers: _Optional[_Union[Indices, _Mapping]] = ...) -> None: ...
    TARGET_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    ZERO_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    SET_FIELD_NUMBER: _ClassVar[int]
    ADD_FIELD_NUMBER: _ClassVar[int]
    CLAMP_FIELD_NUMBER: _ClassVar[int]
    NOISE_FIELD_NUMBER: _ClassVar[int]
    VALUE_NOISE_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    PATCH_FIELD_NUMBER: _ClassVar[int]
    KEEP_ONLY_FIELD_NUMBER: _ClassVar[int]
    target: Target
    positions: Positions
    zero: bool
    scale: float
    set: Value
    add: Value
    clamp: Action.Clamp
    noise: Noise
    value_noise: Noise
    mean: bytes
    patch: bytes
    keep_only: Action.KeepOnly
    def __init__(self, target: _Optional[_Union[Target, _Mapping]] = ..., positions: _Optional[_Union[Positions, _Mapping]] = ..., zero: bool = ..., scale: _Optional[float] = ..., set: _Optional[_Union[Value, _Mapping]] = ..., add: _Optional[_Union[Value, _Mapping]] = ..., clamp: _Optional[_Union[Action.Clamp, _Mapping]] = ..., noise: _Optional[_Union[Noise, _Mapping]] = ..., value_noise: _Optional[_Union[Noise, _Mapping]] = ..., mean: _Optional[bytes] = ..., patch: _Optional[bytes] = ..., keep_only: _Optional[_Union[Action.KeepOnly, _Mapping]] = ...) -> None: ...

class Reduction(_message.Message):
    __slots__ = ("mean", "mean_abs", "rms", "l2", "max", "sum", "count_above", "top_k", "norm", "dot", "log_probability", "rank", "entropy", "kl_divergence")
    class TopK(_message.Message):
        __slots__ = ("k", "absolute", "value_norm")
        K_FIELD_NUMBER: _ClassVar[int]
        ABSOLUTE_FIELD_NUMBER: _ClassVar[int]
        VALUE_NORM_FIELD_NUMBER: _ClassVar[int]
        k: int
        absolute: bool
        value_norm: bool
        def __init__(self, k: _Optional[int] = ..., absolute: bool = ..., value_norm: bool = ...) -> None: ...
    class Tokens(_message.Message):
        __slots__ = ("ids",)
        IDS_FIELD_NUMBER: _ClassVar[int]
        ids: _containers.RepeatedScalarFieldContainer[int]
        def __init__(self, ids: _Optional[_Iterable[int]] = ...) -> None: ...
    MEAN_FIELD_NUMBER: _ClassVar[int]
    MEAN_ABS_FIELD_NUMBER: _ClassVar[int]
    RMS_FIELD_NUMBER: _ClassVar[int]
    L2_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    SUM_FIELD_NUMBER: _ClassVar[int]
    COUNT_ABOVE_FIELD_NUMBER: _ClassVar[int]
    TOP_K_FIELD_NUMBER: _ClassVar[int]
    NORM_FIELD_NUMBER: _ClassVar[int]
    DOT_FIELD_NUMBER: _ClassVar[int]
    LOG_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    ENTROPY_FIELD_NUMBER: _ClassVar[int]
    KL_DIVERGENCE_FIELD_NUMBER: _ClassVar[int]
    mean: bool
    mean_abs: bool
    rms: bool
    l2: bool
    max: bool
    sum: bool
    count_above: float
    top_k: Reduction.TopK
    norm: bool
    dot: Value
    log_probability: Reduction.Tokens
    rank: Reduction.Tokens
    entropy: bool
    kl_divergence: Value
    def __init__(self, mean: bool = ..., mean_abs: bool = ..., rms: bool = ..., l2: bool = ..., max: bool = ..., sum: bool = ..., count_above: _Optional[float] = ..., top_k: _Optional[_Union[Reduction.TopK, _Mapping]] = ..., norm: bool = ..., dot: _Optional[_Union[Value, _Mapping]] = ..., log_probability: _Optional[_Union[Reduction.Tokens, _Mapping]] = ..., rank: _Optional[_Union[Reduction.Tokens, _Mapping]] = ..., entropy: bool = ..., kl_divergence: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...

class Capture(_message.Message):
    __slots__ = ("selection", "positions", "reduction", "half", "before_actions")
    SELECTION_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    REDUCTION_FIELD_NUMBER: _ClassVar[int]
    HALF_FIELD_NUMBER: _ClassVar[int]
    BEFORE_ACTIONS_FIELD_NUMBER: _ClassVar[int]
    selection: Selection
    positions: Positions
    reduction: Reduction
    half: bool
    before_actions: bool
    def __init__(self, selection: _Optional[_Union[Selection, _Mapping]] = ..., positions: _Optional[_Union[Positions, _Mapping]] = ..., reduction: _Optional[_Union[Reduction, _Mapping]] = ..., half: bool = ..., before_actions: bool = ...) -> None: ...

class HookPlan(_message.Message):
    __slots__ = ("actions", "captures")
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    CAPTURES_FIELD_NUMBER: _ClassVar[int]
    actions: _containers.RepeatedCompositeFieldContainer[Action]
    captures: _containers.RepeatedCompositeFieldContainer[Capture]
    def __init__(self, actions: _Optional[_Iterable[_Union[Action, _Mapping]]] = ..., captures: _Optional[_Iterable[_Union[Capture, _Mapping]]] = ...) -> None: ...
