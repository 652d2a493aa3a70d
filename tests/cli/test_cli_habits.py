"""What people write who come from other tools, or from memory: told at its exact place, with what to write instead.

A mistake stands in place of `old` and is marked by `«…»` around what the message has to point at.
"""

from pathlib import Path

import pytest

from orchestrator.cli.document import examine, open_document
from orchestrator.cli.options import Checking
from orchestrator.errors import Problem

DOCUMENT = """\
version: 1
project: {name: demo}
params: {cover: {type: integer, default: 3}}
settings: {max_parallel_tasks: 2}
phases:
  - id: "1"
    groups:
      - id: a
        tasks:
          - id: "1.1"
            name: first
            type: command
            command: ["echo", "hi"]
          - id: "1.2"
            name: second
            type: command
            command: ["echo", "ho"]
            depends_on: ["1.1"]
        checkpoint:
          - {type: tasks_done}
"""
NEEDS, NAME, HI = 'depends_on: ["1.1"]', "name: first", 'command: ["echo", "hi"]'
HABITS = {
    # keys of other tools
    "needs": (NEEDS, '«needs»: ["1.1"]', "E304", "did you mean `depends_on`?"),
    "deps": (NEEDS, '«deps»: ["1.1"]', "E304", "did you mean `depends_on`?"),
    "if": (NEEDS, "«if»: always()", "E304", "did you mean `when`?"),
    "cmds": (HI, '«cmds»: ["echo hi"]', "E304", "did you mean `command`?"),
    "loop": (NEEDS, "«loop»: [a, b]", "E304", "write `foreach: {items: [...]}`"),
    "with_items": (NEEDS, "«with_items»: [a, b]", "E304", "write `foreach: {items: [...]}`"),
    "continue-on-error": (NEEDS, "«continue-on-error»: true", "E304", "write `critical: false`"),
    "ignore_errors": (NEEDS, "«ignore_errors»: true", "E304", "write `critical: false`"),
    "timeout-minutes": (NEEDS, "«timeout-minutes»: 5", "E304", "did you mean `timeout`? five minutes are 5m"),
    "working-directory": (NEEDS, "«working-directory»: src", "E304", "did you mean `cwd`?"),
    "environment": (NEEDS, "«environment»: {A: b}", "E304", "did you mean `env`?"),
    "sources": (NEEDS, "«sources»: [a]", "E304", "did you mean `inputs`?"),
    "generates": (NEEDS, "«generates»: [a]", "E304", "did you mean `produces`?"),
    "steps": ("        tasks:\n", "        «steps»:\n", "E101", "did you mean `tasks`?"),
    "parallel of a group": (
        "        tasks:\n",
        "        «parallel»: true\n        tasks:\n",
        "E101",
        "write `execution: parallel`",
    ),
    "workers": ("max_parallel_tasks: 2", "«workers»: 2", "E101", "did you mean `max_parallel_tasks`?"),
    "vars": ("params: {cover: {type: integer, default: 3}}", "«vars»: {a: b}", "E101", "did you mean `params`?"),
    # values of the wrong kind
    "a version in quotes": ("version: 1", 'version: «"1"»', "E102", "remove the quotes"),
    "a name for a project": ("project: {name: demo}", "project: «demo»", "E104", 'write {name: "demo"}'),
    "a number of retries": (NEEDS, "retry: «3»", "E104", "write {attempts: 3}"),
    "a list to go over": (NEEDS, "foreach: «[a, b]»", "E104", "write {items: [a, b]}"),
    "a pattern to go over": (NEEDS, "foreach: «src/*.py»", "E104", 'write {glob: "src/*.py"}'),
    "assignments": (NEEDS, "env: «[A=1]»", "E104", 'write {A: "1"}'),
    "secrets with values": (NEEDS, "secrets: «{TOKEN: abc}»", "E104", "name the variables only: [TOKEN]"),
    "one checkpoint": (
        "checkpoint:\n          - {type: tasks_done}",
        "checkpoint: «{type: tasks_done}»",
        "E104",
        "begin the entry with `- `",
    ),
    "minutes in words": (NEEDS, "timeout: «5min»", "E106", "write 5m"),
    "seconds in words": (NEEDS, "timeout: «30 seconds»", "E106", "write 30s"),
    # types
    "a type of another tool": (
        f"type: command\n            {HI}",
        f"type: «shell»\n            {HI}",
        "E301",
        "did you mean `command`?",
    ),
    "a checkpoint of another tool": (
        "{type: tasks_done}",
        "{type: «exists», path: a}",
        "E302",
        "did you mean `file_exists`?",
    ),
    # expressions
    "an expression without quotes": (NAME, "name: «{{ project.name }}»", "E006", 'write "{{ project.name }}"'),
    "one in a list": ('["echo", "ho"]', "[echo, «{{ project.name }}»]", "E006", 'write "{{ project.name }}"'),
    "a param that nobody declared": ('"ho"', '«"{{ params.x }}"»', "E405", "declare it: params: {x: {default: ...}}"),
    "a misspelt param": ('"ho"', '«"{{ params.covr }}"»', "E405", "did you mean `params.cover`?"),
    "a misspelt name": (NAME, "name: «'{{ parms.cover }}'»", "E405", "did you mean `params`?"),
    "a misspelt param in a condition": (NEEDS, "when: «params.covr > 2»", "E405", "did you mean `params.cover`?"),
    "a variable of the shell": (
        '"ho"',
        '«"{{ env.MY_TOKEN }}"»',
        "E405",
        "`settings.env` sets it here; `secrets: [MY_TOKEN]` hands your own to a command",
    ),
    "an expression below `with`": (
        'command: ["echo", "ho"]',
        'with: {command: [echo, «"{{ params.x }}"»]}',
        "E405",
        "declare it: params: {x: {default: ...}}",
    ),
}


