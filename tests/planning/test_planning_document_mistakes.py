"""Planted mistakes: each is told at its exact place, in plain words, with a hint that helps.

A mistake is marked by `«…»` around what the message has to point at.
"""

from pathlib import Path

import pytest
from planning_scene import HEAD, problems_of, scene

from orchestrator.planning.checks import check_document
from orchestrator.planning.document_loader import load_bytes
from orchestrator.plugins import Catalogue

TASKS = "phases:\n  - id: '1'\n    groups:\n      - id: a\n        tasks:\n"
ONE = "          - {id: '1.1', name: one, type: manual}\n"


def group(*lines: str) -> str:
    return HEAD + TASKS + "".join(f"          - {line}\n" for line in lines)


def parallel(*lines: str) -> str:
    return group(*lines).replace("- id: a\n", "- id: a\n        execution: parallel\n")


def top(line: str) -> str:
    return HEAD + line + "\n" + TASKS + ONE


MISTAKES = {
    # syntax
    "a quote that is never closed": (
        HEAD + 'settings: {fail_fast: «"»no}\n',
        "E002",
        'this `"` is never closed',
        'add `"`',
    ),
    "a tab": (HEAD + "settings:\n«\t»fail_fast: true\n", "E002", "a tab cannot indent a line in YAML", "use spaces"),
    "a list that is never closed": (
        HEAD + "settings: «{»fail_fast: true\n",
        "E002",
        "this `{` is never closed",
        "add `}`",
    ),
    "a colon in a text": (
        group("{id: '1.1', name: one, type: manual}", "id: fix«:» this"),
        "E002",
        "a `:` is not allowed here",
        "put the text in quotes if it holds a `:`, or indent the line like its neighbours",
    ),
    "a direction override": (
        HEAD + "# trojan «\u202e»source\n" + TASKS + ONE,
        "E003",
        "control character U+202E is not allowed",
        "remove it",
    ),
    "a key twice": (
        top("settings: {fail_fast: true, «fail_fast»: false}"),
        "E004",
        "key `fail_fast` is used twice",
        "first used at line 3",
    ),
    "a tag": (
        top("settings: {fail_fast: «!!bool yes»}"),
        "E005",
        "tag `!!bool` is not allowed",
        "remove it; quotes decide what is text",
    ),
    "a merge key": (
        group("&one {id: '1.1', name: one, type: manual}", "{«<<»: *one, id: '1.2', name: two, type: manual}"),
        "E007",
        "merge keys (`<<`) are not supported",
        "repeat the keys, or alias a whole value",
    ),
    # shape
    "an unknown key": (
        top("settings: {«max_paralel_tasks»: 4}"),
        "E101",
        "unknown key `max_paralel_tasks`",
        "did you mean `max_parallel_tasks`?",
    ),
    "a word out of a few": (
        group(ONE.strip(" -\n")).replace("- id: a\n", "- id: a\n        execution: «paralel»\n"),
        "E102",
        "`execution` cannot be `paralel`",
        "did you mean `parallel`? allowed: `sequential`, `parallel`",
    ),
    "a missing key": (
        group("«{id: '1.1', nam: one, type: manual}»"),
        "E103",
        "missing key `name`",
        "is `nam` meant to be `name`?",
    ),
    "a number for a text": (
        group("{id: '1.1', name: «5», type: manual}"),
        "E104",
        "`name` must be text, but this is the number 5",
        'write "5" if text is meant',
    ),
    "text for a number": (
        group("{id: '1.1', name: one, type: manual, retry: {attempts: «three»}}"),
        "E104",
        "`attempts` must be a whole number, but this is text",
        None,
    ),
    "yes for true": (
        top("settings: {fail_fast: «yes»}"),
        "E104",
        "`fail_fast` must be true or false, but this is text",
        "write true",
    ),
    "a number below its bound": (
        top("settings: {retry: {attempts: «0»}}"),
        "E105",
        "`attempts` must be at least 1, but this is 0",
        None,
    ),
    "a negative limit": (
        top("settings: {max_parallel_tasks: «-1»}"),
        "E105",
        "`max_parallel_tasks` must be at least 0, but this is -1",
        None,
    ),
    "a duration": (
        top("settings: {timeout: «5 minutes»}"),
        "E106",
        "`timeout`: a duration is a number of seconds or text like 30s, 5m, 1h30m",
        "write 5m",
    ),
    "an id with a space": (
        group("{id: «'1 1'», name: one, type: manual}"),
        "E106",
        "`id` cannot be `1 1`",
        "allowed: letters, digits, `.`, `_` and `-`, starting with a letter or digit, 64 at most",
    ),
    "an empty list": (HEAD + "phases: «[]»\n", "E107", "`phases` needs at least 1 entry", None),
    "a default that does not fit": (
        top("params: {cover: {type: integer, default: «eighty»}}"),
        "E108",
        "the default of param `cover` must be a whole number",
        None,
    ),
    "a loop over two things": (
        group("{id: '1.1', name: one, type: manual, «foreach»: {glob: '*.ts', items: [1]}}"),
        "E109",
        "`foreach` takes `glob` or `items`, not both",
        'glob: "src/**/*.ts"',
    ),
    "a locked key that does not exist": (
        top("profiles: {ci: {lock: [«time_out»]}}"),
        "E110",
        "`time_out` is neither a setting nor a param",
        "did you mean `timeout`?",
    ),
    # graph
    "a task id twice": (
        group("{id: '1.1', name: one, type: manual}", "{id: «'1.1'», name: two, type: manual}"),
        "E201",
        "task id `1.1` is already used",
        "first used at phases.yaml:8",
    ),
    "a dependency that does not exist": (
        group(
            "{id: '1.1', name: one, type: manual}",
            "{id: '1.2', name: two, type: manual, depends_on: ['1.1', «'1.12'»]}",
        ),
        "E203",
        "there is no task, group or phase `1.12`",
        "did you mean `1.1`? known: `1.1`, `1.2`, `a`, `1.a`, `1`",
    ),
    "a cycle": (
        parallel(
            "{id: '1.1', name: one, type: manual, depends_on: [«'1.2'»]}",
            "{id: '1.2', name: two, type: manual, depends_on: ['1.1']}",
        ),
        "E204",
        "dependency cycle: `1.1` → `1.2` → `1.1`",
        "remove one of these dependencies",
    ),
    "a cycle with list order": (
        group("{id: '1.1', name: one, type: manual, depends_on: [«'1.2'»]}", "{id: '1.2', name: two, type: manual}"),
        "E204",
        "dependency cycle: `1.1` → `1.2` → `1.1`",
        "`1.2` follows `1.1` in the sequential group 1.a",
    ),
    # plug-ins
    "an unknown type": (
        group("{id: '1.1', name: one, type: «manuel»}"),
        "E301",
        "unknown task type `manuel`",
        "did you mean `manual`? task types: `manual`, `write`",
    ),
    "an unknown checkpoint": (
        HEAD + TASKS + ONE + "    checkpoint: [{type: «levle», min: 3}]\n",
        "E302",
        "unknown checkpoint type `levle`",
        "did you mean `level`? checkpoint types: `level`",
    ),
    "a guard": (
        top("guards: [{type: «clean_worktree»}]"),
        "E303",
        "unknown guard type `clean_worktree`",
        "no guards are installed",
    ),
    "an unknown param": (
        group("{id: '1.1', name: one, type: write, target: x, «tims»: 2}"),
        "E304",
        "unknown key `tims`",
        "did you mean `times`?",
    ),
    "a key of tasks that is misspelt": (
        group("{id: '1.1', name: one, type: write, target: x, «depend_on»: ['1.2']}"),
        "E304",
        "unknown key `depend_on`",
        "did you mean `depends_on`?",
    ),
    "a param under with": (
        group("{id: '1.1', name: one, type: write, target: x, with: {times: «10»}}"),
        "E306",
        "`times` must be at most 9, but this is 10",
        None,
    ),
    "a path out of the repository": (
        group("{id: '1.1', name: one, type: write, target: «../x»}"),
        "E306",
        "`target`: '../x' is not a path below the repository root",
        None,
    ),
    "a missing param": (
        group("«{id: '1.1', name: one, type: write}»"),
        "E305",
        "missing key `target`",
        "add `target:`",
    ),
    "a param in both places": (
        group("{id: '1.1', name: one, type: write, «target»: x, with: {target: y}}"),
        "E307",
        "`target` stands under `with:` and directly on the task",
        "remove one; the other is at line 8",
    ),
    "what the handler itself refuses": (
        group("{id: '1.1', name: one, type: write, target: «forbidden.txt»}"),
        "E309",
        "`target` is forbidden",
        "take another file",
    ),
    "a limit of a checkpoint": (
        HEAD + TASKS + ONE + "    checkpoint: [{type: level, min: «101»}]\n",
        "E306",
        "`min` must be at most 100, but this is 101",
        None,
    ),
    # style
    "an id that is a number": (
        group("{id: «1.10», name: one, type: manual}"),
        "W501",
        "the id `1.10` is the number 1.1 for YAML; it was taken as written",
        'write "1.10"',
    ),
    "two writers of one file": (
        parallel("{id: '1.1', name: one, type: write, target: x}", "{id: '1.2', name: two, type: write, target: «x»}"),
        "W502",
        "tasks `1.1` and `1.2` of the parallel group 1.a both write x",
        "a lock on the file makes them follow each other; `depends_on: [1.1]` says so",
    ),
    "a task that never runs": (
        group("{id: '1.1', name: one, type: manual, when: «false»}"),
        "W504",
        "task `1.1` never runs: `when` is false",
        None,
    ),
    "a type without a handler": (
        group("{id: '1.1', name: one, type: «config_edit», target: x}"),
        "W510",
        "no handler for type config_edit is installed",
        "`run` refuses 1.1",
    ),
}


