"""The hook language: its examples, its names, its masks, and plans that are the command line's."""

from __future__ import annotations

import json
import re
import subprocess
import warnings

import numpy as np
import pytest

import neurond
from neurond import add, clamp, keep_only, noise, scale, value_noise, zero
from neurond._calls.caching import bound
from neurond._hooks import indices, plan, positions

from .support import PROGRAMS, REPOSITORY, Daemon

DOCUMENT = (REPOSITORY / "Docs/hooks.md").read_text()


def fenced(kind: str) -> list[str]:
    blocks = re.findall(rf"^```{kind}\n(.*?)^```$", DOCUMENT, re.M | re.S)
    assert blocks
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("line", [line for line in fenced("hooks") if not line.startswith("#")])
def test_examples_of_the_documentation_are_read(line: str, model: neurond.Model) -> None:
    done, read = neurond.parse(line)
    assert len(done) + len(read) == 1
    message = model._context.message(done, read)
    assert message and message.ByteSize() > 0


@pytest.mark.parametrize("line", fenced("refused"))
def test_what_the_documentation_refuses_is_refused(line: str, model: neurond.Model) -> None:
    with pytest.raises(neurond.NeurondError):
        done, read = neurond.parse(line)
        model.explain("12 + 7 = ", hooks=done, captures=read)


SPELLINGS: list[tuple[str, list[neurond.Action], list[neurond.Capture]]] = [
    ("zero L5N454", [zero("L5N454")], []),
    ("scale -0.5 L0-7N*", [scale(-0.5, "L0-7N*")], []),
    ("set [0.25,-1e-3] L3N5,9", [neurond.set([0.25, -1e-3], "L3N5,9")], []),
    ("add 2 mlp.gate.3[1,5,9] attn.k.0-3[0]", [add(2, "mlp.gate.3[1,5,9] attn.k.0-3[0]")], []),
    ("clamp -1 1 L3N* at 0,3,-1", [clamp(-1, 1, "L3N*", at=[0, 3, -1])], []),
    ("noise 0 0.1 7 L3N* at 4:7", [noise(0.1, "L3N*", seed=7, at=slice(4, 7))], []),
    ("noise mean=0 std=0.5 seed=18446744073709551615 relative attn.z.3[0]",
     [noise(0.5, "L3H0", seed=2**64 - 1, relative=True)], []),
    ("value-noise -1 1 1 L6N180", [value_noise(1, "L6N180", mean=-1, seed=1)], []),
    ("keep-only L3N1,5 L4N* in 0-7", [keep_only("L3N1,5 L4N*", within=range(8))], []),
    ("zero L5N154,454 L6N180", [zero(neurons=neurond.NeuronSet(["L6N180", "L5N454,154"]))], []),
    ("zero blocks.0-2.attn.hook_z at prompt", [zero("attn.z.0-2", at="prompt")], []),
    ("zero mlp.act.3[5]", list(bound([("blocks.3.mlp.hook_post", zero(units=[5]))])), []),
    ("capture L3N* mean_abs pre", [], [neurond.capture("L3N*", "mean_abs", before_actions=True)]),
    ("capture resid_post.* norm at last", [],
     [neurond.capture("resid_post", "norm", at="last")]),
    ("capture logits logprob(13,28) at -2:", [],
     [neurond.capture("logits", "logprob(13,28)", at=slice(-2, None))]),
    ("capture L3N1,2 dot([1,-1])", [], [neurond.capture("L3N1,2", neurond.dot([1, -1]))]),
    ("capture L3N* top_k(20,abs)", [], [neurond.capture("L3N*", "top_k(20,abs)")]),
    ("capture model.layers.3.mlp.up_proj f16", [], [neurond.capture("mlp.up.3", half=True)]),
    ("capture L3N1,5,9 count>0.5 at tokens(25,7)", [],
     [neurond.capture("L3N*", "count>0.5", units=[1, 5, 9], at="tokens(25,7)")]),
]


@pytest.mark.parametrize(("text", "done", "read"), SPELLINGS, ids=[entry[0] for entry in SPELLINGS])
def test_every_spelling_is_the_same_plan(
        text: str, done: list[neurond.Action], read: list[neurond.Capture],
        model: neurond.Model, daemon: Daemon) -> None:
    """Values, text, and the command line of the daemon: one hash."""
    values = model.explain("12 + 7 = ", hooks=done, captures=read).reply.items[0].plan_hash
    parsed = neurond.parse(text)
    spelled = model.explain("12 + 7 = ", hooks=parsed[0], captures=parsed[1]).reply.items[0]
    option, _, rest = text.partition(" ") if read else ("hook", "", text)
    answer = subprocess.run(
        [PROGRAMS / "neuronctl", "explain", "forward", "12 + 7 = ", f"--{option}={rest}", "--json",
         "--address", daemon.address], capture_output=True, text=True, check=True)
    assert values == spelled.plan_hash == find(json.loads(answer.stdout), "plan_hash")


