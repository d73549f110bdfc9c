"""Every maximum and default of the package, each with its reason."""

from __future__ import annotations

HEADER_BYTES = 16
LOWEST_VERSION = 1
HIGHEST_VERSION = 1

# PROTOCOL.md §10: fixed by the protocol.
HELLO_FIXED_BYTES = 72
HELLO_BYTES = 4096
AGENT_BYTES = 256
GOAWAY_TEXT_BYTES = 1024
LARGEST_CREDIT = 2**31 - 1
SMALLEST_MAX_FRAME = 524_288
LARGEST_MAX_FRAME = 67_108_864
LARGEST_MAX_STREAMS = 65_536
SMALLEST_WINDOW = 65_536
TENSOR_CHUNK_BYTES = 262_144
TENSOR_FIXED_BYTES = 32
TENSOR_DESCRIPTOR_BYTES = 4096
TENSOR_RANK = 8
TENSOR_NAME_BYTES = 512
REQUEST_ID_BYTES = 64

# What this client grants. A stream's window is what a daemon may be ahead of a slow reader; sixteen
# tensor segments keep a fast one busy without a pause for credit.
MAX_FRAME = 4_194_304
STREAM_WINDOW = 4_194_304
CONNECTION_WINDOW = 67_108_864

# Bytes read at once while no large payload is expected: many small frames in one system call.
SCRATCH_BYTES = 65_536

# Larger than any capture of one item; a broken peer cannot announce the machine away.
TENSOR_BYTES = 8_589_934_592

# Bytes of an upload in one MESSAGE: large enough to amortise the header, small enough that frames
# of other calls slip between.
UPLOAD_CHUNK_BYTES = 262_144

# How long a connection attempt may take, HELLO included.
CONNECT_SECONDS = 10.0

# Added to a deadline before the client gives up by itself: the daemon's own answer says more.
DEADLINE_GRACE_SECONDS = 0.5

# Calls repeated after a lost connection or a refusal with a time to come again.
RETRY_ATTEMPTS = 8
RETRY_FIRST_SECONDS = 0.05
RETRY_LARGEST_SECONDS = 5.0
# The longest time to come again that is waited for without asking; a daemon names at most this.
RETRY_AFTER_SECONDS = 60.0

# How long closing waits for the reader to end.
CLOSE_SECONDS = 2.0

# A file that holds one token, a tokenizer's configuration with its chat template, a file of
# neurons, the header of a safetensors file.
TOKEN_FILE_BYTES = 4096
TEMPLATE_FILE_BYTES = 67_108_864
NEURON_FILE_BYTES = 268_435_456
SAFETENSORS_HEADER_BYTES = 100_000_000

# Indices that a mask or a list of units may name; a plan that needs more is a mistake.
INDEX_LIMIT = 2**32
