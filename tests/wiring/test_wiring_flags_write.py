"""The options of the commands that check, write single files or keep the house."""

import os
import subprocess
import time
from functools import partial
from pathlib import Path

import pytest
from wiring_flags import option, table
from wiring_registry import claims_of, wires
from wiring_world import Make, document, group, phase, task, tasks

from orchestrator.processes.sweep import ROOT_TAG

# ---------------------------------------------------------------- validate

FINDINGS = {"full": "error[E103]", "concise": "(add `name:`)\n", "github": "::error", "json": '"code": "E103"'}
FINDINGS |= {"sarif": '"ruleId": "E103"', "junit": '<failure message="'}


@wires("flag:validate --format", *(f"choice:validate --format={word}" for word in FINDINGS))
@pytest.mark.parametrize("format", FINDINGS)
def test_formats_of_problems(make: Make, format: str) -> None:
    text = make({"version": 1, "project": {}, "phases": []}).orchestrate("validate", "--format", format).out
    assert [word for word, mark in FINDINGS.items() if mark in text] == [format], text


@wires("flag:validate --json")
def test_json_is_the_short_form_of_a_format(make: Make) -> None:
    repository = make({"version": 1, "project": {}, "phases": []})
    short, long = (repository.orchestrate("validate", *words) for words in (["--json"], ["--format", "json"]))
    assert (short.code, short.out) == (3, long.out)


def validated(make: Make, flags, env, *, whole, key: str):
    answer = make(whole).orchestrate("validate", *flags, env=env)
    return answer.code if key == "code" else bool(answer.out)


MISSING_PROGRAM = tasks(task("1.1", command=["no-such-program"]))
LIMITED = document(phase(group(task("1.1"), max_parallel=2)))  # W507
VALIDATING = [
    option("validate", "--strict", partial(validated, whole=LIMITED, key="code"), seen=3, otherwise=0),
    option("validate", "--deep", partial(validated, whole=MISSING_PROGRAM, key="code"), seen=3, otherwise=0),
    option(
        "validate", "--quiet -q", partial(validated, whole=tasks(task("1.1")), key="out"), seen=False, otherwise=True
    ),
]


@wires(*claims_of(VALIDATING))
@pytest.mark.parametrize(("look", "flags", "env", "expected"), table(VALIDATING))
def test_validating(make: Make, look, flags, env, expected) -> None:
    assert look(make, flags, env) == expected


# ---------------------------------------------------------------- files that are written


def initialised(make: Make, flags, env, *, present: bool):
    repository = make(tasks(task("1.1")) if present else None, **{NAME: WORKFLOW})
    answer = repository.orchestrate("init", *flags, env=env)
    return answer.code, repository.has("phases.yaml") and "What is to be done here" in repository.read("phases.yaml")


def to_file(make: Make, flags, env, *, words, present=None) -> bool:
    repository = make(None, **(present or {}))
    answer = repository.orchestrate(*words, *flags, env=env)
    assert answer.code == 0, answer.text
    return repository.has("out.txt")


ANCESTOR = {"phases.yaml": (Path(__file__).parents[1] / "fixtures/documents/ancestor.yaml").read_text(encoding="utf-8")}
WORKFLOW = "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n"
NAME = ".github/workflows/ci.yml"
EDIT = ["edit", "add_timeouts", NAME]


def edited(make: Make, flags, env, *, words=EDIT, of: str):
    repository = make(None, **{NAME: WORKFLOW})
    answer = repository.orchestrate(*words, *flags, env=env)
    found = {
        "diff": "+++" in answer.out,
        "json": answer.out.startswith("{"),
        "file": "timeout-minutes" in repository.read(NAME),
        "minutes": "timeout-minutes: 7" in answer.out,
        "code": answer.code,
    }
    return found[of]


def edited_elsewhere(make: Make, flags, env, *, words) -> int:
    repository = make(None, **{NAME: WORKFLOW})
    (repository.root / "elsewhere").mkdir()
    chosen = [str(repository.root) if word == "ROOT" else word for word in flags]
    return repository.orchestrate(*words, *chosen, env=env, cwd=repository.root / "elsewhere").code


