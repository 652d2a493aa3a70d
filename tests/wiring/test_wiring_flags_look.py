"""The options of the commands that look, decide, write single files or keep the house."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from wiring_flags import option, table
from wiring_registry import claims_of, wires
from wiring_world import Make, Repository, task, tasks

from orchestrator.cli.commands import COMMANDS
from orchestrator.cli.words import KINDS
from orchestrator.edits.registry import action_names

MANUAL = {"id": "1.2", "name": "look", "type": "manual", "instructions": "look"}


def ran(make: Make, *work) -> Repository:
    return make(tasks(*(work or (task("1.1", "echo x > made"),)))).run().repository


def waiting(make: Make) -> Repository:
    return ran(make, task("1.1"), MANUAL)


def given_decision(make: Make, flags, env, *, name: str, key: str):
    """Return what is recorded about a decision."""
    repository = waiting(make)
    assert repository.orchestrate(name, "1.2", *flags, env=env).code == 0
    return repository.record()["approvals"][0][key]


DECIDING = [
    case
    for name in ("approve", "reject")
    for case in (
        option(
            name,
            "--note --reason -m",
            partial(given_decision, name=name, key="note"),
            value="WHY",
            seen="WHY",
            otherwise="",
            twin=False,
        ),
        option(
            name,
            "--evidence",
            partial(given_decision, name=name, key="evidence"),
            value="HERE",
            seen="HERE",
            otherwise=None,
            twin=False,
        ),
    )
]


@wires(*claims_of(DECIDING))
@pytest.mark.parametrize(("look", "flags", "env", "expected"), table(DECIDING))
def test_decisions(make: Make, look, flags, env, expected) -> None:
    assert look(make, flags, env) == expected


@wires(
    "flag:approve --as",
    "flag:reject --as",
    "flag:approve --run",
    "flag:reject --run",
    "argument:approve task",
    "argument:reject task",
)
@pytest.mark.parametrize(("name", "decision"), [("approve", "approved"), ("reject", "rejected")])
def test_who_decides_about_what(make: Make, name: str, decision: str) -> None:
    repository = ran(make, MANUAL, {**MANUAL, "id": "1.3"})
    repository.plant(tasks(MANUAL, {**MANUAL, "id": "1.3"}, execution="parallel"))
    first = repository.run().repository.record()["id"]
    assert repository.orchestrate(name).code == 2  # two tasks wait
    assert repository.orchestrate(name, "9.9").code == 2
    repository.run()
    assert repository.orchestrate(name, "1.3", "--run", first, "--as", "Ada").code == 0
    assert not any(entry["decision"] for entry in repository.record()["approvals"])
    earlier = json.loads(repository.orchestrate("status", "--json", first).out)["run"]["approvals"]
    [said] = [entry for entry in earlier if entry["task"] == "1.3"]
    assert (said["decision"], said["by"]) == (decision, "Ada")


def test_a_second_decision_says_what_it_replaces(make: Make) -> None:
    repository = ran(make, MANUAL)
    assert "before" not in repository.orchestrate("reject", "--as", "Ada", "--note", "not yet").out
    assert (
        "1.2  look  waiting rejected by Ada: not yet\nnext: orchestrate resume\n"
        in repository.orchestrate("status").out
    )
    flipped = repository.orchestrate("approve", "--as", "Bob").out
    assert flipped.split("\n")[1] == "before: rejected by Ada: not yet"
    again = repository.orchestrate("approve", "--as", "Cid").out
    assert again.split("\n")[1] == "before: approved by Bob"
    assert repository.orchestrate("resume", "--ui", "none").code == 0
    assert [entry["by"] for entry in repository.record()["approvals"]] == ["Ada", "Bob", "Cid"]


# ---------------------------------------------------------------- status, logs, diff, explain, history

NOISY = task(
    "1.1", "echo one; echo two; echo three >&2; exit 75", exit_codes={"transient": [75]}, retry={"attempts": 2}
)


def out(make: Make, flags, env, *, words, work=(), mark: str) -> bool:
    return mark in ran(make, *work).orchestrate(*words, *flags, env=env).out


def code(make: Make, flags, env, *, words, work=()) -> int:
    return ran(make, *work).orchestrate(*words, *flags, env=env).code


def lines(make: Make, flags, env, *, words, work=(), runs: int = 1) -> int:
    repository = ran(make, *work)
    for _ in range(runs - 1):
        repository.run()
    return len(repository.orchestrate(*words, *flags, env=env).out.splitlines())


def log_of(make: Make, flags, env) -> str:
    flaky = task("1.1", "[ -e tried ] && echo second || { echo first; touch tried; exit 75; }", rollback=False)
    flaky |= {"exit_codes": {"transient": [75]}, "retry": {"attempts": 2}}
    return ran(make, flaky).orchestrate("logs", "1.1", *flags, env=env).out.strip()


def path_of(make: Make, flags, env) -> bool:
    shown = ran(make, NOISY).orchestrate("logs", "1.1", *flags, env=env).out.strip()
    return Path(shown).is_file()


TWO = (task("1.1", "echo x > made-1"), task("1.2", "echo x > made-2"))


def written(make: Make, flags, env) -> str:
    """Return how the file begins that a report went to; "" when there is none."""
    repository = ran(make)
    assert repository.orchestrate("report", *flags, env=env).code == 0
    files = list(repository.root.glob("told.*"))
    return files[0].read_text()[:5] if files else ""


LOOKING = [
    option(
        "status",
        "--json",
        partial(out, words=["status"], mark='"schema_version"'),
        seen=True,
        otherwise=False,
        twin=False,
    ),
    option(
        "status", "--all -a", partial(out, words=["status"], mark="task 1.1"), seen=True, otherwise=False, twin=False
    ),
    option(
        "status",
        "--exit-code",
        partial(code, words=["status"], work=[task("1.1", "exit 1")]),
        seen=1,
        otherwise=0,
        twin=False,
    ),
    option(
        "logs",
        "--tail",
        partial(lines, words=["logs", "1.1"], work=[NOISY]),
        value="1",
        seen=1,
        otherwise=3,
        twin=False,
    ),
    option("logs", "--attempt", log_of, value="1", seen="first", otherwise="second"),
    option("logs", "--path", path_of, seen=True, otherwise=False, twin=False),
    option(
        "report",
        "--format",
        partial(out, words=["report"], mark="<!doctype html>"),
        value="html",
        seen=True,
        otherwise=False,
        twin=False,
    ),
    option("report", "--output -o", written, value="told.xml", seen="<?xml", otherwise="", twin=False),
    option("diff", "--stat", partial(out, words=["diff"], mark="diff --git"), seen=False, otherwise=True, twin=False),
    option(
        "diff",
        "--task -t",
        partial(out, words=["diff"], work=TWO, mark="made-1"),
        value="1.2",
        seen=False,
        otherwise=True,
        twin=False,
    ),
    option(
        "explain",
        "--force",
        partial(out, words=["explain", "1.1"], work=[task("1.1", inputs=[])], mark="up to date"),
        seen=False,
        otherwise=True,
        twin=False,
    ),
    option("history", "--limit -n", partial(lines, words=["history"], runs=3), value="1", seen=1, otherwise=3),
    option(
        "history",
        "--json",
        partial(out, words=["history"], mark='"schema_version"'),
        seen=True,
        otherwise=False,
        twin=False,
    ),
    option(
        "doctor",
        "--json",
        partial(out, words=["doctor"], mark='"schema_version"'),
        seen=True,
        otherwise=False,
        twin=False,
    ),
    option(
        "handlers",
        "--json",
        partial(out, words=["handlers"], mark='"schema_version"'),
        seen=True,
        otherwise=False,
        twin=False,
    ),
    option(
        "actions",
        "--json",
        partial(out, words=["actions"], mark='"schema_version"'),
        seen=True,
        otherwise=False,
        twin=False,
    ),
]


def test_a_report_that_cannot_be_written_says_where_it_could_be(make: Make) -> None:
    told = ran(make).orchestrate("report", "-o", "none/told.html")
    assert told.code == 10
    assert "none/told.html cannot be written: No such file or directory\n  hint: make its folder" in told.err


@wires(*claims_of(LOOKING))
@pytest.mark.parametrize(("look", "flags", "env", "expected"), table(LOOKING))
def test_looking(make: Make, look, flags, env, expected) -> None:
    assert look(make, flags, env) == expected


@wires(
    "argument:logs task",
    "argument:history task",
    "argument:explain topic",
    "argument:help topic",
    "argument:handlers name",
    "argument:actions name",
)
@wires(
    "command:schema",
    "command:handlers",
    "command:completion",
    "command:help",
    "command:edit",
    "command:pins",
    "command:actions",
    *(f"choice:report --format={word}" for word in ("md", "html", "junit")),
)
@pytest.mark.parametrize(
    ("words", "mark", "absent"),
    [
        (["logs", "1.1"], "output of 1.1", "output of 1.2"),
        (["history", "1.2"], "exit 1", "output of 1.1"),
        (["explain", "1.1"], "1.1: runs", "1.2"),
        (["report"], "| **failed** |", "<td"),
        (["report", "--format", "md"], "1 of 2 tasks done", "<td"),
        (["report", "--format", "html"], '<td class="bad">failed</td>', "| **failed** |"),
        (["report", "--format", "junit"], '<failure message="sh', "| **failed** |"),
        (["explain", "E203"], "dependency does not exist", "1.1"),
        (["help", "exit-codes"], " 130  SIGINT", "Usage"),
        (["help", "environment"], "ORCHESTRATE_SEQUENTIAL", "Usage"),
        (["help", "plan"], "--with-deps", "--sequential"),
        (["help"], "Usage: orchestrate COMMAND", "--with-deps"),
        (["handlers"], "tasks_done", "instructions"),
        (["handlers", "manual"], "instructions", "tasks_done"),
        (["actions"], "add_timeouts", "default 30"),
        (["actions", "add_timeouts"], "default 30", "add_canary"),
    ],
)
def test_what_a_command_is_asked_about(make: Make, words: list[str], mark: str, absent: str) -> None:
    repository = ran(make, task("1.1", "echo output of 1.1"), task("1.2", "echo output of 1.2; exit 1"))
    text = repository.orchestrate(*words).out
    assert (mark in text, absent in text) == (True, False), text


@wires("argument:completion shell", *(f"choice:completion shell={word}" for word in ("bash", "zsh", "fish")))
@pytest.mark.parametrize(
    ("shell", "mark"), [("bash", "complete -o default -F"), ("zsh", "#compdef"), ("fish", "complete -c orchestrate -n")]
)
def test_completion_scripts(make: Make, shell: str, mark: str) -> None:
    script = make().orchestrate("completion", shell).out
    assert mark in script
    assert "with-deps" in script


@wires("flag:completion --words")
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("phases", "1"),
        ("groups", "1.a"),
        ("tasks", "1.1 1.2"),
        ("tags", "quick"),
        ("profiles", "ci"),
        ("commands", " ".join(COMMANDS)),
        ("actions", " ".join(action_names())),
    ],
)
def test_the_words_that_tab_offers(make: Make, kind: str, expected: str) -> None:
    document = tasks(task("1.1", tags=["quick"]), task("1.2"), profiles={"ci": {}})
    answer = make(document).orchestrate("completion", "--words", kind)
    assert (answer.code, answer.out.split()) == (0, expected.split())


def test_the_words_of_topics_runs_and_types(make: Make) -> None:
    repository = ran(make)
    found = {kind: repository.orchestrate("completion", "--words", kind).out.split() for kind in KINDS}
    assert found["runs"] == [repository.record()["id"]]
    assert {"1.1", "E203", "W505"} <= set(found["topics"])
    assert {"command", "coverage"} <= set(found["handlers"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("completion", "--words", "colours"), 2, "no kind of words 'colours'"),
        (("completion",), 2, "which shell?"),
        (("completion", "--words", "tasks", "--config", "missing.yaml"), 0, ""),
    ],
)
def test_what_completion_cannot_answer(make: Make, words: tuple[str, ...], code: int, said: str) -> None:
    answer = make().orchestrate(*words)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err


@wires(*(f"flag:completion {name}" for name in ("--config", "-c", "--directory", "-C", "--project")))
@pytest.mark.parametrize("place", ["--config", "-c", "--directory", "-C"])
def test_the_words_are_those_of_the_document_that_the_line_names(make: Make, place: str) -> None:
    repository = make(tasks(task("7.7")))
    value = repository.root / ("phases.yaml" if place in ("--config", "-c") else "")
    elsewhere = make()
    assert elsewhere.orchestrate("completion", "--words", "tasks", place, str(value)).out.split() == ["7.7"]


def test_the_runs_are_those_of_the_project_that_the_line_names(make: Make) -> None:
    repository = ran(make)
    elsewhere = make()
    found = elsewhere.orchestrate("completion", "--words", "runs", "--project", str(repository.root)).out.split()
    assert found == [repository.record()["id"]]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        (["ru"], ["run"]),
        (["run", "--task", "1."], ["1.1", "1.2"]),
        (["explain", "1."], ["1.1", "1.2"]),
        (["run", "--with"], ["--with-deps"]),
        (["plan", "--format", "mer"], ["mermaid"]),
        (["edit", "add_tim"], ["add_timeouts"]),
        (["edit", "add_timeouts", "x"], []),
        (["help", "stat"], ["status"]),
    ],
    ids=" ".join,
)
def test_what_tab_offers_in_bash(make: Make, line: list[str], offered: list[str]) -> None:
    repository = make(tasks(task("1.1"), task("1.2")))
    script = repository.orchestrate("completion", "bash").out
    program = f"{os.path.dirname(sys.executable)}/orchestrate"
    ask = f"""
