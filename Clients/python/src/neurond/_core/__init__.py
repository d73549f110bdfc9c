"""The protocol without I/O: bytes in and events out, calls in and bytes out.

Nothing here opens a socket, reads a clock or starts a thread; the blocking and the asyncio client
both stand on it, and so do the tests with `Proto/vectors`. Read first: `connection.Connection`.
"""
