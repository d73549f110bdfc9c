from neurond.v1 import common_pb2 as _common_pb2
from neurond.v1 import hooks_pb2 as _hooks_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ObjectKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OBJECT_KIND_UNSPECIFIED: _ClassVar[ObjectKind]
    NEURON_SET: _ClassVar[ObjectKind]
    TENSORS: _ClassVar[ObjectKind]
OBJECT_KIND_UNSPECIFIED: ObjectKind
NEURON_SET: ObjectKind
TENSORS: ObjectKind

class CapabilitiesRequest(_message.Message):
    __slots__ = ("options",)
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ...) -> None: ...

class CapabilitiesReply(_message.Message):
    __slots__ = ("build", "protocol_version", "models", "sites", "actions", "reductions", "limits", "methods")
    BUILD_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    SITES_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    REDUCTIONS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    build: str
    protocol_version: int
    models: _containers.RepeatedCompositeFieldContainer[ModelInfo]
    sites: _containers.RepeatedCompositeFieldContainer[SiteInfo]
    actions: _containers.RepeatedScalarFieldContainer[str]
    reductions: _containers.RepeatedScalarFieldContainer[str]
    limits: _containers.RepeatedCompositeFieldContainer[Limit]
    methods: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, build: _Optional[str] = ..., protocol_version: _Optional[int] = ..., models: _Optional[_Iterable[_Union[ModelInfo, _Mapping]]] = ..., sites: _Optional[_Iterable[_Union[SiteInfo, _Mapping]]] = ..., actions: _Optional[_Iterable[str]] = ..., reductions: _Optional[_Iterable[str]] = ..., limits: _Optional[_Iterable[_Union[Limit, _Mapping]]] = ..., methods: _Optional[_Iterable[str]] = ...) -> None: ...

class ModelInfo(_message.Message):
    __slots__ = ("name", "digest", "architecture", "source_format", "source_type", "weight_format", "tokenizer_digest", "kernel_path", "layers", "width", "heads", "key_value_heads", "head_dimension", "neurons", "vocabulary", "context_length", "parameters", "resident_bytes", "file_bytes", "conversion_loss", "chat_template_digest", "chat_family")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    ARCHITECTURE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FORMAT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_TYPE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FORMAT_FIELD_NUMBER: _ClassVar[int]
    TOKENIZER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    KERNEL_PATH_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEADS_FIELD_NUMBER: _ClassVar[int]
    KEY_VALUE_HEADS_FIELD_NUMBER: _ClassVar[int]
    HEAD_DIMENSION_FIELD_NUMBER: _ClassVar[int]
    NEURONS_FIELD_NUMBER: _ClassVar[int]
    VOCABULARY_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_LENGTH_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    RESIDENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    FILE_BYTES_FIELD_NUMBER: _ClassVar[int]
    CONVERSION_LOSS_FIELD_NUMBER: _ClassVar[int]
    CHAT_TEMPLATE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    CHAT_FAMILY_FIELD_NUMBER: _ClassVar[int]
    name: str
    digest: str
    architecture: str
    source_format: str
    source_type: str
    weight_format: str
    tokenizer_digest: str
    kernel_path: str
    layers: int
    width: int
    heads: int
    key_value_heads: int
    head_dimension: int
    neurons: int
    vocabulary: int
    context_length: int
    parameters: int
    resident_bytes: int
    file_bytes: int
    conversion_loss: ConversionLoss
    chat_template_digest: str
    chat_family: str
    def __init__(self, name: _Optional[str] = ..., digest: _Optional[str] = ..., architecture: _Optional[str] = ..., source_format: _Optional[str] = ..., source_type: _Optional[str] = ..., weight_format: _Optional[str] = ..., tokenizer_digest: _Optional[str] = ..., kernel_path: _Optional[str] = ..., layers: _Optional[int] = ..., width: _Optional[int] = ..., heads: _Optional[int] = ..., key_value_heads: _Optional[int] = ..., head_dimension: _Optional[int] = ..., neurons: _Optional[int] = ..., vocabulary: _Optional[int] = ..., context_length: _Optional[int] = ..., parameters: _Optional[int] = ..., resident_bytes: _Optional[int] = ..., file_bytes: _Optional[int] = ..., conversion_loss: _Optional[_Union[ConversionLoss, _Mapping]] = ..., chat_template_digest: _Optional[str] = ..., chat_family: _Optional[str] = ...) -> None: ...

class ConversionLoss(_message.Message):
    __slots__ = ("mean", "worst", "worst_matrix")
    MEAN_FIELD_NUMBER: _ClassVar[int]
    WORST_FIELD_NUMBER: _ClassVar[int]
    WORST_MATRIX_FIELD_NUMBER: _ClassVar[int]
    mean: float
    worst: float
    worst_matrix: str
    def __init__(self, mean: _Optional[float] = ..., worst: _Optional[float] = ..., worst_matrix: _Optional[str] = ...) -> None: ...

class SiteInfo(_message.Message):
    __slots__ = ("name", "row_shape", "unit", "aliases")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROW_SHAPE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    name: str
    row_shape: str
    unit: str
    aliases: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., row_shape: _Optional[str] = ..., unit: _Optional[str] = ..., aliases: _Optional[_Iterable[str]] = ...) -> None: ...

class Limit(_message.Message):
    __slots__ = ("name", "value", "meaning")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    MEANING_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: int
    meaning: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[int] = ..., meaning: _Optional[str] = ...) -> None: ...