orchestrate() {{ "{program}" "$@"; }}
command() {{ "$@"; }}
COMP_WORDS=(orchestrate {" ".join(line)})
COMP_CWORD={len(line)}
_orchestrate
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(
        ["bash", "--norc", "-c", script + ask], cwd=repository.root, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == offered, done.stderr


def test_the_first_document_that_help_shows_can_be_run(make: Make) -> None:
    repository = make()
    repository.write("phases.yaml", repository.orchestrate("help", "document").out)
    assert repository.orchestrate("validate", "--strict").code == 0
    assert repository.run().code == 0
    assert repository.read("NOTE.md") == "measured\n"


def test_a_log_ends_with_what_the_task_says_about_itself_when_it_did_not_print_that(make: Make) -> None:
    loud = task("1.1", "echo said; echo x > made; exit 1", produces=["made"])
    assert ran(make, loud).orchestrate("logs", "1.1").out == "said\n--\ntaken back: made\n"


def test_a_log_does_not_repeat_what_the_task_printed_last(make: Make) -> None:
    assert ran(make, task("1.1", "echo said; exit 1")).orchestrate("logs", "1.1").out == "said\n"


@pytest.mark.parametrize("words", [("diff", "-t", "9"), ("logs", "9")], ids=" ".join)
def test_a_task_that_the_run_does_not_have_is_refused(make: Make, words: tuple[str, ...]) -> None:
    answer = ran(make).orchestrate(*words)
    assert (answer.code, "has no task '9'" in answer.err) == (2, True)


def test_a_diff_says_whose_changes_there_are_none_of(make: Make) -> None:
    repository = ran(make, task("1.1"), task("1.2", "echo x > made"))
    assert "1.1 of run" in repository.orchestrate("diff", "-t", "1.1").out