def marked(text: str) -> tuple[str, int, int, int, str]:
    """Return the text without the marks, and line, column, end column and source line of what they enclosed."""
    before, _, rest = text.partition("«")
    inside, _, after = rest.partition("»")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    clean = before + inside + after
    return clean, line, column, column + len(inside), clean.split("\n")[line - 1]


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_at_its_place_with_a_hint(name: str) -> None:
    text, code, message, hint = MISTAKES[name]
    clean, line, column, end, source = marked(text)
    found = [problem for problem in problems_of(clean) if problem.code == code]
    assert found, problems_of(clean)
    problem = found[0]
    assert problem.place is not None
    assert (problem.message, problem.hint) == (message, hint)
    assert (problem.place.line, problem.place.column, problem.place.end_column) == (line, column, end)
    assert problem.place.text == source


def test_there_are_as_many_mistakes_as_promised() -> None:
    assert len(MISTAKES) >= 25


def test_all_mistakes_of_one_document_are_told_at_once() -> None:
    text = group(
        "{id: '1.1', name: 5, type: manual}",
        "{id: '1.2', name: two, type: manuel, depends_on: ['1.9']}",
        "{id: '1.2', name: three, type: write, target: ../x}",
        "{id: '1.4', name: four, type: manual, depends_on: ['1.4'], priority: urgent}",
    ).replace("project: {name: demo}", "project: {nam: demo}")
    codes = {problem.code for problem in problems_of(text)}
    assert codes == {"E101", "E102", "E103", "E104", "E201", "E203", "E204", "E301", "E306"}


def test_a_type_is_offered_once() -> None:
    text = group("{id: '1.1', name: one, type: manuel}")
    (problem,) = check_document(load_bytes(text.encode(), Path("phases.yaml")), Catalogue(scan=False), scene())
    assert problem.hint is not None
    assert problem.hint.count("`config_edit`") == 1
