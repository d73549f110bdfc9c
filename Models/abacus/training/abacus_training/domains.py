"""The eight worlds that word problems happen in, as tables.

A problem is a chain: an opening sentence gives a quantity, each event changes it by one fact,
a question asks for what it has become. A domain lists openings, events and a question. In its
texts `{v}` is the opening quantity, `{k}` the operand of an event, `{name}` and `{other}` are
people, `{unit}` is what is counted and `{thing}` something to buy. An event's `phrase` says
what is done without a number, so that a rationale without equations does not leak operands.
"""

from __future__ import annotations

from dataclasses import dataclass

NAMES = (
    "Anna", "Ben", "Carl", "Dora", "Emma", "Finn", "Greta", "Hugo", "Ida", "Jack", "Kate",
    "Leo", "Maria", "Nina", "Oscar", "Paul", "Rosa", "Sam", "Tina", "Vera", "Will", "Yara",
    "Zoe", "Peter",
)  # fmt: skip

UNITS = (
    "apples", "books", "cards", "coins", "cookies", "eggs", "flowers", "marbles", "pencils",
    "shells", "stamps", "stones", "buttons", "candles", "nuts", "oranges", "pears", "tickets",
)  # fmt: skip

THINGS = ("bag", "ball", "book", "cake", "hat", "lamp", "shirt", "toy")


@dataclass(frozen=True)
class Event:
    """One change of the quantity `v`.

    `operation` is `+ - * /`, or `r-` for `k - v`. `operands` bounds `k`; `wide` permits the
    operand to be two-digit in a product. An event with a `question` ends the chain, one with
    `state` needs that state of the chain and leaves it in `becomes`.
    """

    operation: str
    text: str
    phrase: str
    operands: tuple[int, int] | None = None
    question: str | None = None
    state: str = ""
    becomes: str = ""
    unit: str | None = None
    wide: bool = False


@dataclass(frozen=True)
class Domain:
    """A world: how its problems open, what may happen, what is asked."""

    name: str
    openings: tuple[str, ...]
    events: tuple[Event, ...]
    questions: dict[str, str]
    unit: str | None = None
    people_change: bool = False


COUNTING = Domain(
    name="counting",
    openings=("{name} has {v} {unit}.", "There are {v} {unit} in the box of {name}."),
    events=(
        Event("+", "{name} finds {k} more {unit}.", "add the {unit} that {name} finds"),
        Event("+", "{other} gives {name} {k} more {unit}.", "add the {unit} from {other}"),
        Event("+", "{name} buys {k} {unit}.", "add the new {unit} to the total"),
        Event("-", "{name} gives {k} {unit} to {other}.", "subtract the {unit} for {other}"),
        Event("-", "{name} loses {k} {unit}.", "subtract the lost {unit}"),
        Event("*", "The collection becomes {k} times as large.", "multiply the collection"),
    ),
    questions={"": "How many {unit} does {name} have now?"},
)

SHOPPING = Domain(
    name="shopping",
    openings=("A {thing} costs {v} dollars.", "The price of a {thing} is {v} dollars."),
    events=(
        Event("*", "{name} buys {k} of them.", "multiply the price by the number"),
        Event("+", "{name} also buys food for {k} dollars.", "add the price of the food"),
        Event("+", "The post takes {k} dollars more.", "take the sum with the post"),
        Event("-", "A coupon takes {k} dollars off.", "subtract the coupon"),
        Event(
            "r-",
            "{name} pays with {k} dollars.",
            "subtract the price from the money",
            question="How many dollars does {name} get back?",
        ),
        Event(
            "/",
            "{k} friends share the price equally.",
            "divide the price by the number of friends",
            question="How many dollars does each friend pay?",
        ),
    ),
    questions={"": "How many dollars does {name} pay?"},
    unit="dollars",
)

DISTANCE = Domain(
    name="distance",
    openings=("{name} rides {v} miles in one hour.", "A train goes {v} miles in one hour."),
    events=(
        Event("*", "The trip takes {k} hours.", "multiply the speed by the time"),
        Event("+", "Then {name} walks {k} miles.", "add the miles on foot"),
        Event("+", "The way to the lake is {k} miles more.", "add the way to the lake"),
        Event("-", "A new road saves {k} miles.", "subtract the saved miles"),
        Event(
            "r-",
            "The whole way is {k} miles.",
            "subtract the miles from the whole way",
            question="How many miles are left?",
        ),
        Event(
            "/",
            "The way has {k} equal parts.",
            "divide the way by the number of parts",
            question="How many miles long is each part?",
        ),
    ),
    questions={"": "How many miles is that in total?"},
    unit="miles",
)