def problems(folder: Path, text: str) -> tuple[Problem, ...]:
    path = folder / "phases.yaml"
    path.write_text(text)
    return examine(open_document(path, Checking()), Checking())[0]


@pytest.mark.parametrize("name", HABITS)
def test_a_habit_is_told_at_its_place_with_what_to_write(name: str, tmp_path: Path) -> None:
    old, new, code, hint = HABITS[name]
    assert DOCUMENT.count(old) == 1
    before, _, rest = DOCUMENT.replace(old, new).partition("«")
    inside, _, after = rest.partition("»")
    found = [each for each in problems(tmp_path, before + inside + after) if each.code == code]
    assert [each.hint for each in found] == [hint]
    place = found[0].place
    assert place is not None
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    assert (place.line, place.column, place.end_column) == (line, column, column + len(inside))


def hints(folder: Path, text: str) -> list[tuple[str, str | None]]:
    return [(each.code, each.hint) for each in problems(folder, text)]


def test_a_missing_key_is_told_together_with_its_name_in_another_tool(tmp_path: Path) -> None:
    text = DOCUMENT.replace(HI, 'cmds: ["echo hi"]')
    assert ("E305", "is `cmds` meant to be `command`?") in hints(tmp_path, text)


@pytest.mark.parametrize(
    ("key", "type_"),
    [("run: echo", "command"), ("action: add_timeouts", "config_edit"), ("instructions: look", "manual")],
)
def test_a_missing_type_is_told_by_the_keys_beside_it(tmp_path: Path, key: str, type_: str) -> None:
    text = DOCUMENT.replace(f"type: command\n            {HI}", key)
    assert hints(tmp_path, text) == [("E103", f"add `type: {type_}`")]


def test_the_first_text_of_a_list_that_cannot_be_evaluated_is_the_one_that_is_told(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, DOCUMENT.replace('"ho"', '"{{ params.cover }}", "{{ params.x }}", "{{ open"'))
    assert problem.message == "`params.x` cannot be evaluated: there is no 'x' (there is: cover)"


def test_a_map_that_begins_like_an_expression_is_told_once(tmp_path: Path) -> None:
    text = DOCUMENT.replace('"ho"', "{{a}, b: 1}, {c: {d: e}}")
    assert [code for code, _ in hints(tmp_path, text)].count("E006") == 1


