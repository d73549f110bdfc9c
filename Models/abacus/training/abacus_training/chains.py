"""Right and wrong chains of reasoning: how many there are when answers are sampled."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import markdown, styles
from .datafiles import STEP_COUNTS, Case, read_file
from .engine import Engine

TEMPERATURES = (0.0, 0.7, 1.0)
LONGEST_CHAIN = 130
REQUESTS_AT_ONCE = 8


def chain_table(engine: Engine, data: Path) -> str:
    """Accuracy on the problems for contrast, by number of steps and temperature.

    Each problem is answered once, with its place in the file as the seed.
    """
    cases = read_file(data / "problems-train.jsonl")
    lengths = {"all": cases} | {
        f"{count} step{'s' * (count > 1)}": [
            case for case in cases if case["tags"]["steps"] == str(count)
        ]
        for count in STEP_COUNTS
    }
    right = {temperature: _right(engine, cases, temperature) for temperature in TEMPERATURES}
    rows = []
    for name, chosen in lengths.items():
        ids = {case["id"] for case in chosen}
        shares = [len(ids & right[temperature]) / len(ids) for temperature in TEMPERATURES]
        rows.append([name, *map(markdown.percent, shares)])
    titles = ["greedy" if not heat else f"temperature {heat:g}" for heat in TEMPERATURES]
    return markdown.table(["problems for contrast", *titles], rows)


def _right(engine: Engine, cases: list[Case], temperature: float) -> set[str]:
    """The ids of the cases whose chain ends in the right answer."""

    def is_right(numbered: tuple[int, Case]) -> bool:
        seed, case = numbered
        text = engine.generate(case["prompt"], LONGEST_CHAIN, temperature, seed)
        return styles.parse_answer(text) == int(case["answer"])

    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
        found = list(pool.map(is_right, enumerate(cases)))
    return {case["id"] for case, right in zip(cases, found, strict=True) if right}
