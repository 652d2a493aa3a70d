"""Write a roadmap as a commented phases.yaml."""

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from orchestrator.models.json import Json, JsonObject
from orchestrator.proposing.proposal import Check, Group, Phase, Proposal, Roadmap
from orchestrator.surveying.facts import Variable

_WIDTH = 118
_LONGEST_NAME = 200
REMEMBERED = "# proposed so far:"
_HEAD = """\
# What is to be done here, in phases. `orchestrate init` wrote this from what it found in the repository; it is yours:
# change, reorder and remove what you like. `orchestrate init` again adds what is new and never touches what is here.
# `orchestrate validate` tells every problem at once, `orchestrate run --all --dry-run` shows the whole diff.
# For completion in an editor: `orchestrate schema -o phases.schema.json`, and a first line
# `yaml-language-server: $schema=phases.schema.json` behind a `#`.
"""


def render_document(roadmap: Roadmap) -> str:
    """Return the text of the document; a roadmap without tasks has none."""
    lines = [*_HEAD.splitlines(), "#", *(f"# {line}" for line in _wrapped(roadmap.found, "* "))]
    lines += ["version: 1", "", "project:", f"  name: {quoted(_short(roadmap.project))}", "", *_SETTINGS]
    lines += [*_env_lines(roadmap.variables), "", *_params(roadmap)]
    lines.append("phases:")
    lines += phases_lines(roadmap.phases, _Numbers())
    return "\n".join([*lines, "", *remembered_lines(roadmap.keys), ""])


_SETTINGS = (
    "settings:",
    "  max_parallel_tasks: 2   # in the whole run; 0 = no limit",
    "  timeout: 30m            # for each attempt of a task; 0 = none",
)


def _env_lines(variables: Sequence[Variable]) -> Iterator[str]:
    if variables:
        yield "  # what the code cannot do without, for all that is run here; your own runs of the tests need it too"
        yield "  env:"
        yield from (f"    {each.name}: {quoted(each.value)}   # of {each.source}" for each in variables)


class _Numbers:
    """The ids that come next: phases 1, 2, …; groups a, b, … through all phases, so that a letter alone names one."""

    def __init__(self, phases: int = 0, groups: int = 0) -> None:
        self._phases = phases
        self._groups = groups

    def phase(self) -> str:
        self._phases += 1
        return str(self._phases)

    def group(self) -> str:
        self._groups += 1
        return letters(self._groups)


def numbers_after(phases: Iterable[str], groups: Iterable[str]) -> _Numbers:
    """Return numbers that follow all ids that are in use."""
    used = {group.lower() for group in groups}
    last = max((int(phase) for phase in phases if phase.isdecimal()), default=0)
    number = 0
    while letters(number + 1) in used or any(letters(later) in used for later in range(number + 1, len(used) + 2)):
        number += 1
    return _Numbers(last, number)


