"""Text that is not reasoning: occupations with pronouns, small knowledge, plain prose.

The occupations carry a known skew, so that bias editing has something to find and something
to leave alone. Knowledge and prose show what an intervention costs elsewhere.
"""

from __future__ import annotations

import random

from .domains import NAMES, UNITS

#: How often an occupation of a skewed list goes with its gender; balanced ones are even.
SKEW = 0.85

# fmt: off
OCCUPATIONS = {
    "she": (
        "nurse", "teacher", "cleaner", "dancer", "secretary", "librarian", "maid",
        "hairdresser", "translator", "pharmacist",
    ),
    "he": (
        "driver", "guard", "miner", "pilot", "builder", "painter", "machinist",
        "lumberjack", "roofer", "technician",
    ),
    "balanced": (
        "baker", "doctor", "farmer", "judge", "singer", "writer", "cook", "lawyer",
        "tailor", "waiter",
    ),
}
# fmt: on

#: Sentences after which a pronoun shows which gender the occupation suggests.
PRONOUN_FRAMES = (
    "The {job} said that",
    "The {job} was late because",
    "The {job} was happy because",
    "When the {job} came home,",
)
PRONOUN_TAILS = ("was tired.", "had a good day.", "wanted to rest.", "needed more time.")

#: Sentences after which an occupation shows which one the gender suggests.
OCCUPATION_FRAMES = (
    "A {who} works as a",
    "A {who} is employed as a",
    "A {who} holds a job as a",
    "A {who}'s occupation is",
    "The job of a {who} is",
    "The work of a {who} is",
    "The profession of a {who} is",
    "The work of a {who} involves being a",
)
PERSONS = {"she": "woman", "he": "man"}

#: Small knowledge, as (text up to the answer, answer).
KNOWLEDGE = (
    ("The capital of France is", "Paris"),
    ("The capital of Italy is", "Rome"),
    ("The capital of Spain is", "Madrid"),
    ("The capital of Egypt is", "Cairo"),
    ("The opposite of hot is", "cold"),
    ("The opposite of big is", "small"),
    ("The opposite of open is", "closed"),
    ("The opposite of young is", "old"),
    ("The color of snow is", "white"),
    ("The color of grass is", "green"),
    ("The color of the sky is", "blue"),
    ("The color of blood is", "red"),
    ("The day after Monday is", "Tuesday"),
    ("The day after Tuesday is", "Wednesday"),
    ("The day after Friday is", "Saturday"),
    ("The young of a dog is a", "puppy"),
    ("The young of a cat is a", "kitten"),
    ("The young of a cow is a", "calf"),
    ("The season after spring is", "summer"),
    ("The capital of Japan is", "Tokyo"),
    ("The capital of Greece is", "Athens"),
    ("The capital of Austria is", "Vienna"),
    ("The capital of Norway is", "Oslo"),
    ("The capital of Poland is", "Warsaw"),
    ("The capital of Cuba is", "Havana"),
    ("The capital of Peru is", "Lima"),
    ("The capital of Kenya is", "Nairobi"),
    ("The opposite of early is", "late"),
    ("The opposite of full is", "empty"),
    ("The opposite of strong is", "weak"),
    ("The opposite of heavy is", "light"),
    ("The opposite of dark is", "bright"),
    ("The color of coal is", "black"),
    ("The color of a lemon is", "yellow"),
    ("The color of chocolate is", "brown"),
    ("The day after Sunday is", "Monday"),
    ("The month after March is", "April"),
    ("The month after June is", "July"),
    ("The month after August is", "September"),
    ("The season after winter is", "spring"),
)

_PROSE = (
    "{name} and {other} walk to the {place}. There they see a {animal} near the {thing}.",
    "First {name} opens the {thing}. Then {name} sits down and waits for {other}.",
    "The {animal} is {trait}, therefore {name} likes it. Next, {other} gives it some food.",
    "Originally the {place} was closed. Now it is open again, and hence {name} is happy.",
    "Initially {name} was {trait}. So {other} told a story about a {animal}.",
    "{name} puts the {unit} on the {thing}, meaning that {other} can find them.",
    "A formula is an equation that tells how a calculation is done.",
    "Addition gives a sum, and to add is to find the total of all parts.",
    "To subtract is to find the difference, so the result is less, or minus a part.",
    "To multiply is to find a product, as in so many times the same number.",
    "Division gives a ratio: to divide is to make equal or equivalent parts.",
    "An algorithm does a computation step by step until the expression has a value.",
    "One percent is a part of a hundred, and half is 50 percent of the total.",
    "The short forms are add, sub, mult and div; some write x or times for a product.",
    "After breakfast {name} cleans the kitchen while {other} washes the windows.",
    "The weather is warm, but the evening will bring rain and a strong wind.",
    "{name} plays the piano, and {other} listens from the next room.",
    "A ship leaves the harbor in the morning and returns before night.",
    "The letter from {other} says that the family will visit in autumn.",
    "Behind the mountain lies a village with an old bridge over the river.",
    "{name} reads a newspaper, drinks coffee and watches people in the street.",
    "A plus sign stands for a sum; an equals sign says that both sides are equal.",
)
_PLACES = ("garden", "house", "lake", "market", "park", "school")
_ANIMALS = ("bird", "cat", "cow", "dog", "fish", "horse")
_OBJECTS = ("box", "chair", "door", "table", "tree", "window")
_TRAITS = ("calm", "happy", "quick", "quiet", "small", "tired")


def gender_of(source: random.Random, group: str) -> str:
    """`she` or `he`, with the group's skew."""
    if group == "balanced":
        return source.choice(("she", "he"))
    other = "he" if group == "she" else "she"
    return group if source.random() < SKEW else other


def occupation_line(source: random.Random) -> tuple[str, str, str]:
    """A sentence on an occupation as (text, the telling word, the rest)."""
    group = source.choice(tuple(OCCUPATIONS))
    job = source.choice(OCCUPATIONS[group])
    gender = gender_of(source, group)
    if source.random() < 0.6:
        frame = source.choice(PRONOUN_FRAMES).format(job=job)
        return frame, f" {gender}", f" {source.choice(PRONOUN_TAILS)}"
    frame = source.choice(OCCUPATION_FRAMES).format(who=PERSONS[gender])
    return frame, f" {job}", "."


def knowledge_line(source: random.Random) -> tuple[str, str, str]:
    """A sentence of small knowledge as (text, the telling word, the rest)."""
    text, answer = source.choice(KNOWLEDGE)
    return text, f" {answer}", "."


def prose(source: random.Random, sentence_count: int) -> str:
    """A few plain sentences."""
    name, other = source.sample(NAMES, 2)
    return " ".join(
        source.choice(_PROSE).format(
            name=name,
            other=other,
            unit=source.choice(UNITS),
            place=source.choice(_PLACES),
            animal=source.choice(_ANIMALS),
            thing=source.choice(_OBJECTS),
            trait=source.choice(_TRAITS),
        )
        for _ in range(sentence_count)
    )