class StatusRequest(_message.Message):
    __slots__ = ("options", "interval_ms", "count")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_MS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    interval_ms: int
    count: int
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ..., interval_ms: _Optional[int] = ..., count: _Optional[int] = ...) -> None: ...

class StatusReply(_message.Message):
    __slots__ = ("state", "uptime_seconds", "build", "models", "engines", "connections", "queued", "running", "requests_total", "requests_failed", "object_count", "object_bytes", "identities", "requests", "queued_interactive", "queued_bulk", "identity", "role", "resident_bytes")
    STATE_FIELD_NUMBER: _ClassVar[int]
    UPTIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    ENGINES_FIELD_NUMBER: _ClassVar[int]
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FAILED_FIELD_NUMBER: _ClassVar[int]
    OBJECT_COUNT_FIELD_NUMBER: _ClassVar[int]
    OBJECT_BYTES_FIELD_NUMBER: _ClassVar[int]
    IDENTITIES_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    QUEUED_INTERACTIVE_FIELD_NUMBER: _ClassVar[int]
    QUEUED_BULK_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    RESIDENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    state: str
    uptime_seconds: float
    build: str
    models: _containers.RepeatedCompositeFieldContainer[ModelInfo]
    engines: _containers.RepeatedCompositeFieldContainer[EngineInfo]
    connections: int
    queued: int
    running: int
    requests_total: int
    requests_failed: int
    object_count: int
    object_bytes: int
    identities: _containers.RepeatedCompositeFieldContainer[IdentityInfo]
    requests: _containers.RepeatedCompositeFieldContainer[RequestInfo]
    queued_interactive: int
    queued_bulk: int
    identity: str
    role: str
    resident_bytes: int
    def __init__(self, state: _Optional[str] = ..., uptime_seconds: _Optional[float] = ..., build: _Optional[str] = ..., models: _Optional[_Iterable[_Union[ModelInfo, _Mapping]]] = ..., engines: _Optional[_Iterable[_Union[EngineInfo, _Mapping]]] = ..., connections: _Optional[int] = ..., queued: _Optional[int] = ..., running: _Optional[int] = ..., requests_total: _Optional[int] = ..., requests_failed: _Optional[int] = ..., object_count: _Optional[int] = ..., object_bytes: _Optional[int] = ..., identities: _Optional[_Iterable[_Union[IdentityInfo, _Mapping]]] = ..., requests: _Optional[_Iterable[_Union[RequestInfo, _Mapping]]] = ..., queued_interactive: _Optional[int] = ..., queued_bulk: _Optional[int] = ..., identity: _Optional[str] = ..., role: _Optional[str] = ..., resident_bytes: _Optional[int] = ...) -> None: ...

class IdentityInfo(_message.Message):
    __slots__ = ("identity", "weight", "connections", "queued", "running", "key_value_bytes", "key_value_quota", "object_bytes", "object_quota", "capture_bytes", "capture_quota", "requests_total", "requests_failed", "prompt_tokens", "generated_tokens", "cached_tokens")
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    KEY_VALUE_BYTES_FIELD_NUMBER: _ClassVar[int]
    KEY_VALUE_QUOTA_FIELD_NUMBER: _ClassVar[int]
    OBJECT_BYTES_FIELD_NUMBER: _ClassVar[int]
    OBJECT_QUOTA_FIELD_NUMBER: _ClassVar[int]
    CAPTURE_BYTES_FIELD_NUMBER: _ClassVar[int]
    CAPTURE_QUOTA_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FAILED_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    GENERATED_TOKENS_FIELD_NUMBER: _ClassVar[int]
    CACHED_TOKENS_FIELD_NUMBER: _ClassVar[int]
    identity: str
    weight: int
    connections: int
    queued: int
    running: int
    key_value_bytes: int
    key_value_quota: int
    object_bytes: int
    object_quota: int
    capture_bytes: int
    capture_quota: int
    requests_total: int
    requests_failed: int
    prompt_tokens: int
    generated_tokens: int
    cached_tokens: int
    def __init__(self, identity: _Optional[str] = ..., weight: _Optional[int] = ..., connections: _Optional[int] = ..., queued: _Optional[int] = ..., running: _Optional[int] = ..., key_value_bytes: _Optional[int] = ..., key_value_quota: _Optional[int] = ..., object_bytes: _Optional[int] = ..., object_quota: _Optional[int] = ..., capture_bytes: _Optional[int] = ..., capture_quota: _Optional[int] = ..., requests_total: _Optional[int] = ..., requests_failed: _Optional[int] = ..., prompt_tokens: _Optional[int] = ..., generated_tokens: _Optional[int] = ..., cached_tokens: _Optional[int] = ...) -> None: ...

class RequestInfo(_message.Message):
    __slots__ = ("request_id", "identity", "method", "lane", "state", "position", "waited_seconds", "running_seconds", "multiply_adds", "key_value_bytes")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    LANE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    WAITED_SECONDS_FIELD_NUMBER: _ClassVar[int]
    RUNNING_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MULTIPLY_ADDS_FIELD_NUMBER: _ClassVar[int]
    KEY_VALUE_BYTES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    identity: str
    method: str
    lane: _common_pb2.Lane
    state: str
    position: int
    waited_seconds: float
    running_seconds: float
    multiply_adds: float
    key_value_bytes: int
    def __init__(self, request_id: _Optional[str] = ..., identity: _Optional[str] = ..., method: _Optional[str] = ..., lane: _Optional[_Union[_common_pb2.Lane, str]] = ..., state: _Optional[str] = ..., position: _Optional[int] = ..., waited_seconds: _Optional[float] = ..., running_seconds: _Optional[float] = ..., multiply_adds: _Optional[float] = ..., key_value_bytes: _Optional[int] = ...) -> None: ...