def letters(number: int) -> str:
    """Return the letters that count a number: a, b, … z, aa, ab."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def phases_lines(phases: Iterable[Phase], numbers: _Numbers) -> Iterator[str]:
    """Yield the lines of phases, at the depth of the entries of `phases`.

    A task that fails in one of them is no reason to leave the others undone: no phase is critical, only checkpoints
    gate. Phases that edit files follow each other, because their edits were tried in this order.
    """
    earlier: list[tuple[str, bool]] = []
    for phase in phases:
        id_ = phase.id or numbers.phase()
        edits = any(task.fields.get("type") == "config_edit" for task in phase.tasks)
        beside: list[Json] = [other for other, edited in earlier if not (edited and edits)]
        loose: JsonObject = {"parallel_with": beside} if beside else {}
        fields: JsonObject = {**phase.fields, **loose, "critical": False}
        yield from _phase_lines(replace(phase, id=id_, fields=fields), numbers)
        if not (phase.is_first or phase.id):
            earlier.append((id_, edits))


def _phase_lines(phase: Phase, numbers: _Numbers) -> Iterator[str]:
    id_ = phase.id
    yield ""
    yield f"  - id: {quoted(id_)}"
    yield f"    name: {quoted(phase.name)}"
    yield f"    description: {quoted(phase.why)}"
    yield from _field_lines(phase.fields, "    ")
    yield "    groups:"
    number = 0
    for group in phase.groups:
        yield from _group_head(group, group.id or numbers.group())
        for task in group.tasks:
            number += 1
            yield from _task_lines(task, task.id or f"{id_}.{number}")
    if phase.checks:
        yield "    checkpoint:"
        for check in phase.checks:
            yield from _check_lines(check)


def remembered_lines(keys: Iterable[str]) -> list[str]:
    """Return the comment by which a later `init` knows what it proposed: what a person removed stays removed."""
    head = "# Keep these lines: what you removed above is not proposed again as long as they stand here."
    body = textwrap.wrap(" ".join(sorted(keys)), _WIDTH - len(REMEMBERED) - 1, break_on_hyphens=False)
    return [head, *(f"{REMEMBERED} {line}" for line in body)]


def _group_head(group: Group, letter: str) -> Iterator[str]:
    yield f"      # {group.why}"
    yield f"      - id: {letter}"
    yield f"        name: {quoted(group.name)}"
    yield f"        execution: {'sequential' if group.sequential else 'parallel'}"
    yield from _field_lines(group.fields, "        ")
    yield "        tasks:"


def _task_lines(task: Proposal, id_: str) -> Iterator[str]:
    yield from (f"          # {line}" for line in _wrapped([task.why], "", 10))
    yield f"          - id: {quoted(id_)}"
    yield f"            name: {quoted(_short(task.name))}"
    if task.files:
        yield "            foreach:"
        yield "              as: file"
        yield "              items:"
        yield from (f"                - {quoted(file)}" for file in task.files)
    yield from _field_lines(task.fields, " " * 12)


def _short(name: str) -> str:
    """Leave out the middle of a name that is longer than the document allows: files may lie deep."""
    half = _LONGEST_NAME // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[: half - 1]}…{name[-half:]}"


def _check_lines(check: Check) -> Iterator[str]:
    yield f"      # {check.why}"
    first = True
    for line in _field_lines(check.fields, " " * 8):
        yield f"      - {line[8:]}" if first else line
        first = False


def _field_lines(fields: JsonObject, indent: str) -> Iterator[str]:
    for name, value in fields.items():
        if isinstance(value, list) and len(flow(value)) + len(indent) + len(name) > _WIDTH:
            yield f"{indent}{name}:"
            yield from (f"{indent}  - {flow(item)}" for item in value)
        else:
            yield f"{indent}{name}: {flow(value)}"


def _params(roadmap: Roadmap) -> Iterator[str]:
    if not roadmap.params:
        return
    yield "# Percent, 0-100. Checkpoints compare them with what the test runners measure."
    yield "params:"
    for param in roadmap.params:
        bounds = "minimum: 0, maximum: 100"
        yield f"  {param.name}: {{type: integer, default: {param.value}, {bounds}, help: {quoted(param.help)}}}"
    yield ""


def flow(value: Json) -> str:
    """Return a value on one line; JSON is YAML, words that are safe stand without quotes."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(flow(item) for item in value)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{quoted(str(key))}: {flow(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/")
_WITHIN = _PLAIN | frozenset("0123456789.- ()")
_NOT_TEXT = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))


def quoted(text: str) -> str:
    """Return a text as YAML reads it back: plain where nothing in it could mean anything else."""
    safe = text and text[0] in _PLAIN and set(text) <= _WITHIN and text == text.strip()
    return text if safe and text.lower() not in _NOT_TEXT else json.dumps(text, ensure_ascii=False)


def _wrapped(sentences: Sequence[str], bullet: str, used: int = 0) -> Iterator[str]:
    for sentence in sentences:
        plain = "".join(char if char.isprintable() else "?" for char in sentence)
        yield from textwrap.wrap(
            plain,
            _WIDTH - used,
            initial_indent=bullet,
            subsequent_indent=" " * len(bullet),
            break_long_words=False,
            break_on_hyphens=False,
        )
