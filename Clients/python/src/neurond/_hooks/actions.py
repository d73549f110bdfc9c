"""Actions: what is done to the values of a site, as small frozen values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..errors import BadArgument
from . import indices, positions
from .indices import Ranges
from .neurons import NeuronSet
from .positions import At, Clause
from .targets import StoredObject, TargetLike, flatten
from .values import Value, ValueLike, number, value

__all__ = ["Action", "add", "clamp", "keep_only", "mean", "noise", "patch", "scale", "set",
           "value_noise", "zero"]


@dataclass(frozen=True)
class Action:
    """One action; made by `zero`, `scale` and the others of this module.

    Actions apply in the order in which a plan lists them. The target may be left out where it is
    said elsewhere, as in ``run_with_hooks(fwd_hooks=[("L3N7", zero())])``.

    >>> neurond.zero("L21N7027") == neurond.zero("L21N7027")
    True
    """

    kind: str
    target: tuple[str | NeuronSet | StoredObject, ...] = ()
    units: Ranges | None = None
    at: tuple[Clause, ...] = ()
    arguments: tuple[Value | int | bool | Ranges | StoredObject | None, ...] = ()

    def on(self, target: TargetLike) -> Action:
        """The same action on a target.

        >>> neurond.zero().on("L3N7") == neurond.zero("L3N7")
        True
        """
        if self.target:
            raise BadArgument(f"this {self.kind} has a target already")
        return replace(self, target=flatten(target))


def _action(kind: str, target: TargetLike | None, neurons: TargetLike | None,
            units: Iterable[int] | None, at: At,
            *arguments: Value | int | bool | Ranges | StoredObject | None) -> Action:
    if target is not None and neurons is not None:
        raise BadArgument(f"{kind} takes a target or neurons=, not both")
    chosen = target if target is not None else neurons
    parts = () if chosen is None else flatten(chosen)
    return Action(kind, parts, None if units is None else indices.of(units), positions.parse(at),
                  arguments)


def zero(target: TargetLike | None = None, *, neurons: TargetLike | None = None,
         units: Iterable[int] | None = None, at: At = None) -> Action:
    """Sets the selected elements to zero.

    >>> model.generate("12 + 7 = ", max_tokens=2, hooks=neurond.zero("L0H1")).text != "19"
    True
    """
    return _action("zero", target, neurons, units, at)


def scale(factor: float, target: TargetLike | None = None, *, neurons: TargetLike | None = None,
          units: Iterable[int] | None = None, at: At = None) -> Action:
    """Multiplies the selected elements.

    >>> neurond.scale(1.1, neurons=neurond.NeuronSet(["L6N180"])).kind
    'scale'
    """
    return _action("scale", target, neurons, units, at, number(factor, "scale"))


def set(given: ValueLike, target: TargetLike | None = None, *,
        neurons: TargetLike | None = None, units: Iterable[int] | None = None,
        at: At = None) -> Action:
    """Replaces the selected elements: by a number, or by a vector with one number for each.

    >>> neurond.set([0.25, -0.001], "L3N5,9").arguments
    ((0.25, -0.001),)
    """
    return _action("set", target, neurons, units, at, value(given, "set"))


def add(given: ValueLike, target: TargetLike | None = None, *, neurons: TargetLike | None = None,
        units: Iterable[int] | None = None, at: At = None) -> Action:
    """Adds a number or a vector, such as a direction of the residual stream.

    >>> neurond.add(np.zeros(256), "resid_post.3", at="last").kind
    'add'
    """
    return _action("add", target, neurons, units, at, value(given, "add"))


def clamp(low: float, high: float, target: TargetLike | None = None, *,
          neurons: TargetLike | None = None, units: Iterable[int] | None = None,
          at: At = None) -> Action:
    """Limits the selected elements to low … high.

    >>> neurond.clamp(-1, 1, "L3N*").arguments
    (-1.0, 1.0)
    """
    if low > high:
        raise BadArgument(f"clamp takes low and high in this order, not {low} and {high}")
    return _action("clamp", target, neurons, units, at, number(low, "clamp"), number(high, "clamp"))


def noise(std: float, target: TargetLike | None = None, *, mean: float = 0.0, seed: int = 0,
          relative: bool = False, neurons: TargetLike | None = None,
          units: Iterable[int] | None = None, at: At = None) -> Action:
    """Adds normal noise, a function of seed, site, position and unit alone.

    With `relative`, mean and std are multiples of the unit's root mean square.

    >>> neurond.noise(0.1, "L3N*", seed=7).arguments
    (0.0, 0.1, 7, False)
    """
    return _action("noise", target, neurons, units, at, *_noise(mean, std, seed, relative))


def value_noise(std: float, target: TargetLike | None = None, *, mean: float = 0.0, seed: int = 0,
                relative: bool = False, neurons: TargetLike | None = None,
                units: Iterable[int] | None = None, at: At = None) -> Action:
    """Perturbs value vectors of neurons: adds Σ m·e to the MLP's output.

    >>> neurond.value_noise(1, "L21N7027", seed=1).kind
    'value_noise'
    """
    return _action("value_noise", target, neurons, units, at, *_noise(mean, std, seed, relative))


def mean(table: StoredObject | str, target: TargetLike | None = None, *,
         neurons: TargetLike | None = None, units: Iterable[int] | None = None,
         at: At = None) -> Action:
    """Replaces the selected elements by those of a stored table of means.

    >>> table = model.run_with_cache("12 + 7 = ", names_filter="mlp.act.3")[1].mean_table()
    >>> with model.put(table) as stored:
    ...     answer = model.forward("3 + 4 = ", hooks=neurond.mean(stored, "L3N*"))
    """
    return _action("mean", target, neurons, units, at, _stored(table))


def patch(source: StoredObject | str, target: TargetLike | None = None, *,
          neurons: TargetLike | None = None, units: Iterable[int] | None = None,
          at: At = None) -> Action:
    """Replaces the selected elements by stored activations of the same positions.

    >>> clean = model.run_with_cache("12 + 7 = ", names_filter="resid_mid.4")[1]
    >>> with model.put(clean) as stored:
    ...     answer = model.forward("31 + 5 = ", hooks=neurond.patch(stored, "resid_mid.4"))
    """
    return _action("patch", target, neurons, units, at, _stored(source))


def keep_only(target: TargetLike | None = None, *, within: str | Iterable[int] | None = None,
              neurons: TargetLike | None = None, at: At = None) -> Action:
    """Zeroes every unit of the target's sites that is not selected, in the layers `within`.

    >>> neurond.keep_only("L3N1,5 L4N*", within="0-7").arguments
    (((0, 7),),)
    """
    layers = indices.parse(within) if isinstance(within, str) else (
        None if within is None else indices.of(within))
    return _action("keep_only", target, neurons, None, at, layers)


def _noise(mean: float, std: float, seed: int, relative: bool) -> tuple[float, float, int, bool]:
    if not 0 <= seed < 2**64:
        raise BadArgument(f"a seed is a number from 0 to 2^64 - 1, not {seed}")
    if std < 0:
        raise BadArgument(f"a standard deviation is not negative, as {std} is")
    return number(mean, "noise"), number(std, "noise"), seed, relative


def _stored(given: StoredObject | str) -> StoredObject:
    return StoredObject.parse(given) if isinstance(given, str) else given
