from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Lane(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LANE_UNSPECIFIED: _ClassVar[Lane]
    INTERACTIVE: _ClassVar[Lane]
    BULK: _ClassVar[Lane]

class StatusCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OK: _ClassVar[StatusCode]
    CANCELLED: _ClassVar[StatusCode]
    UNKNOWN: _ClassVar[StatusCode]
    INVALID_ARGUMENT: _ClassVar[StatusCode]
    DEADLINE_EXCEEDED: _ClassVar[StatusCode]
    NOT_FOUND: _ClassVar[StatusCode]
    ALREADY_EXISTS: _ClassVar[StatusCode]
    PERMISSION_DENIED: _ClassVar[StatusCode]
    RESOURCE_EXHAUSTED: _ClassVar[StatusCode]
    FAILED_PRECONDITION: _ClassVar[StatusCode]
    ABORTED: _ClassVar[StatusCode]
    OUT_OF_RANGE: _ClassVar[StatusCode]
    UNIMPLEMENTED: _ClassVar[StatusCode]
    INTERNAL: _ClassVar[StatusCode]
    UNAVAILABLE: _ClassVar[StatusCode]
    DATA_LOSS: _ClassVar[StatusCode]
    UNAUTHENTICATED: _ClassVar[StatusCode]

class DataType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DATA_TYPE_UNSPECIFIED: _ClassVar[DataType]
    F32: _ClassVar[DataType]
    F16: _ClassVar[DataType]
    F64: _ClassVar[DataType]
    I32: _ClassVar[DataType]
    I64: _ClassVar[DataType]
    U8: _ClassVar[DataType]
LANE_UNSPECIFIED: Lane
INTERACTIVE: Lane
BULK: Lane
OK: StatusCode
CANCELLED: StatusCode
UNKNOWN: StatusCode
INVALID_ARGUMENT: StatusCode
DEADLINE_EXCEEDED: StatusCode
NOT_FOUND: StatusCode
ALREADY_EXISTS: StatusCode
PERMISSION_DENIED: StatusCode
RESOURCE_EXHAUSTED: StatusCode
FAILED_PRECONDITION: StatusCode
ABORTED: StatusCode
OUT_OF_RANGE: StatusCode
UNIMPLEMENTED: StatusCode
INTERNAL: StatusCode
UNAVAILABLE: StatusCode
DATA_LOSS: StatusCode
UNAUTHENTICATED: StatusCode
DATA_TYPE_UNSPECIFIED: DataType
F32: DataType
F16: DataType
F64: DataType
I32: DataType
I64: DataType
U8: DataType

class RequestOptions(_message.Message):
    __slots__ = ("deadline_ms", "request_id", "model", "lane", "admission")
    DEADLINE_MS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    LANE_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_FIELD_NUMBER: _ClassVar[int]
    deadline_ms: int
    request_id: str
    model: str
    lane: Lane
    admission: Admission
    def __init__(self, deadline_ms: _Optional[int] = ..., request_id: _Optional[str] = ..., model: _Optional[str] = ..., lane: _Optional[_Union[Lane, str]] = ..., admission: _Optional[_Union[Admission, _Mapping]] = ...) -> None: ...

class Admission(_message.Message):
    __slots__ = ("share", "weight", "lane")
    SHARE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    LANE_FIELD_NUMBER: _ClassVar[int]
    share: int
    weight: int
    lane: Lane
    def __init__(self, share: _Optional[int] = ..., weight: _Optional[int] = ..., lane: _Optional[_Union[Lane, str]] = ...) -> None: ...

class RequestEnvelope(_message.Message):
    __slots__ = ("options",)
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    options: RequestOptions
    def __init__(self, options: _Optional[_Union[RequestOptions, _Mapping]] = ...) -> None: ...

class Status(_message.Message):
    __slots__ = ("code", "reason", "message", "field", "asked", "limit", "retry_after_ms")
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    ASKED_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    code: StatusCode
    reason: str
    message: str
    field: str
    asked: int
    limit: int
    retry_after_ms: int
    def __init__(self, code: _Optional[_Union[StatusCode, str]] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ..., field: _Optional[str] = ..., asked: _Optional[int] = ..., limit: _Optional[int] = ..., retry_after_ms: _Optional[int] = ...) -> None: ...

class End(_message.Message):
    __slots__ = ("status", "usage", "timing", "provenance", "partial")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    TIMING_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    status: Status
    usage: Usage
    timing: Timing
    provenance: Provenance
    partial: Partial
    def __init__(self, status: _Optional[_Union[Status, _Mapping]] = ..., usage: _Optional[_Union[Usage, _Mapping]] = ..., timing: _Optional[_Union[Timing, _Mapping]] = ..., provenance: _Optional[_Union[Provenance, _Mapping]] = ..., partial: _Optional[_Union[Partial, _Mapping]] = ...) -> None: ...

class Partial(_message.Message):
    __slots__ = ("items_finished", "items", "generated_tokens", "receipts")
    ITEMS_FINISHED_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    GENERATED_TOKENS_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    items_finished: int
    items: int
    generated_tokens: int
    receipts: _containers.RepeatedCompositeFieldContainer[Receipt]
    def __init__(self, items_finished: _Optional[int] = ..., items: _Optional[int] = ..., generated_tokens: _Optional[int] = ..., receipts: _Optional[_Iterable[_Union[Receipt, _Mapping]]] = ...) -> None: ...

class Usage(_message.Message):
    __slots__ = ("prompt_tokens", "generated_tokens", "cached_tokens")
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    GENERATED_TOKENS_FIELD_NUMBER: _ClassVar[int]
    CACHED_TOKENS_FIELD_NUMBER: _ClassVar[int]
    prompt_tokens: int
    generated_tokens: int
    cached_tokens: int
    def __init__(self, prompt_tokens: _Optional[int] = ..., generated_tokens: _Optional[int] = ..., cached_tokens: _Optional[int] = ...) -> None: ...

class Timing(_message.Message):
    __slots__ = ("queue_seconds", "prefill_seconds", "decode_seconds")
    QUEUE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PREFILL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DECODE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    queue_seconds: float
    prefill_seconds: float
    decode_seconds: float
    def __init__(self, queue_seconds: _Optional[float] = ..., prefill_seconds: _Optional[float] = ..., decode_seconds: _Optional[float] = ...) -> None: ...

class Provenance(_message.Message):
    __slots__ = ("model_digest", "weight_format", "tokenizer_digest", "kernel_path", "build", "plan_hash", "seed", "adapter")
    MODEL_DIGEST_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FORMAT_FIELD_NUMBER: _ClassVar[int]
    TOKENIZER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    KERNEL_PATH_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    model_digest: str
    weight_format: str
    tokenizer_digest: str
    kernel_path: str
    build: str
    plan_hash: str
    seed: int
    adapter: str
    def __init__(self, model_digest: _Optional[str] = ..., weight_format: _Optional[str] = ..., tokenizer_digest: _Optional[str] = ..., kernel_path: _Optional[str] = ..., build: _Optional[str] = ..., plan_hash: _Optional[str] = ..., seed: _Optional[int] = ..., adapter: _Optional[str] = ...) -> None: ...

class Receipt(_message.Message):
    __slots__ = ("action", "site", "rows", "elements", "change_l2")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    ELEMENTS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_L2_FIELD_NUMBER: _ClassVar[int]
    action: int
    site: str
    rows: int
    elements: int
    change_l2: float
    def __init__(self, action: _Optional[int] = ..., site: _Optional[str] = ..., rows: _Optional[int] = ..., elements: _Optional[int] = ..., change_l2: _Optional[float] = ...) -> None: ...

class TokenIds(_message.Message):
    __slots__ = ("ids",)
    IDS_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, ids: _Optional[_Iterable[int]] = ...) -> None: ...

