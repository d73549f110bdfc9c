"""A store of studies, made with the schema that the Swift sources state."""

from __future__ import annotations

import json
import re
import sqlite3
import struct
from pathlib import Path

import numpy as np

import neurond

from .support import REPOSITORY

SOURCES = REPOSITORY / "Sources/Studies/Store"


def schema() -> str:
    """The statements of `RunStore+Schema.swift`."""
    source = (SOURCES / "RunStore+Schema.swift").read_text()
    match = re.search(r'schema = """\n(.*?)"""', source, re.S)
    assert match
    return match[1]


def application() -> int:
    """The mark of `RunStore.swift`."""
    source = (SOURCES / "RunStore.swift").read_text()
    match = re.search(r"applicationID = (0x[0-9A-Fa-f_]+)", source)
    assert match
    return int(match[1].replace("_", ""), 16)


def table() -> bytes:
    columns = [{"name": "method", "kind": "text", "digits": 0},
               {"name": "accuracy", "kind": "number", "digits": 2}]
    sources = [{"label": "greedy", "items": [[0, 4], [7, 7]]}, {"label": "sums"}]
    rows = [{"cells": ["plain", 0.75], "sources": sources},
            {"cells": [{"integer": 3}, {"number": "nan"}], "sources": []}]
    return json.dumps({"name": "accuracy", "title": "Accuracy", "columns": columns, "rows": rows,
                       "note": ""}).encode()


def sums() -> bytes:
    """Two layers of three neurons: `mean_abs` is 0.5 everywhere, `positive` counts up."""
    half = struct.pack("<qq", -2**63, 0) * 6
    counts = b"".join(struct.pack("<qq", number, 0) for number in range(6))
    return struct.pack("<5Q", 4, 40, 2, 3, 2) + b"".join(
        struct.pack("<Q", len(name)) + name + data
        for name, data in ((b"mean_abs", half), (b"positive", counts)))


def make(path: Path) -> Path:
    """A store with one finished run and one that was cut off."""
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA application_id = {application()}")
    database.executescript(schema())
    for state in ("finished", "open"):
        database.execute(
            "INSERT INTO runs (study, configuration, configuration_hash, model, code_version, "
            "started, ended, state) VALUES ('differential', 'seed = 1', '00', '{\"name\": \"m\"}', "
            "'0.1.0', 1.5, 2.5, ?)", (state,))
    for key, form, value in ((b"a", "json", b'{"text": "19"}'), (b"b", "statistics-1", sums())):
        question = json.dumps({"prompt": "12 + 7 = "}).encode()
        database.execute("INSERT INTO items VALUES (?, 'differential', 'ask', ?, ?, ?, 1.0)",
                         (key, question, form, value))
        label = "greedy" if form == "json" else "sums"
        database.execute("INSERT INTO run_items VALUES (1, ?, 0, ?)", (label, key))
    tensor = struct.pack("<3Q", 2, 2, 3) + np.arange(6.0).tobytes()
    results = [("table", "accuracy", table()), ("tensor", "ratio", tensor),
               ("neurons", "selected", neurond.NeuronSet(["L6N180"]).to_json()),
               ("figure", "shape", b'{"name": "shape", "text": "###", "title": "", "sources": []}'),
               ("report", "report", b"# Report")]
    database.executemany("INSERT INTO results VALUES (1, ?, ?, ?, ?)",
                         [(place, *entry) for place, entry in enumerate(results)])
    database.commit()
    database.close()
    return path