COLOUR_CLAIMS = (
    ("flag", "--color"),
    ("twin", "ORCHESTRATE_COLOR"),
    *(("choice", f"--color={word}") for word in ("auto", "always", "never")),
)
COLOURS = [
    (["--color", "always"], {}, True),
    ([], {"ORCHESTRATE_COLOR": "always"}, True),
    (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    (["--color", "auto"], {"FORCE_COLOR": "1"}, True),
    ([], {}, False),
]
WRITING = [
    option("init", "--dry-run -n", partial(initialised, present=False), seen=(0, False), otherwise=(0, True)),
    option("init", "--force", partial(initialised, present=True), seen=(0, True), otherwise=(2, False), twin=False),
    option(
        "migrate",
        "--output -o",
        partial(to_file, words=["migrate"], present=ANCESTOR),
        value="out.txt",
        seen=True,
        otherwise=False,
        twin=False,
    ),
    option(
        "schema",
        "--output -o",
        partial(to_file, words=["schema"]),
        value="out.txt",
        seen=True,
        otherwise=False,
        twin=False,
    ),
    option("edit", "--write", partial(edited, of="file"), seen=True, otherwise=False, twin=False),
    option(
        "edit", "--diff", partial(edited, words=[*EDIT, "--write"], of="diff"), seen=True, otherwise=False, twin=False
    ),
    option("edit", "--json", partial(edited, of="json"), seen=True, otherwise=False, twin=False),
    option(
        "edit", "--with -w", partial(edited, of="minutes"), value="minutes=7", seen=True, otherwise=False, twin=False
    ),
    option(
        "edit", "--directory -C", partial(edited_elsewhere, words=EDIT), value="ROOT", seen=0, otherwise=2, twin=False
    ),
    option("pins", "--check", partial(edited, words=["pins"], of="code"), seen=1, otherwise=0, twin=False),
    option(
        "pins",
        "--directory -C",
        partial(edited_elsewhere, words=["pins", "--check"]),
        value="ROOT",
        seen=1,
        otherwise=0,
        twin=False,
    ),
]


@wires(*claims_of(WRITING))
@pytest.mark.parametrize(("look", "flags", "env", "expected"), table(WRITING))
def test_writing(make: Make, look, flags, env, expected) -> None:
    assert look(make, flags, env) == expected


@wires(*(f"{kind}:{name} {of}" for name in ("edit", "pins") for kind, of in COLOUR_CLAIMS))
@pytest.mark.parametrize(("flags", "env", "coloured"), COLOURS)
@pytest.mark.parametrize("words", [EDIT, ["pins"]])
def test_edits_and_pins_are_in_colour(make: Make, words: list[str], flags: list[str], env, coloured: bool) -> None:
    """Diffs, and errors."""
    repository = make(None, **{NAME: WORKFLOW})
    if words == EDIT:
        assert ("\x1b[" in repository.orchestrate(*words, *flags, env=env).out) is coloured
    answer = repository.orchestrate(*words, "--directory", "nowhere", *flags, env=env)
    assert (answer.code, "\x1b[" in answer.err) == (2, coloured)


@wires("flag:pins --refresh")
def test_pins_are_asked_for_anew(make: Make) -> None:
    repository = make(None, **{NAME: WORKFLOW})
    nowhere = {"PATH": str(repository.root)}  # no git, nobody to ask
    assert repository.orchestrate("pins", env=nowhere).code == 0
    answer = repository.orchestrate("pins", "--refresh", env=nowhere)
    assert (answer.code, "`git` is needed to ask for versions" in answer.err) == (12, True)


@wires("argument:edit action", "argument:edit target")
def test_an_edit_is_one_action_on_one_file(make: Make) -> None:
    repository = make(None, **{NAME: WORKFLOW, "other.yml": WORKFLOW})
    assert repository.orchestrate("edit", "no_such_action", NAME).code != 0
    assert repository.orchestrate("edit", "add_timeouts", "missing.yml").code == 2
    assert "concurrency" in repository.orchestrate("edit", "add_concurrency", NAME).out
    assert f"+++ b/{NAME}" in repository.orchestrate(*EDIT).out


# ---------------------------------------------------------------- clean, doctor


def cleaned(make: Make, flags, env, *, words, age: float = 0.0) -> tuple[int, bool]:
    """Return the exit code, and whether the logs of an old run are still there."""
    repository = make(tasks(task("1.1", "echo x"))).run().repository
    crash = repository.write(".orchestrate/crash-1.txt", "x")
    os.utime(crash, (time.time() - age, time.time() - age))
    answer = repository.orchestrate("clean", *words, *flags, env=env)
    return answer.code, crash.exists()


DAY = 86400.0
CLEANING = [
    option(
        "clean", "--yes -y", partial(cleaned, words=[], age=40 * DAY), seen=(0, False), otherwise=(6, True), twin=False
    ),
    option(
        "clean",
        "--dry-run -n",
        partial(cleaned, words=["--yes"], age=40 * DAY),
        seen=(0, True),
        otherwise=(0, False),
        twin=False,
    ),
    option(
        "clean",
        "--older-than",
        partial(cleaned, words=["--yes"], age=40 * DAY),
        value="50d",
        seen=(0, True),
        otherwise=(0, False),
    ),
]


@wires(*claims_of(CLEANING))
@pytest.mark.parametrize(("look", "flags", "env", "expected"), table(CLEANING))
def test_cleaning(make: Make, look, flags, env, expected) -> None:
    assert look(make, flags, env) == expected


def test_doctor_looks_for_the_programs_of_the_document(make: Make) -> None:
    there = {"id": "1.1", "name": "there", "type": "command", "command": ["sh", "-c", "true"]}
    missing = {"id": "1.2", "name": "missing", "type": "command", "command": ["no-such-program", "x"]}
    own = {"id": "1.3", "name": "own", "type": "command", "command": ["./own"], "cwd": "bin"}
    never = {"id": "1.4", "name": "never", "type": "command", "command": ["never-there"], "when": "false"}
    check = [{"type": "command", "command": ["no-such-program"]}]
    repository = make(document(phase(group(there, missing, own, never, checkpoint=check))))
    own_program = repository.write("bin/own", "#!/bin/sh\n")

    answer = repository.orchestrate("doctor")
    told = [row for row in answer.out.splitlines() if "program" in row]
    assert answer.code == 1
    assert told[0].startswith("✓ program sh: /")
    assert told[1:] == [
        "✗ program no-such-program: is not there; 1.2, the checkpoint of group 1.a need it",
        "✗ program bin/own: is not there; 1.3 needs it",
    ]
    own_program.chmod(0o755)
    assert "✓ program bin/own: " in repository.orchestrate("doctor").out


def test_doctor_looks_at_the_machine_before_there_is_a_document(make: Make) -> None:
    repository = make()
    assert "✓ python: " in repository.orchestrate("doctor").out
    assert repository.orchestrate("doctor", "--config", "missing.yaml").code == 2


def test_doctor_names_processes_that_an_ended_run_left(make: Make) -> None:
    repository = make(tasks(task("1.1")))
    left = subprocess.Popen(["sleep", "60"], env={**os.environ, ROOT_TAG: str(repository.root)})
    try:
        answer = repository.orchestrate("doctor")
        assert answer.code == 1
        assert f"✗ processes: 1 of an ended run still there: {left.pid}\n" in answer.out
    finally:
        left.kill()
        left.wait()
    assert " processes: " not in repository.orchestrate("doctor").out


def test_doctor_says_that_a_document_has_errors(make: Make) -> None:
    answer = make({"version": 1, "phases": "none"}).orchestrate("doctor")
    assert answer.code == 1
    assert "document: has errors\n    `orchestrate validate` shows them\n" in answer.out


@wires("flag:doctor --repair")
def test_a_damaged_ledger_is_repaired(make: Make) -> None:
    repository = make(tasks(task("1.1"))).run().repository
    ledger = repository.root / ".orchestrate/ledger.db"
    content = ledger.read_bytes()
    ledger.write_bytes(content[:2000] + b"\xff" * 3000 + content[5000:])
    assert repository.orchestrate("doctor").code == 1
    assert repository.orchestrate("doctor", "--repair").code == 0
    assert repository.orchestrate("doctor").code == 0