def test_an_id_that_is_used_twice_is_no_cycle_but_cycles_of_others_are(tmp_path: Path) -> None:
    doubled = DOCUMENT.replace('- id: "1.2"', '- id: "1.1"')
    assert [code for code, _ in hints(tmp_path, doubled)] == ["E201"]
    tangled = doubled + (
        '      - {id: b, depends_on: [c], tasks: [{id: "2", name: x, type: manual, instructions: y}]}\n'
        '      - {id: c, depends_on: [b], tasks: [{id: "3", name: x, type: manual, instructions: y}]}\n'
    )
    assert [code for code, _ in hints(tmp_path, tangled)] == ["E201", "E204"]


EDIT = "{type: config_edit, action: add_timeouts, minutes: 9, target: .github/workflows/ci.yml}"


def told(folder: Path, text: str) -> list[tuple[str, str | None]]:
    return [(each.message, each.hint) for each in problems(folder, text)]


def with_edit(before: str = "") -> str:
    second = '          - id: "1.2"\n            name: second\n            type: command\n'
    edit = f'          - {{id: "1.0", name: edit, {EDIT[1:]}\n'
    return DOCUMENT.replace(second, edit + before + second)


def test_a_file_to_edit_that_is_not_there_is_told_with_the_one_beside_it(tmp_path: Path) -> None:
    path = ".github/workflows/ci.yml"
    missing = f"there is no file {path}"
    assert told(tmp_path, with_edit()) == [(missing, "a task that makes it says so with `produces`")]
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).with_suffix(".yaml").touch()
    assert told(tmp_path, with_edit()) == [(missing, "did you mean `.github/workflows/ci.yaml`?")]
    (tmp_path / path).touch()
    assert told(tmp_path, with_edit()) == []


@pytest.mark.parametrize(("made", "count"), [(".github/workflows/ci.yml", 0), ("ci.yml", 1)])
def test_a_file_that_another_task_makes_is_not_missing(tmp_path: Path, made: str, count: int) -> None:
    maker = f'          - {{id: "1.3", name: make, type: command, command: [make], produces: [{made}]}}\n'
    assert len(told(tmp_path, with_edit(maker))) == count


@pytest.mark.parametrize("action", ["on_missing: skip, action", "action"])
def test_an_edit_that_passes_over_a_missing_file_or_makes_it_misses_nothing(tmp_path: Path, action: str) -> None:
    made = "add_timeouts, minutes: 9" if "skip" in action else "add_dependabot"
    target = ".github/workflows/ci.yml" if "skip" in action else ".github/dependabot.yml"
    text = with_edit().replace("action: add_timeouts, minutes: 9", f"{action}: {made}")
    assert told(tmp_path, text.replace("target: .github/workflows/ci.yml", f"target: {target}")) == []


def test_a_pattern_that_matches_no_file_makes_a_task_that_never_runs(tmp_path: Path) -> None:
    text = DOCUMENT.replace(NEEDS, 'foreach: {glob: "src/*.py"}')
    assert told(tmp_path, text) == [
        (
            "task `1.2` never runs: no file matches its `glob`",
            "a pattern as seen from the repository's root, like src/**/*.py",
        )
    ]
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.py").touch()
    assert told(tmp_path, text) == []


def test_an_expression_with_the_dollar_of_github_is_told_where_only_we_have_the_name(tmp_path: Path) -> None:
    text = DOCUMENT.replace('"ho"', '"${{ params.cover }}"')
    assert told(tmp_path, text) == [
        ("`${{ params.cover }}` is left as it is: `$` makes it GitHub's", "write `{{ params.cover }}`")
    ]
    for theirs in ("${{ github.sha }}", "${{ env.HOME }}", "${{ inputs.params }}"):
        assert told(tmp_path, DOCUMENT.replace('"ho"', f'"{theirs}"')) == []


def test_a_repository_that_is_not_there_is_told_with_all_other_problems(tmp_path: Path) -> None:
    text = DOCUMENT.replace("{name: demo}", "{name: demo, root: nowhere}").replace(NEEDS, 'needs: ["1.1"]')
    assert [code for code, _ in hints(tmp_path, text)] == ["E406", "E304"]
