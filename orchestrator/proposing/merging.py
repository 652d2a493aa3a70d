"""Add what is new to a document that is there; every byte of it stays.

What was proposed before is known by the keys that the document remembers, so what a person changed is left as it is,
and what a person removed is not proposed again. New tasks come as new phases at the end of `phases`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from orchestrator.models.document import Document
from orchestrator.models.json import JsonObject
from orchestrator.planning.nodes import Mapping, node_at
from orchestrator.proposing.document import REMEMBERED, numbers_after, phases_lines, remembered_lines
from orchestrator.proposing.proposal import Group, Phase, Proposal, Roadmap, key_of

_REMEMBERED = re.compile(rf"^{re.escape(REMEMBERED)}((?: [0-9a-f]{{8}})*)[ \r]*$", re.MULTILINE)
_BLOCK = re.compile(r"(?:^# Keep these lines: [^\n]*\n)?(?:^# proposed so far:[^\n]*\n?)+", re.MULTILINE)


def remembered_keys(text: str) -> frozenset[str]:
    """Return the keys of what was proposed before; empty when `init` did not write the document."""
    return frozenset(key for match in _REMEMBERED.finditer(text) for key in match[1].split())


def is_ours(text: str) -> bool:
    """Say whether `init` wrote the document, and can go on with it."""
    return _REMEMBERED.search(text) is not None


def only_new(roadmap: Roadmap, text: str, document: Document) -> Roadmap:
    """Return the part of a roadmap that is neither in the document nor was ever proposed for it."""
    known = remembered_keys(text) | _keys_of(document)
    phases = []
    for phase in roadmap.phases:
        groups = tuple(new for group in phase.groups if (new := _new_part(group, known)).tasks)
        if groups:
            phases.append(replace(phase, groups=groups, checks=()))
    return replace(roadmap, phases=tuple(phases))


def merged(text: str, new: Roadmap, document: Document, root: Mapping, keys: frozenset[str] = frozenset()) -> str:
    """Return the document with the new phases behind its last one; nothing else changes but its memory.

    That gets the keys of the phases, and `keys` of what was added elsewhere.
    """
    groups = [group.id for phase in document.phases for group in phase.groups]
    numbers = numbers_after([_bare(phase.id) for phase in document.phases], [_bare(group) for group in groups])
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    at = _end_of_phases(lines, root)
    added = [f"{line}{end}" for line in phases_lines(map(_named, new.phases), numbers)]
    last_line = "" if at == 0 or lines[at - 1].endswith("\n") else end
    body = "".join([*lines[:at], last_line, *added, *lines[at:]])
    memory = "".join(f"{line}{end}" for line in remembered_lines(remembered_keys(text) | new.keys | keys))
    found = list(_BLOCK.finditer(body))
    if not found:
        return body + end + memory
    return body[: found[-1].start()] + memory + body[found[-1].end() :]


def _new_part(group: Group, known: frozenset[str]) -> Group:
    return replace(group, tasks=tuple(task for each in group.tasks if (task := _new_task(each, known)) is not None))


def _new_task(task: Proposal, known: frozenset[str]) -> Proposal | None:
    if not task.files:
        return None if known & set(task.keys) else task
    files = tuple(file for file, key in zip(task.files, task.keys, strict=True) if key not in known)
    return replace(task, files=files) if files else None


def _keys_of(document: Document) -> frozenset[str]:
    """Return the keys of the tasks that stand in the document, whoever wrote them."""
    found: set[str] = set()
    for phase in document.phases:
        for group in phase.groups:
            for task in group.tasks:
                fields: JsonObject = {"type": task.type, **dict(task.params)}
                items = task.foreach.items if task.foreach is not None and task.foreach.items else None
                found |= {key_of(fields, str(item)) for item in items} if items else {key_of(fields)}
    return frozenset(found)


def _named(phase: Phase) -> Phase:
    return replace(phase, name=f"{phase.name} (added)")


def _end_of_phases(lines: Sequence[str], root: Mapping) -> int:
    """Return the number of lines up to the end of the last entry of `phases`."""
    node = node_at(root, ("phases",))
    last = node.end_line if node is not None else len(lines)
    while last > 0 and (last > len(lines) or not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
        last -= 1
    return last


def _bare(id_: str) -> str:
    return id_.removeprefix("phase_").removeprefix("group_")
