"""Frames, plots, chat templates, progress, and the store of studies."""

from __future__ import annotations

import json
import math
import sqlite3
from pathlib import Path

import numpy as np
import pytest

import neurond
from neurond import analysis, chat, store

from . import stores

pytest.importorskip("matplotlib").use("Agg")
pytest.importorskip("pandas")
pytest.importorskip("jinja2")


def test_a_store_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = stores.make(tmp_path / "studies.sqlite")
    before = path.read_bytes()
    found = store.Store(path)
    assert [(run.id, run.state) for run in found.runs("differential")] == [
        (1, "finished"), (2, "open")]
    run = found.latest()
    table = run.tables["accuracy"]
    assert table.rows[0] == ("plain", 0.75) and table.rows[1][0] == 3
    assert isinstance(table.rows[1][1], float) and math.isnan(table.rows[1][1])
    assert table.sources == (("greedy[0-4,7]", "sums"), ())
    assert run.figures == {"shape": "###"} and run.report == "# Report"
    assert run.tensors["ratio"].tolist() == [[0, 1, 2], [3, 4, 5]]
    group = next(run.answers("sums")).value
    assert (group.items, group.tokens) == (4, 40)
    assert group.sum("mean_abs").tolist() == [[0.5] * 3] * 2
    assert group.mean("mean_abs").tolist() == [[0.125] * 3] * 2
    assert group.sum("positive").tolist() == [[0, 1, 2], [3, 4, 5]]
    assert path.read_bytes() == before


def test_files_that_are_no_store_are_refused(tmp_path: Path) -> None:
    with pytest.raises(neurond.BadArgument, match="neuronctl study run"):
        store.Store(tmp_path / "none")
    (tmp_path / "text").write_text("not SQLite, and long enough to be looked at " * 30)
    with pytest.raises(neurond.BadArgument):
        store.Store(tmp_path / "text")
    other = sqlite3.connect(tmp_path / "other")
    other.execute("CREATE TABLE runs (id)")
    other.commit()
    with pytest.raises(neurond.BadArgument, match="another program"):
        store.Store(tmp_path / "other")
    assert not (tmp_path / "none").exists()


def test_the_logit_lens_ends_in_the_logits_of_the_model(model: neurond.Model) -> None:
    """And each layer's row is the final norm and head over that layer's stream."""
    prompt = "12 + 7 = "
    items = analysis.lens_items(prompt, model.layers)
    answer = model.forward(items, captures=["resid_post.7", "logits"])
    _, cache = model.run_with_cache(prompt, names_filter="resid_post")
    for layer, item in enumerate(answer):
        assert np.array_equal(item["resid_post.7"].array, cache["resid_post", layer][0])
    plain = model.forward(prompt, captures="logits")[0]["logits"].array
    assert np.array_equal(answer[-1]["logits"].array, plain)
    lens = analysis.logit_lens(model, prompt)
    assert lens.texts[-1][-1] == model.generate(prompt, max_tokens=1).text
    assert lens.plot().get_ylabel() == "after layer"


def test_frames_have_a_row_for_each_thing(model: neurond.Model) -> None:
    statistics = model.statistics(["7 = ", "12 + 7 = "], layers=[3], sums=["mean_abs", "positive"])
    assert len(analysis.frame(statistics)) == 2 * model.neurons
    assert len(analysis.frame(model.project("L6N180 L5N454"))) == 2
    assert len(analysis.frame(model.forward(["7 = "] * 3, top_k=4))) == 12
    assert list(analysis.frame(model.generate_many(["7 = "], max_tokens=1)).text) != []
    tensor = model.forward("12 + 7 = ", captures="L6N180,181")[0]["mlp.act.6"]
    assert list(analysis.frame(tensor).columns) == [180, 181]
    with pytest.raises(neurond.BadArgument):
        analysis.frame(7)


def test_templates_are_rendered_in_a_sandbox(tmp_path: Path) -> None:
    config = {"bos_token": {"content": "<s>"}, "eos_token": "</s>", "chat_template": [
        {"name": "default", "template": "{{ bos_token }}{% for m in messages %}[{{ m.role }}] "
         "{{ m.content | trim }}{{ eos_token }}\n{% endfor %}"
         "{% if add_generation_prompt %}[assistant]{% endif %}"},
        {"name": "strict", "template": "{{ raise_exception('roles must alternate') }}"},
        {"name": "evil", "template": "{{ ''.__class__.__mro__[1].__subclasses__() }}"}]}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    turns = [{"role": "user", "content": " hi "}]
    assert chat.render(tmp_path, turns).source == "<s>[user] hi</s>\n[assistant]"
    assert chat.render(tmp_path, turns, generation_prompt=False).source == "<s>[user] hi</s>\n"
    with pytest.raises(neurond.BadArgument, match="roles must alternate"):
        chat.render(tmp_path, turns, name="strict")
    with pytest.raises(neurond.BadArgument, match="fails"):
        chat.render(tmp_path, turns, name="evil")
    with pytest.raises(neurond.BadArgument, match="no chat template 'other'"):
        chat.render(tmp_path, turns, name="other")


def test_templates_are_rendered_as_transformers_does(tmp_path: Path) -> None:
    utilities = pytest.importorskip("transformers.utils.chat_template_utils")
    template = ("{%- for m in messages %}\n    {%- if loop.first %}{{ bos_token }}{% endif %}\n"
                "    {% if m.role == 'skip' %}{% continue %}{% endif %}\n"
                "{{ m | tojson }}{{ m.content }}\n{% endfor %}{{ strftime_now('%Y') }}")
    (tmp_path / "chat_template.jinja").write_text(template)
    (tmp_path / "tokenizer_config.json").write_text('{"bos_token": "<s>"}')
    turns = [{"role": "user", "content": "a < b & ü"}, {"role": "skip", "content": ""},
             {"role": "assistant", "content": "'c'"}]
    expected = utilities.render_jinja_template(
        conversations=[turns], chat_template=template, bos_token="<s>")[0][0]
    assert chat.render(tmp_path, turns).source == expected


def test_progress_counts_items(model: neurond.Model, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    model.progress = True
    answer = model.forward(["7 = "] * 5, captures="embed")
    assert len(answer) == 5 and "5/5" in capsys.readouterr().err
    model.score([("12 + 7 = ", "19")] * 3)
    assert "3/3" in capsys.readouterr().err