class EngineInfo(_message.Message):
    __slots__ = ("index", "state", "process", "restarts", "running", "threads", "report")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    RESTARTS_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    THREADS_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    index: int
    state: str
    process: int
    restarts: int
    running: int
    threads: int
    report: EngineReport
    def __init__(self, index: _Optional[int] = ..., state: _Optional[str] = ..., process: _Optional[int] = ..., restarts: _Optional[int] = ..., running: _Optional[int] = ..., threads: _Optional[int] = ..., report: _Optional[_Union[EngineReport, _Mapping]] = ...) -> None: ...

class EngineReport(_message.Message):
    __slots__ = ("steps", "step_seconds", "steps_seconds", "step_running_seconds", "prompt_rows", "decode_rows", "reused_rows", "layer_evaluations", "running", "waiting", "key_value_bytes", "key_value_capacity", "prefix_cache_bytes", "prefix_queries", "prefix_hits", "prefix_evictions", "capture_bytes", "object_bytes", "resident_bytes", "hooks_fired", "adapter_bytes")
    STEPS_FIELD_NUMBER: _ClassVar[int]
    STEP_SECONDS_FIELD_NUMBER: _ClassVar[int]
    STEPS_SECONDS_FIELD_NUMBER: _ClassVar[int]
    STEP_RUNNING_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PROMPT_ROWS_FIELD_NUMBER: _ClassVar[int]
    DECODE_ROWS_FIELD_NUMBER: _ClassVar[int]
    REUSED_ROWS_FIELD_NUMBER: _ClassVar[int]
    LAYER_EVALUATIONS_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    KEY_VALUE_BYTES_FIELD_NUMBER: _ClassVar[int]
    KEY_VALUE_CAPACITY_FIELD_NUMBER: _ClassVar[int]
    PREFIX_CACHE_BYTES_FIELD_NUMBER: _ClassVar[int]
    PREFIX_QUERIES_FIELD_NUMBER: _ClassVar[int]
    PREFIX_HITS_FIELD_NUMBER: _ClassVar[int]
    PREFIX_EVICTIONS_FIELD_NUMBER: _ClassVar[int]
    CAPTURE_BYTES_FIELD_NUMBER: _ClassVar[int]
    OBJECT_BYTES_FIELD_NUMBER: _ClassVar[int]
    RESIDENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    HOOKS_FIRED_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_BYTES_FIELD_NUMBER: _ClassVar[int]
    steps: int
    step_seconds: float
    steps_seconds: float
    step_running_seconds: float
    prompt_rows: int
    decode_rows: int
    reused_rows: int
    layer_evaluations: int
    running: int
    waiting: int
    key_value_bytes: int
    key_value_capacity: int
    prefix_cache_bytes: int
    prefix_queries: int
    prefix_hits: int
    prefix_evictions: int
    capture_bytes: int
    object_bytes: int
    resident_bytes: int
    hooks_fired: _containers.RepeatedCompositeFieldContainer[HookCount]
    adapter_bytes: int
    def __init__(self, steps: _Optional[int] = ..., step_seconds: _Optional[float] = ..., steps_seconds: _Optional[float] = ..., step_running_seconds: _Optional[float] = ..., prompt_rows: _Optional[int] = ..., decode_rows: _Optional[int] = ..., reused_rows: _Optional[int] = ..., layer_evaluations: _Optional[int] = ..., running: _Optional[int] = ..., waiting: _Optional[int] = ..., key_value_bytes: _Optional[int] = ..., key_value_capacity: _Optional[int] = ..., prefix_cache_bytes: _Optional[int] = ..., prefix_queries: _Optional[int] = ..., prefix_hits: _Optional[int] = ..., prefix_evictions: _Optional[int] = ..., capture_bytes: _Optional[int] = ..., object_bytes: _Optional[int] = ..., resident_bytes: _Optional[int] = ..., hooks_fired: _Optional[_Iterable[_Union[HookCount, _Mapping]]] = ..., adapter_bytes: _Optional[int] = ...) -> None: ...

class HookCount(_message.Message):
    __slots__ = ("site", "action", "rows")
    SITE_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    site: str
    action: str
    rows: int
    def __init__(self, site: _Optional[str] = ..., action: _Optional[str] = ..., rows: _Optional[int] = ...) -> None: ...

class DrainRequest(_message.Message):
    __slots__ = ("options", "now")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    NOW_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    now: bool
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ..., now: bool = ...) -> None: ...

class DrainReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class TokenizeRequest(_message.Message):
    __slots__ = ("options", "prompt")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    prompt: _common_pb2.Prompt
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ..., prompt: _Optional[_Union[_common_pb2.Prompt, _Mapping]] = ...) -> None: ...

class TokenizeReply(_message.Message):
    __slots__ = ("ids", "pieces")
    IDS_FIELD_NUMBER: _ClassVar[int]
    PIECES_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[int]
    pieces: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, ids: _Optional[_Iterable[int]] = ..., pieces: _Optional[_Iterable[bytes]] = ...) -> None: ...

