"""Chat templates that a daemon does not render itself (`pip install neurond[chat]`).

A daemon renders the templates that it recognises (`model.info.chat_family`): give it the messages
as a prompt. For any other, the model's directory holds a Jinja program, which is run here in
Jinja's sandbox.

>>> (folder / "tokenizer_config.json").write_text('''{"chat_template":
...     "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"}''') > 0
True
>>> neurond.chat.render(folder, [{"role": "user", "content": "7 + 5?"}]).source
'<user>7 + 5?<assistant>'
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from ._core import limits
from .errors import BadArgument
from .prompts import Prompt

__all__ = ["render", "template"]


def template(directory: str | Path, name: str = "default") -> str:
    """The Jinja text of a model directory: `chat_template.jinja`, or of `tokenizer_config.json`.

    >>> neurond.chat.template(bundled)
    Traceback (most recent call last):
    neurond.errors.BadArgument: ... has no chat template ...
    """
    folder = Path(directory)
    if (file := folder / "chat_template.jinja").exists():
        return _read(file)
    if (file := folder / "tokenizer_config.json").exists():
        found = json.loads(_read(file)).get("chat_template")
        if isinstance(found, list):
            found = {entry["name"]: entry["template"] for entry in found}.get(name)
        if isinstance(found, str):
            return found
    raise BadArgument(f"{folder} has no chat template {name!r}: neither chat_template.jinja nor "
                      "'chat_template' in tokenizer_config.json")


def render(directory: str | Path, messages: Sequence[Mapping[str, Any]], *,
           generation_prompt: bool = True, name: str = "default", **variables: Any) -> Prompt:
    """A conversation as the model's own template writes it.

    Special tokens are those that the text spells, so a message that spells one becomes one too;
    and none are added, since templates write their own.

    >>> (folder / "chat_template.jinja").write_text("{{ bos_token }}{{ messages[0].content }}") > 0
    True
    >>> neurond.chat.render(folder, [{"role": "user", "content": "hi"}]).special
    False
    """
    try:
        from jinja2 import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError:
        raise BadArgument("chat templates need Jinja: pip install 'neurond[chat]'") from None

    def raise_exception(text: str) -> NoReturn:
        raise BadArgument(f"the chat template refuses this conversation: {text}")

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    given = {**_special_tokens(Path(directory)), **variables}
    try:
        text = environment.from_string(template(directory, name)).render(
            messages=list(messages), add_generation_prompt=generation_prompt, **given)
    except TemplateError as error:
        raise BadArgument(f"the chat template of {directory} fails: {error}") from error
    return Prompt(text, special=False)


def _special_tokens(directory: Path) -> dict[str, str]:
    """`bos_token` and the like, which templates write."""
    file = directory / "tokenizer_config.json"
    config = json.loads(_read(file)) if file.exists() else {}
    found = {}
    for key, value in config.items():
        content = value.get("content") if isinstance(value, dict) else value
        if key.endswith("_token") and isinstance(content, str):
            found[key] = content
    return found


def _to_json(value: Any, ensure_ascii: bool = False, indent: int | None = None) -> str:
    """JSON without Jinja's escapes for HTML."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)


def _read(file: Path) -> str:
    if file.stat().st_size > limits.TEMPLATE_FILE_BYTES:
        raise BadArgument(f"{file} has more than {limits.TEMPLATE_FILE_BYTES} bytes")
    return file.read_text(encoding="utf-8")
