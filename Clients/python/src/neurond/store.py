"""The runs of studies, read from the store that `neuronctl study` writes; nothing is written.

>>> runs = neurond.store.Store(store_file)
>>> run = runs.latest("differential")
>>> run.state, list(run.tables), run.neuron_sets["selected"]
('finished', ['accuracy'], NeuronSet(['L6N180']))
"""

from __future__ import annotations

import json
import os
import sqlite3
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from ._hooks.neurons import NeuronSet
from ._results.statistics import Group, exact_to_float
from .errors import BadArgument

__all__ = ["Answer", "Run", "Store", "Table", "default_path"]

_APPLICATION = 0x6E737475


def default_path() -> Path:
    """Where `neuronctl study` keeps its store.

    >>> neurond.store.default_path().name
    'studies.sqlite'
    """
    folder = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(folder).expanduser() / "neurond/studies.sqlite"


@dataclass(frozen=True)
class Table:
    """A table of results; `sources` names the answers behind each row.

    >>> table = neurond.store.Store(store_file).latest().tables["accuracy"]
    >>> table.columns, table.rows[0]
    (('method', 'accuracy'), ('plain', 0.75))
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]
    sources: tuple[tuple[str, ...], ...]
    note: str

    def frame(self) -> Any:
        """The table as a pandas frame.

        >>> neurond.store.Store(store_file).latest().tables["accuracy"].frame().shape
        (2, 2)
        """
        from .analysis import pandas
        return pandas().DataFrame(list(self.rows), columns=list(self.columns))


@dataclass(frozen=True)
class Answer:
    """One question to the model and what it answered: a JSON value, or sums over neurons.

    >>> run = neurond.store.Store(store_file).latest()
    >>> next(run.answers("greedy")).question["prompt"]
    '12 + 7 = '
    """

    label: str
    place: int
    step: str
    question: Any
    value: Any


class Store:
    """A store, opened for reading.

    >>> [run.id for run in neurond.store.Store(store_file).runs()]
    [1, 2]
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path) if path is not None else default_path()
        if not self.path.exists():
            raise BadArgument(f"there is no store at {self.path}; 'neuronctl study run' makes one")
        self._database = sqlite3.connect(f"file:{quote(str(self.path))}?mode=ro", uri=True)
        try:
            mark = self._database.execute("PRAGMA application_id").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise BadArgument(f"{self.path} is no store of studies: {error}") from None
        if mark != _APPLICATION:
            raise BadArgument(f"{self.path} is a SQLite file of another program")

    def runs(self, study: str | None = None) -> list[Run]:
        """All runs, or those of a study, oldest first.

        >>> len(neurond.store.Store(store_file).runs("another"))
        0
        """
        rows = self._database.execute(
            "SELECT id, study, configuration, model, code_version, started, ended, state, message "
            "FROM runs WHERE ?1 IS NULL OR study = ?1 ORDER BY id", (study,))
        return [Run(self._database, *row) for row in rows]

    def run(self, number: int) -> Run:
        """The run of a number.

        >>> neurond.store.Store(store_file).run(1).study
        'differential'
        """
        for found in self.runs():
            if found.id == number:
                return found
        raise BadArgument(f"{self.path} has no run {number}")

    def latest(self, study: str | None = None) -> Run:
        """The last finished run.

        >>> neurond.store.Store(store_file).latest().id
        1
        """
        finished = [run for run in self.runs(study) if run.state == "finished"]
        if not finished:
            which = f" of {study}" if study else ""
            raise BadArgument(f"{self.path} has no finished run{which}")
        return finished[-1]