class DetokenizeRequest(_message.Message):
    __slots__ = ("options", "ids", "keep_special")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    KEEP_SPECIAL_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    ids: _containers.RepeatedScalarFieldContainer[int]
    keep_special: bool
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ..., ids: _Optional[_Iterable[int]] = ..., keep_special: bool = ...) -> None: ...

class DetokenizeReply(_message.Message):
    __slots__ = ("text", "pieces")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PIECES_FIELD_NUMBER: _ClassVar[int]
    text: str
    pieces: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, text: _Optional[str] = ..., pieces: _Optional[_Iterable[bytes]] = ...) -> None: ...

class ForwardRequest(_message.Message):
    __slots__ = ("options", "items", "hooks", "top_k", "adapter")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    HOOKS_FIELD_NUMBER: _ClassVar[int]
    TOP_K_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    items: _containers.RepeatedCompositeFieldContainer[ForwardItem]
    hooks: _hooks_pb2.HookPlan
    top_k: int
    adapter: bytes
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ..., items: _Optional[_Iterable[_Union[ForwardItem, _Mapping]]] = ..., hooks: _Optional[_Union[_hooks_pb2.HookPlan, _Mapping]] = ..., top_k: _Optional[int] = ..., adapter: _Optional[bytes] = ...) -> None: ...

class ForwardItem(_message.Message):
    __slots__ = ("prompt", "hooks")
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    HOOKS_FIELD_NUMBER: _ClassVar[int]
    prompt: _common_pb2.Prompt
    hooks: _hooks_pb2.HookPlan
    def __init__(self, prompt: _Optional[_Union[_common_pb2.Prompt, _Mapping]] = ..., hooks: _Optional[_Union[_hooks_pb2.HookPlan, _Mapping]] = ...) -> None: ...

class ForwardReply(_message.Message):
    __slots__ = ("item", "tokens", "top", "tensors", "receipts", "plan_hash")
    ITEM_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    TENSORS_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    item: int
    tokens: _containers.RepeatedScalarFieldContainer[int]
    top: _containers.RepeatedCompositeFieldContainer[_common_pb2.TokenScore]
    tensors: _containers.RepeatedCompositeFieldContainer[_common_pb2.TensorInfo]
    receipts: _containers.RepeatedCompositeFieldContainer[_common_pb2.Receipt]
    plan_hash: str
    def __init__(self, item: _Optional[int] = ..., tokens: _Optional[_Iterable[int]] = ..., top: _Optional[_Iterable[_Union[_common_pb2.TokenScore, _Mapping]]] = ..., tensors: _Optional[_Iterable[_Union[_common_pb2.TensorInfo, _Mapping]]] = ..., receipts: _Optional[_Iterable[_Union[_common_pb2.Receipt, _Mapping]]] = ..., plan_hash: _Optional[str] = ...) -> None: ...

class Sampling(_message.Message):
    __slots__ = ("temperature", "top_k", "top_p", "min_p", "seed")
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    TOP_K_FIELD_NUMBER: _ClassVar[int]
    TOP_P_FIELD_NUMBER: _ClassVar[int]
    MIN_P_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    temperature: float
    top_k: int
    top_p: float
    min_p: float
    seed: int
    def __init__(self, temperature: _Optional[float] = ..., top_k: _Optional[int] = ..., top_p: _Optional[float] = ..., min_p: _Optional[float] = ..., seed: _Optional[int] = ...) -> None: ...

class GenerateRequest(_message.Message):
    __slots__ = ("options", "prompt", "hooks", "max_tokens", "sampling", "stop", "top_k", "ignore_end", "adapter", "items")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    HOOKS_FIELD_NUMBER: _ClassVar[int]
    MAX_TOKENS_FIELD_NUMBER: _ClassVar[int]
    SAMPLING_FIELD_NUMBER: _ClassVar[int]
    STOP_FIELD_NUMBER: _ClassVar[int]
    TOP_K_FIELD_NUMBER: _ClassVar[int]
    IGNORE_END_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    prompt: _common_pb2.Prompt
    hooks: _hooks_pb2.HookPlan
    max_tokens: int
    sampling: Sampling
    stop: _containers.RepeatedScalarFieldContainer[str]
    top_k: int
    ignore_end: bool
    adapter: bytes
    items: _containers.RepeatedCompositeFieldContainer[GenerateItem]
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ..., prompt: _Optional[_Union[_common_pb2.Prompt, _Mapping]] = ..., hooks: _Optional[_Union[_hooks_pb2.HookPlan, _Mapping]] = ..., max_tokens: _Optional[int] = ..., sampling: _Optional[_Union[Sampling, _Mapping]] = ..., stop: _Optional[_Iterable[str]] = ..., top_k: _Optional[int] = ..., ignore_end: bool = ..., adapter: _Optional[bytes] = ..., items: _Optional[_Iterable[_Union[GenerateItem, _Mapping]]] = ...) -> None: ...

class GenerateItem(_message.Message):
    __slots__ = ("prompt", "hooks", "seed", "max_tokens")
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    HOOKS_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    MAX_TOKENS_FIELD_NUMBER: _ClassVar[int]
    prompt: _common_pb2.Prompt
    hooks: _hooks_pb2.HookPlan
    seed: int
    max_tokens: int
    def __init__(self, prompt: _Optional[_Union[_common_pb2.Prompt, _Mapping]] = ..., hooks: _Optional[_Union[_hooks_pb2.HookPlan, _Mapping]] = ..., seed: _Optional[int] = ..., max_tokens: _Optional[int] = ...) -> None: ...

