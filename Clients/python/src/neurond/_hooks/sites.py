"""Names of sites: canonical ones, and those of other tools, as the daemon lists them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from ..v1 import service_pb2
from . import indices
from .indices import Ranges


class SiteWarning(UserWarning):
    """A name of another tool whose tensor differs from the site's in some models.

    >>> issubclass(neurond.SiteWarning, UserWarning)
    True
    """


# Docs/hooks.md marks these: raw outputs of modules, or a norm before its gain.
_NOTED = {
    "blocks.{L}.attn.hook_out", "model.layers.{L}.self_attn", "model.layers.{L}.self_attn.output",
    "attn_out.{L}", "attention_output", "attention_output.{L}", "attentions_output[{L}]",
    "model.layers.{L}.post_attention_layernorm.input", "blocks.{L}.mlp.hook_out",
    "model.layers.{L}.mlp", "model.layers.{L}.mlp.output", "mlp_out.{L}", "mlp_output",
    "mlp_output.{L}", "mlps_output[{L}]", "ffn_out-{L}", "ln_final.hook_normalized",
    "gpt_neox.layers.{L}.post_attention_layernorm.input",
}


@dataclass(frozen=True)
class Site:
    """One place of the forward pass, in all layers that have it."""

    name: str
    is_layered: bool
    row_shape: str
    unit: str
    aliases: tuple[str, ...]

    @property
    def transformer_lens(self) -> str:
        """TransformerLens' name, with ``{L}`` for the layer."""
        return self.aliases[0] if self.aliases else self.name

    def named(self, layer: int | None) -> str:
        """The canonical name in a layer."""
        return self.name if layer is None else f"{self.name}.{layer}"

    def named_for_lens(self, layer: int | None) -> str:
        """TransformerLens' name in a layer."""
        return self.transformer_lens.replace("{L}", str(layer))


@dataclass(frozen=True)
class Place:
    """A site in some layers; None for all of them."""

    site: str
    layers: Ranges | None


class SiteTable:
    """What every name means to one daemon."""

    def __init__(self, infos: Iterable[service_pb2.SiteInfo]) -> None:
        self.sites: dict[str, Site] = {}
        self._exact: dict[str, tuple[str, str]] = {}
        self._layered: list[tuple[re.Pattern[str], str, str]] = []
        for info in infos:
            self._add(info)

    def _add(self, info: service_pb2.SiteInfo) -> None:
        name = info.name.removesuffix(".L")
        site = Site(name, name != info.name, info.row_shape, info.unit, tuple(info.aliases))
        self.sites[name] = site
        for alias in (name, *([f"{name}.{{L}}"] if site.is_layered else []), *info.aliases):
            if "{L}" in alias:
                before, after = map(re.escape, alias.split("{L}"))
                pattern = re.compile(f"{before}({indices.PATTERN}){after}")
                self._layered.append((pattern, name, alias))
            else:
                self._exact[alias] = (name, alias)

    def find(self, text: str) -> Place | None:
        """The place of a name; None where no site has it, which the daemon then explains.

        >>> table = SiteTable([service_pb2.SiteInfo(name="mlp.act.L",
        ...     aliases=["blocks.{L}.mlp.hook_post"])])
        >>> table.find("blocks.0-2.mlp.hook_post")
        Place(site='mlp.act', layers=((0, 2),))
        """
        text = re.sub(r"[ .](input|output)$", r".\1", text.strip())
        if text in self._exact:
            name, alias = self._exact[text]
            _note(alias, name, text)
            return Place(name, None)
        for pattern, name, alias in self._layered:
            if match := pattern.fullmatch(text):
                _note(alias, name, text)
                return Place(name, indices.parse(match[1]))
        return None


def _note(alias: str, name: str, text: str) -> None:
    if alias in _NOTED:
        warnings.warn(
            f"{text} is read as {name}: in some models the two differ (Docs/hooks.md)",
            SiteWarning, stacklevel=2)