class ChatMessage(_message.Message):
    __slots__ = ("role", "content")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    role: str
    content: str
    def __init__(self, role: _Optional[str] = ..., content: _Optional[str] = ...) -> None: ...

class Chat(_message.Message):
    __slots__ = ("messages", "omit_generation_prompt", "date")
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    OMIT_GENERATION_PROMPT_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[ChatMessage]
    omit_generation_prompt: bool
    date: str
    def __init__(self, messages: _Optional[_Iterable[_Union[ChatMessage, _Mapping]]] = ..., omit_generation_prompt: bool = ..., date: _Optional[str] = ...) -> None: ...

class Prompt(_message.Message):
    __slots__ = ("text", "tokens", "chat", "omit_special", "literal_special")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    CHAT_FIELD_NUMBER: _ClassVar[int]
    OMIT_SPECIAL_FIELD_NUMBER: _ClassVar[int]
    LITERAL_SPECIAL_FIELD_NUMBER: _ClassVar[int]
    text: str
    tokens: TokenIds
    chat: Chat
    omit_special: bool
    literal_special: bool
    def __init__(self, text: _Optional[str] = ..., tokens: _Optional[_Union[TokenIds, _Mapping]] = ..., chat: _Optional[_Union[Chat, _Mapping]] = ..., omit_special: bool = ..., literal_special: bool = ...) -> None: ...

class TokenScore(_message.Message):
    __slots__ = ("id", "piece", "logit", "log_probability")
    ID_FIELD_NUMBER: _ClassVar[int]
    PIECE_FIELD_NUMBER: _ClassVar[int]
    LOGIT_FIELD_NUMBER: _ClassVar[int]
    LOG_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    id: int
    piece: bytes
    logit: float
    log_probability: float
    def __init__(self, id: _Optional[int] = ..., piece: _Optional[bytes] = ..., logit: _Optional[float] = ..., log_probability: _Optional[float] = ...) -> None: ...

class TensorInfo(_message.Message):
    __slots__ = ("name", "site", "capture", "type", "shape", "positions", "tokens", "unit_ranges", "reduced_rows")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    CAPTURE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    UNIT_RANGES_FIELD_NUMBER: _ClassVar[int]
    REDUCED_ROWS_FIELD_NUMBER: _ClassVar[int]
    name: str
    site: str
    capture: int
    type: DataType
    shape: _containers.RepeatedScalarFieldContainer[int]
    positions: _containers.RepeatedScalarFieldContainer[int]
    tokens: _containers.RepeatedScalarFieldContainer[int]
    unit_ranges: _containers.RepeatedScalarFieldContainer[int]
    reduced_rows: int
    def __init__(self, name: _Optional[str] = ..., site: _Optional[str] = ..., capture: _Optional[int] = ..., type: _Optional[_Union[DataType, str]] = ..., shape: _Optional[_Iterable[int]] = ..., positions: _Optional[_Iterable[int]] = ..., tokens: _Optional[_Iterable[int]] = ..., unit_ranges: _Optional[_Iterable[int]] = ..., reduced_rows: _Optional[int] = ...) -> None: ...