class GenerateReply(_message.Message):
    __slots__ = ("started", "token", "finished", "item", "plan_hash")
    class Started(_message.Message):
        __slots__ = ("tokens",)
        TOKENS_FIELD_NUMBER: _ClassVar[int]
        tokens: _containers.RepeatedScalarFieldContainer[int]
        def __init__(self, tokens: _Optional[_Iterable[int]] = ...) -> None: ...
    class Token(_message.Message):
        __slots__ = ("id", "text", "log_probability", "top")
        ID_FIELD_NUMBER: _ClassVar[int]
        TEXT_FIELD_NUMBER: _ClassVar[int]
        LOG_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
        TOP_FIELD_NUMBER: _ClassVar[int]
        id: int
        text: str
        log_probability: float
        top: _containers.RepeatedCompositeFieldContainer[_common_pb2.TokenScore]
        def __init__(self, id: _Optional[int] = ..., text: _Optional[str] = ..., log_probability: _Optional[float] = ..., top: _Optional[_Iterable[_Union[_common_pb2.TokenScore, _Mapping]]] = ...) -> None: ...
    class Finished(_message.Message):
        __slots__ = ("reason", "text", "stop", "tensors", "receipts", "tokens", "log_probabilities")
        REASON_FIELD_NUMBER: _ClassVar[int]
        TEXT_FIELD_NUMBER: _ClassVar[int]
        STOP_FIELD_NUMBER: _ClassVar[int]
        TENSORS_FIELD_NUMBER: _ClassVar[int]
        RECEIPTS_FIELD_NUMBER: _ClassVar[int]
        TOKENS_FIELD_NUMBER: _ClassVar[int]
        LOG_PROBABILITIES_FIELD_NUMBER: _ClassVar[int]
        reason: str
        text: str
        stop: str
        tensors: _containers.RepeatedCompositeFieldContainer[_common_pb2.TensorInfo]
        receipts: _containers.RepeatedCompositeFieldContainer[_common_pb2.Receipt]
        tokens: _containers.RepeatedScalarFieldContainer[int]
        log_probabilities: _containers.RepeatedScalarFieldContainer[float]
        def __init__(self, reason: _Optional[str] = ..., text: _Optional[str] = ..., stop: _Optional[str] = ..., tensors: _Optional[_Iterable[_Union[_common_pb2.TensorInfo, _Mapping]]] = ..., receipts: _Optional[_Iterable[_Union[_common_pb2.Receipt, _Mapping]]] = ..., tokens: _Optional[_Iterable[int]] = ..., log_probabilities: _Optional[_Iterable[float]] = ...) -> None: ...
    STARTED_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    FINISHED_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    started: GenerateReply.Started
    token: GenerateReply.Token
    finished: GenerateReply.Finished
    item: int
    plan_hash: str
    def __init__(self, started: _Optional[_Union[GenerateReply.Started, _Mapping]] = ..., token: _Optional[_Union[GenerateReply.Token, _Mapping]] = ..., finished: _Optional[_Union[GenerateReply.Finished, _Mapping]] = ..., item: _Optional[int] = ..., plan_hash: _Optional[str] = ...) -> None: ...

class ScoreRequest(_message.Message):
    __slots__ = ("options", "items", "hooks", "adapter")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    HOOKS_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    items: _containers.RepeatedCompositeFieldContainer[ScoreItem]
    hooks: _hooks_pb2.HookPlan
    adapter: bytes
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ..., items: _Optional[_Iterable[_Union[ScoreItem, _Mapping]]] = ..., hooks: _Optional[_Union[_hooks_pb2.HookPlan, _Mapping]] = ..., adapter: _Optional[bytes] = ...) -> None: ...

class ScoreItem(_message.Message):
    __slots__ = ("prompt", "continuation", "hooks")
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    CONTINUATION_FIELD_NUMBER: _ClassVar[int]
    HOOKS_FIELD_NUMBER: _ClassVar[int]
    prompt: _common_pb2.Prompt
    continuation: _common_pb2.Prompt
    hooks: _hooks_pb2.HookPlan
    def __init__(self, prompt: _Optional[_Union[_common_pb2.Prompt, _Mapping]] = ..., continuation: _Optional[_Union[_common_pb2.Prompt, _Mapping]] = ..., hooks: _Optional[_Union[_hooks_pb2.HookPlan, _Mapping]] = ...) -> None: ...

class ScoreReply(_message.Message):
    __slots__ = ("item", "tokens", "prompt_tokens", "log_probabilities", "total", "greedy", "receipts", "plan_hash", "tensors")
    ITEM_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    LOG_PROBABILITIES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    GREEDY_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    TENSORS_FIELD_NUMBER: _ClassVar[int]
    item: int
    tokens: _containers.RepeatedScalarFieldContainer[int]
    prompt_tokens: int
    log_probabilities: _containers.RepeatedScalarFieldContainer[float]
    total: float
    greedy: _containers.RepeatedScalarFieldContainer[bool]
    receipts: _containers.RepeatedCompositeFieldContainer[_common_pb2.Receipt]
    plan_hash: str
    tensors: _containers.RepeatedCompositeFieldContainer[_common_pb2.TensorInfo]
    def __init__(self, item: _Optional[int] = ..., tokens: _Optional[_Iterable[int]] = ..., prompt_tokens: _Optional[int] = ..., log_probabilities: _Optional[_Iterable[float]] = ..., total: _Optional[float] = ..., greedy: _Optional[_Iterable[bool]] = ..., receipts: _Optional[_Iterable[_Union[_common_pb2.Receipt, _Mapping]]] = ..., plan_hash: _Optional[str] = ..., tensors: _Optional[_Iterable[_Union[_common_pb2.TensorInfo, _Mapping]]] = ...) -> None: ...