def find(value: object, key: str) -> object:
    """The first member of this name in nested JSON."""
    members = value.items() if isinstance(value, dict) else enumerate(value) \
        if isinstance(value, list) else ()
    for name, inner in members:
        if name == key:
            return inner
        if (found := find(inner, key)) is not None:
            return found
    return None


def test_aliases_name_what_the_daemon_says(model: neurond.Model) -> None:
    """Every alias of every site is read as that site."""
    table = model._context.table
    count = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", neurond.SiteWarning)
        for site in table.sites.values():
            for alias in site.aliases:
                place = table.find(alias.replace("{L}", "3"))
                assert place and place.site == site.name, alias
                assert place.layers == (((3, 3),) if "{L}" in alias else None), alias
                count += 1
    assert count > 60


@pytest.mark.parametrize("name", ["blocks.3.mlp.hook_out", "ln_final.hook_normalized",
                                  "model.layers.3.self_attn", "ffn_out-3"])
def test_names_that_differ_in_some_models_warn(name: str, model: neurond.Model) -> None:
    with pytest.warns(neurond.SiteWarning, match="is read as"):
        model.explain("7 = ", captures=name)


def test_masks_decode_to_what_they_were_made_of() -> None:
    source = np.random.default_rng(7)
    for _ in range(200):
        universe = int(source.integers(1, 3000))
        chosen = source.choice(universe, int(source.integers(1, universe + 1)), replace=False)
        ranges = indices.of(chosen.tolist())
        assert decode(indices.mask(ranges)) == sorted(chosen.tolist())
        assert indices.parse(indices.spell(ranges)) == ranges


def test_the_smallest_form_of_a_mask_is_taken() -> None:
    assert indices.mask(((0, 9999),))[0] == 1
    assert indices.mask(indices.of([3, 5000, 9000]))[0] in (1, 2)
    assert indices.mask(indices.of(range(0, 3000, 2)))[0] == 3
    assert len(indices.mask(indices.of(range(0, 14336, 2)))) <= 14336 // 8 + 4


def decode(data: bytes) -> list[int]:
    """Reads a mask as Docs/hooks.md describes it."""
    position = 1

    def varint() -> int:
        nonlocal position
        number = shift = 0
        while True:
            byte = data[position]
            position += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number

    universe = varint()
    found: list[int] = []
    if data[0] == 3:
        return [index for index in range(universe)
                if data[position + index // 8] >> index % 8 & 1]
    end = 0
    for _ in range(varint()):
        start = end + varint()
        end = start + (varint() + 1 if data[0] == 1 else 1)
        found += range(start, end)
    assert position == len(data) and max(found) < universe
    return found


def test_plans_of_neuron_sets_of_another_model_are_refused(model: neurond.Model) -> None:
    other = neurond.NeuronSet(["L3N7"], model="sha256:" + "00" * 32)
    with pytest.raises(neurond.BadArgument, match="another model"):
        model.forward("7 = ", hooks=zero(other))
    same = neurond.NeuronSet(["L3N7"], model=f"sha256:{model.digest}")
    assert model.forward("7 = ", hooks=zero(same)).receipts[0].elements > 0


def test_a_stored_set_means_what_the_set_means(model: neurond.Model) -> None:
    found = neurond.NeuronSet(["L5N154,454", "L6N180"])
    with model.put(found) as stored:
        assert str(stored) == found.hash
        by_hash = model.forward("75 + 17 = 9", hooks=zero(stored), captures="logits at last")
    inline = model.forward("75 + 17 = 9", hooks=zero(found), captures="logits at last")
    assert np.array_equal(by_hash[0]["logits"].array, inline[0]["logits"].array)
    with pytest.raises(neurond.NotFound):
        model.forward("7 = ", hooks=zero(stored))


def test_actions_are_values_without_arguments_of_others() -> None:
    assert zero("L3N7", at=-1) == zero("L3N7", at=[-1]) != zero("L3N7")
    assert hash(scale(2, "L3N7")) == hash(scale(2.0, "L3N7"))
    assert positions.parse(slice(None, 4)) == positions.parse(":4")
    assert plan.actions("zero L3N7; zero L4N7") == (zero("L3N7"), zero("L4N7"))
