"""Requests built and answers assembled, without I/O and once for both clients.

A method is a *procedure*: a generator that yields calls and is sent their results. `Model` runs it
with blocking calls, `AsyncModel` with awaited ones.
"""