class StatisticsRequest(_message.Message):
    __slots__ = ("options", "items", "hooks", "adapter", "site", "layers", "sums", "exact")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    HOOKS_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    SUMS_FIELD_NUMBER: _ClassVar[int]
    EXACT_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    items: _containers.RepeatedCompositeFieldContainer[StatisticsItem]
    hooks: _hooks_pb2.HookPlan
    adapter: bytes
    site: str
    layers: _containers.RepeatedScalarFieldContainer[int]
    sums: _containers.RepeatedScalarFieldContainer[str]
    exact: bool
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ..., items: _Optional[_Iterable[_Union[StatisticsItem, _Mapping]]] = ..., hooks: _Optional[_Union[_hooks_pb2.HookPlan, _Mapping]] = ..., adapter: _Optional[bytes] = ..., site: _Optional[str] = ..., layers: _Optional[_Iterable[int]] = ..., sums: _Optional[_Iterable[str]] = ..., exact: bool = ...) -> None: ...

class StatisticsItem(_message.Message):
    __slots__ = ("prompt", "continuation", "hooks", "counted", "group")
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    CONTINUATION_FIELD_NUMBER: _ClassVar[int]
    HOOKS_FIELD_NUMBER: _ClassVar[int]
    COUNTED_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    prompt: _common_pb2.Prompt
    continuation: _common_pb2.Prompt
    hooks: _hooks_pb2.HookPlan
    counted: _containers.RepeatedCompositeFieldContainer[PositionRange]
    group: str
    def __init__(self, prompt: _Optional[_Union[_common_pb2.Prompt, _Mapping]] = ..., continuation: _Optional[_Union[_common_pb2.Prompt, _Mapping]] = ..., hooks: _Optional[_Union[_hooks_pb2.HookPlan, _Mapping]] = ..., counted: _Optional[_Iterable[_Union[PositionRange, _Mapping]]] = ..., group: _Optional[str] = ...) -> None: ...

class PositionRange(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: int
    end: int
    def __init__(self, start: _Optional[int] = ..., end: _Optional[int] = ...) -> None: ...

class StatisticsReply(_message.Message):
    __slots__ = ("item", "group")
    class Item(_message.Message):
        __slots__ = ("item", "tokens", "prompt_tokens", "counted_tokens", "receipts", "plan_hash")
        ITEM_FIELD_NUMBER: _ClassVar[int]
        TOKENS_FIELD_NUMBER: _ClassVar[int]
        PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
        COUNTED_TOKENS_FIELD_NUMBER: _ClassVar[int]
        RECEIPTS_FIELD_NUMBER: _ClassVar[int]
        PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
        item: int
        tokens: _containers.RepeatedScalarFieldContainer[int]
        prompt_tokens: int
        counted_tokens: int
        receipts: _containers.RepeatedCompositeFieldContainer[_common_pb2.Receipt]
        plan_hash: str
        def __init__(self, item: _Optional[int] = ..., tokens: _Optional[_Iterable[int]] = ..., prompt_tokens: _Optional[int] = ..., counted_tokens: _Optional[int] = ..., receipts: _Optional[_Iterable[_Union[_common_pb2.Receipt, _Mapping]]] = ..., plan_hash: _Optional[str] = ...) -> None: ...
    class Group(_message.Message):
        __slots__ = ("label", "items", "tokens", "tensors")
        LABEL_FIELD_NUMBER: _ClassVar[int]
        ITEMS_FIELD_NUMBER: _ClassVar[int]
        TOKENS_FIELD_NUMBER: _ClassVar[int]
        TENSORS_FIELD_NUMBER: _ClassVar[int]
        label: str
        items: int
        tokens: int
        tensors: _containers.RepeatedCompositeFieldContainer[_common_pb2.TensorInfo]
        def __init__(self, label: _Optional[str] = ..., items: _Optional[int] = ..., tokens: _Optional[int] = ..., tensors: _Optional[_Iterable[_Union[_common_pb2.TensorInfo, _Mapping]]] = ...) -> None: ...
    ITEM_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    item: StatisticsReply.Item
    group: StatisticsReply.Group
    def __init__(self, item: _Optional[_Union[StatisticsReply.Item, _Mapping]] = ..., group: _Optional[_Union[StatisticsReply.Group, _Mapping]] = ...) -> None: ...

class NeuronRef(_message.Message):
    __slots__ = ("layer", "neuron")
    LAYER_FIELD_NUMBER: _ClassVar[int]
    NEURON_FIELD_NUMBER: _ClassVar[int]
    layer: int
    neuron: int
    def __init__(self, layer: _Optional[int] = ..., neuron: _Optional[int] = ...) -> None: ...

class ProjectRequest(_message.Message):
    __slots__ = ("options", "units", "convention", "top_k")
    class Convention(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        RAW: _ClassVar[ProjectRequest.Convention]
        NORMED: _ClassVar[ProjectRequest.Convention]
    RAW: ProjectRequest.Convention
    NORMED: ProjectRequest.Convention
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    CONVENTION_FIELD_NUMBER: _ClassVar[int]
    TOP_K_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    units: _containers.RepeatedCompositeFieldContainer[NeuronRef]
    convention: ProjectRequest.Convention
    top_k: int
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ..., units: _Optional[_Iterable[_Union[NeuronRef, _Mapping]]] = ..., convention: _Optional[_Union[ProjectRequest.Convention, str]] = ..., top_k: _Optional[int] = ...) -> None: ...

class ProjectReply(_message.Message):
    __slots__ = ("unit", "promoted", "demoted", "norm")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    PROMOTED_FIELD_NUMBER: _ClassVar[int]
    DEMOTED_FIELD_NUMBER: _ClassVar[int]
    NORM_FIELD_NUMBER: _ClassVar[int]
    unit: NeuronRef
    promoted: _containers.RepeatedCompositeFieldContainer[_common_pb2.TokenScore]
    demoted: _containers.RepeatedCompositeFieldContainer[_common_pb2.TokenScore]
    norm: float
    def __init__(self, unit: _Optional[_Union[NeuronRef, _Mapping]] = ..., promoted: _Optional[_Iterable[_Union[_common_pb2.TokenScore, _Mapping]]] = ..., demoted: _Optional[_Iterable[_Union[_common_pb2.TokenScore, _Mapping]]] = ..., norm: _Optional[float] = ...) -> None: ...

class ColumnsRequest(_message.Message):
    __slots__ = ("options", "units", "kind", "norms_only", "layers")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VALUE: _ClassVar[ColumnsRequest.Kind]
        GATE: _ClassVar[ColumnsRequest.Kind]
        UP: _ClassVar[ColumnsRequest.Kind]
    VALUE: ColumnsRequest.Kind
    GATE: ColumnsRequest.Kind
    UP: ColumnsRequest.Kind
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NORMS_ONLY_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    units: _containers.RepeatedCompositeFieldContainer[NeuronRef]
    kind: ColumnsRequest.Kind
    norms_only: bool
    layers: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ..., units: _Optional[_Iterable[_Union[NeuronRef, _Mapping]]] = ..., kind: _Optional[_Union[ColumnsRequest.Kind, str]] = ..., norms_only: bool = ..., layers: _Optional[_Iterable[int]] = ...) -> None: ...