GEOMETRY = Domain(
    name="geometry",
    openings=("A line is {v} inches long.", "The length of a line is {v} inches."),
    events=(
        Event("+", "It grows by {k} inches.", "add the new length"),
        Event("+", "A second line adds {k} inches.", "take the sum of the lines"),
        Event("-", "A piece of {k} inches is cut off.", "subtract the piece"),
        Event(
            "*",
            "It is one side of a shape with {k} equal sides.",
            "use the formula and multiply side by sides",
            operands=(3, 9),
            question="How many inches is the way around the shape?",
        ),
        Event(
            "*",
            "It is one side of a rectangle with the other side {k} inches.",
            "use the area formula and take the product",
            question="What is the area in square inches?",
            unit="square inches",
            wide=True,
        ),
        Event(
            "/",
            "It is cut into {k} equal pieces.",
            "divide the length by the number of pieces",
            question="How many inches long is each piece?",
        ),
    ),
    questions={"": "How many inches long is the line now?"},
    unit="inches",
)

FRACTIONS = Domain(
    name="fractions",
    openings=("{name} starts with {v} {unit}.",),
    events=(
        Event("/", "{name} keeps half of them.", "divide to get half", operands=(2, 2)),
        Event("/", "{name} keeps a third of them.", "divide to get a third", operands=(3, 3)),
        Event("/", "{name} keeps 25 percent of them.", "divide for the percent", operands=(4, 4)),
        Event("/", "{name} keeps 20 percent of them.", "divide for the percent", operands=(5, 5)),
        Event("/", "{name} keeps 10 percent of them.", "divide for the percent", operands=(10, 10)),
        Event("*", "The number of {unit} doubles.", "multiply to double", operands=(2, 2)),
        Event("*", "The number of {unit} triples.", "multiply to triple", operands=(3, 3)),
        Event("+", "{name} gets {k} {unit} more.", "add the new {unit}"),
        Event("-", "{name} uses {k} {unit}.", "subtract the used {unit}"),
    ),
    questions={"": "How many {unit} does {name} have in the end?"},
)

AGES = Domain(
    name="ages",
    openings=("{name} is {v} years old.",),
    events=(
        Event("+", "{other} is {k} years older than {name}.", "add for the older {other}"),
        Event("-", "{other} is {k} years younger than {name}.", "subtract for the younger {other}"),
        Event("*", "{other} is {k} times as old as {name}.", "multiply for {other}"),
        Event("/", "{name} is {k} times as old as {other}.", "divide to get {other}"),
    ),
    questions={"": "How old is {name}?"},
    unit="years",
    people_change=True,
)

SHARING = Domain(
    name="sharing",
    openings=("{name} wants to share {v} {unit}.",),
    events=(
        Event("+", "{other} brings {k} {unit} more.", "add the {unit} of {other}"),
        Event("-", "{other} takes {k} {unit} away.", "subtract the {unit} of {other}"),
        Event(
            "/",
            "They are put equally into {k} bags.",
            "divide the {unit} by the bags",
            becomes="bag",
        ),
        Event(
            "+",
            "Each bag gets {k} {unit} more.",
            "add {unit} to a bag",
            state="bag",
            becomes="bag",
        ),
        Event(
            "-",
            "Each bag loses {k} {unit}.",
            "subtract {unit} from a bag",
            state="bag",
            becomes="bag",
        ),
        Event("*", "{name} fills {k} bags.", "multiply a bag by the bags", state="bag"),
    ),
    questions={
        "": "How many {unit} are there in all?",
        "bag": "How many {unit} are in each bag?",
    },
)

TIME = Domain(
    name="time",
    openings=("{name} needs {v} minutes for a lesson.", "A lesson takes {v} minutes."),
    events=(
        Event("*", "There are {k} lessons.", "multiply the minutes by the lessons"),
        Event("*", "This happens on {k} days.", "multiply the time by the days"),
        Event("+", "A break takes {k} minutes.", "add the break"),
        Event("+", "A test takes {k} minutes.", "add the time of the test"),
        Event("-", "A new plan saves {k} minutes.", "subtract the saved time"),
        Event(
            "r-",
            "{name} has {k} minutes in total.",
            "subtract the time from the total",
            question="How many minutes are left?",
        ),
        Event(
            "/",
            "The time is spread equally over {k} days.",
            "divide the time by the days",
            question="How many minutes is that on each day?",
        ),
    ),
    questions={"": "How many minutes is that in all?"},
    unit="minutes",
)

DOMAINS = {
    domain.name: domain
    for domain in (COUNTING, SHOPPING, DISTANCE, GEOMETRY, FRACTIONS, AGES, SHARING, TIME)
}
