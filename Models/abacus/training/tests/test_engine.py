"""The engine's side, with programs that stand in for neurond and neuronctl."""

import json
import re
import stat

import pytest

from abacus_training import engine
from abacus_training.cli import main
from abacus_training.engine import Commands, Engine, EngineError, find_command

#: Writes down how it was called, and answers with what lies in the file named after its command.
CLIENT = """#!/bin/sh
printf '%s\\n' "$*" >>"{folder}/calls"
printf '%s\\n' "$NEUROND_ADDRESS" >"{folder}/address"
cat "{folder}/$1" 2>/dev/null || {{ echo '{{"error": {{"message": "no such thing"}}}}'; exit 1; }}
"""
#: Leaves its process id and runs until it is ended.
DAEMON = """#!/bin/sh
echo "$*" >"{folder}/served"
echo "$$" >"{folder}/pid"
exec sleep 600
"""


def program(path, text):
    path.write_text(text.format(folder=path.parent))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    (tmp_path / "status").write_text("{}")
    return tmp_path


@pytest.fixture
def commands(folder):
    return Commands(program(folder / "neurond", DAEMON), program(folder / "neuronctl", CLIENT))


def calls(folder):
    return (folder / "calls").read_text().splitlines()


def is_running(folder):
    pid = (folder / "pid").read_text().strip()
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_a_daemon_serves_the_model_on_its_own_socket_and_ends(folder, commands):
    with Engine(folder / "model", "f16", commands) as running:
        served = (folder / "served").read_text()
        assert f"--model abacus={folder}/model --weights f16" in served
        address = (folder / "address").read_text().strip()
        assert address == f"unix:{running.folder}/socket" and address in served
        assert is_running(folder)
    assert not is_running(folder)
    assert not running.folder.exists()


def test_evaluation_names_tags_hooks_and_filters_and_leaves_the_total_out(folder, commands):
    rows = [
        {"tags": {}, "cases": 3, "measure": "accuracy", "mean": 0.5},
        {"tags": {"size": "one"}, "cases": 2, "measure": "accuracy", "mean": 0.25},
    ]
    (folder / "evaluate").write_text(json.dumps({"files": [{"file": "x", "groups": rows}]}))
    with Engine(folder / "model", "int8", commands) as running:
        found = running.evaluate(folder / "x", ("size",), ["zero L0H1"], operation="+")
    assert [(group.tags, group.cases, group.mean) for group in found] == [
        ({"size": "one"}, 2, 0.25)
    ]
    expected = f"evaluate --json {folder}/x --by size --only operation=+ --hook zero L0H1"
    assert calls(folder)[-1] == expected


def test_scores_of_many_items_are_asked_for_in_parts(folder, commands, monkeypatch):
    monkeypatch.setattr(engine, "ITEMS_AT_ONCE", 2)
    (folder / "score").write_text(json.dumps({"items": [{"total": -1.5}]}))
    with Engine(folder / "model", "int8", commands) as running:
        assert running.score([{"prompt": "1"}] * 5) == [-1.5] * 3
    assert sum(call.startswith("score") for call in calls(folder)) == 3


def test_a_prompt_is_never_taken_for_an_option(folder, commands):
    (folder / "generate").write_text(json.dumps({"text": "5"}))
    with Engine(folder / "model", "int8", commands) as running:
        assert running.generate("--json", 6, 0.7, 3) == "5"
    options = "--max-tokens 6 --temperature 0.7 --seed 3 --stop"
    assert "\n".join(calls(folder)).endswith(f"generate --json {options} \n -- --json")


def test_a_refused_command_is_an_error_with_the_clients_words(folder, commands):
    with (
        Engine(folder / "model", "int8", commands) as running,
        pytest.raises(EngineError, match=r"neuronctl evaluate .*no such thing"),
    ):
        running.evaluate(folder / "x", ("size",))


def test_a_daemon_that_does_not_come_up_is_an_error_with_its_last_words(folder, commands):
    program(folder / "neurond", "#!/bin/sh\necho the weights are damaged\nexit 1\n")
    (folder / "status").unlink()
    with (
        pytest.raises(EngineError, match="does not serve .*the weights are damaged"),
        Engine(folder / "model", "int8", commands),
    ):
        pass


def test_a_folder_without_a_model_is_an_error(folder, commands):
    with pytest.raises(EngineError, match="no model here"), Engine(folder, "int8", commands):
        pass


def test_a_missing_program_is_an_error_that_says_how_to_build_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    advice = re.escape("swift build -c release --product neurond")
    with pytest.raises(EngineError, match=advice):
        find_command("neurond")
    with pytest.raises(EngineError, match="nowhere: no such program"):
        find_command("neurond", tmp_path / "nowhere")
    assert main(["figures"]) == 1
    assert "swift build" in capsys.readouterr().err


def test_a_build_goes_before_the_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    named = program(tmp_path / "neurond", DAEMON)
    assert find_command("neurond") == named
    (tmp_path / ".build" / "release").mkdir(parents=True)
    built = program(tmp_path / ".build" / "release" / "neurond", DAEMON)
    assert find_command("neurond") == built
    assert find_command("neurond", named) == named