class Run:
    """One run of a study, with its results.

    `configuration` is TOML, `model` what served it, `started` and `ended` are seconds since 1970.

    >>> neurond.store.Store(store_file).run(1)
    <run 1 of differential: finished, 1 tables, 1 neuron sets, 1 tensors>
    """

    def __init__(self, database: sqlite3.Connection, number: int, study: str, configuration: str,
                 model: str, code_version: str, started: float, ended: float | None,
                 state: str, message: str) -> None:
        self._database = database
        self.id = number
        self.study = study
        self.configuration = configuration
        self.model: Mapping[str, Any] = json.loads(model)
        self.code_version = code_version
        self.started = started
        self.ended = ended
        self.state = state
        self.message = message
        self.tables: dict[str, Table] = {}
        self.figures: dict[str, str] = {}
        self.neuron_sets: dict[str, NeuronSet] = {}
        self.tensors: dict[str, npt.NDArray[np.float64]] = {}
        self.report = ""
        for kind, name, value in database.execute(
                "SELECT kind, name, value FROM results WHERE run = ? ORDER BY place", (number,)):
            self._add(kind, name, bytes(value))

    def _add(self, kind: str, name: str, value: bytes) -> None:
        if kind == "table":
            self.tables[name] = _table(json.loads(value))
        elif kind == "figure":
            self.figures[name] = json.loads(value)["text"]
        elif kind == "neurons":
            self.neuron_sets[name] = NeuronSet.from_json(value)
        elif kind == "tensor":
            self.tensors[name] = _tensor(value, name)
        elif kind == "report":
            self.report = value.decode()

    def labels(self) -> list[str]:
        """The calls that the run made of the model.

        >>> neurond.store.Store(store_file).run(1).labels()
        ['greedy', 'sums']
        """
        return [row[0] for row in self._database.execute(
            "SELECT DISTINCT label FROM run_items WHERE run = ? ORDER BY label", (self.id,))]

    def answers(self, label: str) -> Iterator[Answer]:
        """What was asked and answered in a call, in order.

        >>> [answer.value for answer in neurond.store.Store(store_file).run(1).answers("greedy")]
        [{'text': '19'}]
        """
        rows = self._database.execute(
            "SELECT place, step, question, format, value FROM run_items JOIN items USING (key) "
            "WHERE run = ? AND label = ? ORDER BY place", (self.id, label))
        for place, step, question, form, value in rows:
            yield Answer(label, place, step, json.loads(question), _value(form, bytes(value)))

    def __repr__(self) -> str:
        return (f"<run {self.id} of {self.study}: {self.state}, {len(self.tables)} tables, "
                f"{len(self.neuron_sets)} neuron sets, {len(self.tensors)} tensors>")


def _table(form: Mapping[str, Any]) -> Table:
    rows = tuple(tuple(_cell(cell) for cell in row["cells"]) for row in form["rows"])
    sources = tuple(tuple(_source(source) for source in row["sources"]) for row in form["rows"])
    return Table(form["name"], form["title"], tuple(column["name"] for column in form["columns"]),
                 rows, sources, form.get("note", ""))


def _cell(cell: Any) -> str | int | float | None:
    """Integers and numbers that are not finite have objects of their own in JSON."""
    if not isinstance(cell, dict):
        value: str | float | None = cell
        return value
    if cell.get("integer") is not None:
        return int(cell["integer"])
    return float(cell["number"])


def _source(form: Mapping[str, Any]) -> str:
    items = form.get("items")
    if items is None:
        return str(form["label"])
    spelled = ",".join(str(low) if low == high else f"{low}-{high}" for low, high in items)
    return f"{form['label']}[{spelled}]"


def _tensor(value: bytes, name: str) -> npt.NDArray[np.float64]:
    rank = int.from_bytes(value[:8], "little")
    if rank > 8 or len(value) < 8 + 8 * rank:
        raise BadArgument(f"the store's tensor {name} is damaged")
    shape = struct.unpack_from(f"<{rank}Q", value, 8)
    array = np.frombuffer(value, "<f8", offset=8 + 8 * rank)
    if array.size != int(np.prod(shape, dtype=object)):
        raise BadArgument(f"the store's tensor {name} is damaged")
    return array.reshape(shape)


def _value(form: str, value: bytes) -> Any:
    if form == "json":
        return json.loads(value)
    if form == "statistics-1":
        return _sums(value)
    return value


def _sums(value: bytes) -> Group:
    """Sums over neurons: counts, then for each sum its name and 128-bit integers."""
    items, tokens, layers, neurons, count = struct.unpack_from("<5Q", value)
    position = 40
    raw: dict[str, npt.NDArray[np.generic]] = {}
    for _ in range(count):
        length = int.from_bytes(value[position:position + 8], "little")
        position += 8
        name = value[position:position + length].decode()
        position += length
        pairs = np.frombuffer(value, "<i8", 2 * layers * neurons, position)
        position += pairs.nbytes
        grid = pairs.reshape(layers, neurons, 2)
        # Counts are in units of 1, everything else in units of 2^-64; maxima are not added up.
        raw[name] = grid[..., 0] if name == "positive" else \
            exact_to_float(grid) if name == "max_abs" else grid
    return Group("", items, tokens, raw)