class ColumnsReply(_message.Message):
    __slots__ = ("norms", "tensors")
    NORMS_FIELD_NUMBER: _ClassVar[int]
    TENSORS_FIELD_NUMBER: _ClassVar[int]
    norms: _containers.RepeatedScalarFieldContainer[float]
    tensors: _containers.RepeatedCompositeFieldContainer[_common_pb2.TensorInfo]
    def __init__(self, norms: _Optional[_Iterable[float]] = ..., tensors: _Optional[_Iterable[_Union[_common_pb2.TensorInfo, _Mapping]]] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("options", "forward", "generate", "score", "statistics", "totals_only")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    FORWARD_FIELD_NUMBER: _ClassVar[int]
    GENERATE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    STATISTICS_FIELD_NUMBER: _ClassVar[int]
    TOTALS_ONLY_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    forward: ForwardRequest
    generate: GenerateRequest
    score: ScoreRequest
    statistics: StatisticsRequest
    totals_only: bool
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ..., forward: _Optional[_Union[ForwardRequest, _Mapping]] = ..., generate: _Optional[_Union[GenerateRequest, _Mapping]] = ..., score: _Optional[_Union[ScoreRequest, _Mapping]] = ..., statistics: _Optional[_Union[StatisticsRequest, _Mapping]] = ..., totals_only: bool = ...) -> None: ...

class ExplainReply(_message.Message):
    __slots__ = ("items", "multiply_adds", "reply_bytes", "tokens", "generated_tokens", "key_value_bytes", "capture_bytes", "plan_bytes", "hook_elements", "objects", "adapter_bytes")
    class Action(_message.Message):
        __slots__ = ("action", "text", "site", "units", "rows")
        ACTION_FIELD_NUMBER: _ClassVar[int]
        TEXT_FIELD_NUMBER: _ClassVar[int]
        SITE_FIELD_NUMBER: _ClassVar[int]
        UNITS_FIELD_NUMBER: _ClassVar[int]
        ROWS_FIELD_NUMBER: _ClassVar[int]
        action: int
        text: str
        site: str
        units: int
        rows: int
        def __init__(self, action: _Optional[int] = ..., text: _Optional[str] = ..., site: _Optional[str] = ..., units: _Optional[int] = ..., rows: _Optional[int] = ...) -> None: ...
    class Item(_message.Message):
        __slots__ = ("item", "tokens", "actions", "tensors", "plan_hash", "multiply_adds", "reply_bytes", "key_value_bytes", "generated_tokens", "capture_bytes", "hook_elements", "reusable_tokens")
        ITEM_FIELD_NUMBER: _ClassVar[int]
        TOKENS_FIELD_NUMBER: _ClassVar[int]
        ACTIONS_FIELD_NUMBER: _ClassVar[int]
        TENSORS_FIELD_NUMBER: _ClassVar[int]
        PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
        MULTIPLY_ADDS_FIELD_NUMBER: _ClassVar[int]
        REPLY_BYTES_FIELD_NUMBER: _ClassVar[int]
        KEY_VALUE_BYTES_FIELD_NUMBER: _ClassVar[int]
        GENERATED_TOKENS_FIELD_NUMBER: _ClassVar[int]
        CAPTURE_BYTES_FIELD_NUMBER: _ClassVar[int]
        HOOK_ELEMENTS_FIELD_NUMBER: _ClassVar[int]
        REUSABLE_TOKENS_FIELD_NUMBER: _ClassVar[int]
        item: int
        tokens: int
        actions: _containers.RepeatedCompositeFieldContainer[ExplainReply.Action]
        tensors: _containers.RepeatedCompositeFieldContainer[_common_pb2.TensorInfo]
        plan_hash: str
        multiply_adds: float
        reply_bytes: int
        key_value_bytes: int
        generated_tokens: int
        capture_bytes: int
        hook_elements: int
        reusable_tokens: int
        def __init__(self, item: _Optional[int] = ..., tokens: _Optional[int] = ..., actions: _Optional[_Iterable[_Union[ExplainReply.Action, _Mapping]]] = ..., tensors: _Optional[_Iterable[_Union[_common_pb2.TensorInfo, _Mapping]]] = ..., plan_hash: _Optional[str] = ..., multiply_adds: _Optional[float] = ..., reply_bytes: _Optional[int] = ..., key_value_bytes: _Optional[int] = ..., generated_tokens: _Optional[int] = ..., capture_bytes: _Optional[int] = ..., hook_elements: _Optional[int] = ..., reusable_tokens: _Optional[int] = ...) -> None: ...
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    MULTIPLY_ADDS_FIELD_NUMBER: _ClassVar[int]
    REPLY_BYTES_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    GENERATED_TOKENS_FIELD_NUMBER: _ClassVar[int]
    KEY_VALUE_BYTES_FIELD_NUMBER: _ClassVar[int]
    CAPTURE_BYTES_FIELD_NUMBER: _ClassVar[int]
    PLAN_BYTES_FIELD_NUMBER: _ClassVar[int]
    HOOK_ELEMENTS_FIELD_NUMBER: _ClassVar[int]
    OBJECTS_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_BYTES_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[ExplainReply.Item]
    multiply_adds: float
    reply_bytes: int
    tokens: int
    generated_tokens: int
    key_value_bytes: int
    capture_bytes: int
    plan_bytes: int
    hook_elements: int
    objects: _containers.RepeatedScalarFieldContainer[bytes]
    adapter_bytes: int
    def __init__(self, items: _Optional[_Iterable[_Union[ExplainReply.Item, _Mapping]]] = ..., multiply_adds: _Optional[float] = ..., reply_bytes: _Optional[int] = ..., tokens: _Optional[int] = ..., generated_tokens: _Optional[int] = ..., key_value_bytes: _Optional[int] = ..., capture_bytes: _Optional[int] = ..., plan_bytes: _Optional[int] = ..., hook_elements: _Optional[int] = ..., objects: _Optional[_Iterable[bytes]] = ..., adapter_bytes: _Optional[int] = ...) -> None: ...

class PutObjectRequest(_message.Message):
    __slots__ = ("options", "kind", "byte_count", "content")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    BYTE_COUNT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    kind: ObjectKind
    byte_count: int
    content: bytes
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ..., kind: _Optional[_Union[ObjectKind, str]] = ..., byte_count: _Optional[int] = ..., content: _Optional[bytes] = ...) -> None: ...

class PutObjectChunk(_message.Message):
    __slots__ = ("content",)
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    def __init__(self, content: _Optional[bytes] = ...) -> None: ...

class PutObjectReply(_message.Message):
    __slots__ = ("hash", "existed")
    HASH_FIELD_NUMBER: _ClassVar[int]
    EXISTED_FIELD_NUMBER: _ClassVar[int]
    hash: bytes
    existed: bool
    def __init__(self, hash: _Optional[bytes] = ..., existed: bool = ...) -> None: ...

class ListObjectsRequest(_message.Message):
    __slots__ = ("options",)
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ...) -> None: ...

class ObjectInfo(_message.Message):
    __slots__ = ("hash", "kind", "byte_count", "mine")
    HASH_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    BYTE_COUNT_FIELD_NUMBER: _ClassVar[int]
    MINE_FIELD_NUMBER: _ClassVar[int]
    hash: bytes
    kind: ObjectKind
    byte_count: int
    mine: bool
    def __init__(self, hash: _Optional[bytes] = ..., kind: _Optional[_Union[ObjectKind, str]] = ..., byte_count: _Optional[int] = ..., mine: bool = ...) -> None: ...

class ListObjectsReply(_message.Message):
    __slots__ = ("objects",)
    OBJECTS_FIELD_NUMBER: _ClassVar[int]
    objects: _containers.RepeatedCompositeFieldContainer[ObjectInfo]
    def __init__(self, objects: _Optional[_Iterable[_Union[ObjectInfo, _Mapping]]] = ...) -> None: ...

class DropObjectRequest(_message.Message):
    __slots__ = ("options", "hash")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    options: _common_pb2.RequestOptions
    hash: bytes
    def __init__(self, options: _Optional[_Union[_common_pb2.RequestOptions, _Mapping]] = ..., hash: _Optional[bytes] = ...) -> None: ...

class DropObjectReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
