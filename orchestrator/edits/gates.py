"""Checkers of workflows that a machine may have: how each is called, and how many findings of which kind it has.

Findings are counted by kind, not by place, because an edit moves lines. What is more behind an edit than before it is
new, and an edit may bring nothing new: good files have findings too, so the files alone say nothing.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.models.json import Json

BEFORE, AFTER = "before.yml", "after.yml"
# Told as a warning: a person may well mean it, and the native checker treats it the same.
_ADVICE = frozenset(("unpinned-uses",))
Counts = Mapping[str, Counter[str]]


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A program, its words ahead of the files, and how to read what it prints: findings by the name of the file."""

    program: str
    words: tuple[str, ...]
    read: Callable[[Json], Counter[tuple[str, str]]]

    def new(self, output: str) -> Counter[str] | None:
        """Return what the file after an edit has more of than the one before; None when the output is none of ours."""
        try:
            found = self.read(json.loads(output or "[]"))
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            return None
        counts = {name: Counter({kind: n for (file, kind), n in found.items() if file == name}) for name in _FILES}
        return counts[AFTER] - counts[BEFORE]


_FILES = (BEFORE, AFTER)


def _file(path: object) -> str:
    return str(path).replace("\\", "/").rsplit("/", 1)[-1]


def lint_kind(kind: str, message: str) -> str | None:
    """Return what an error of actionlint is counted as, without numbers and names that an edit adds; None: too young.

    What is younger than actionlint 1.7.7: the permission `artifact-metadata`, more than ten inputs.
    """
    if "artifact-metadata" in message or 'inputs for "workflow_dispatch" event is 10' in message:
        return None
    return f"{kind}: {re.sub(r'[0-9]+', 'N', re.sub(r'(?<=object type ).*', '…', message))}"


def schema_kind(path: str) -> str:
    """Return what a mistake at a path is counted as: wherever it stands in a list, whatever the job is called."""
    return re.sub(r"(?<=^\$\.jobs)(?:\.[\w-]+|\['[^']*'\])", ".…", re.sub(r"\[\d+\]|\.\d+", "[]", path))


def _actionlint(data: Json) -> Counter[tuple[str, str]]:
    kinds = ((each["filepath"], lint_kind(each["kind"], each["message"])) for each in data or ())
    return Counter((_file(path), kind) for path, kind in kinds if kind is not None)


def _zizmor(data: Json) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for each in data:
        key = each["locations"][0]["symbolic"]["key"]["Local"]
        found[_file(key.get("verbatim_path") or key.get("given_path")), each["ident"]] += 1
    return found


def _schema(data: Json) -> Counter[tuple[str, str]]:
    errors = [*data.get("errors", ()), *data.get("parse_errors", ())]
    return Counter((_file(each["filename"]), schema_kind(str(each.get("path", "")))) for each in errors)


GATES: Sequence[Gate] = (
    Gate(program="actionlint", words=("-no-color", "-format", "{{json .}}"), read=_actionlint),
    Gate(
        program="zizmor",
        words=("--offline", "--no-progress", "--quiet", "--format=json", "--min-severity=medium"),
        read=_zizmor,
    ),
    Gate(
        program="check-jsonschema",
        words=("--builtin-schema", "vendor.github-workflows", "--output-format", "json"),
        read=_schema,
    ),
)


def verdict(program: str, found: Counter[str] | None) -> tuple[str | None, list[str]]:
    """Return the sentence that refuses an edit, or None, and those that only warn."""
    if found is None:
        return None, [f"{program} could not judge the workflow"]
    said = {kind: f"{program} has a new finding: {kind}" for kind in found}
    mistake = next((text for kind, text in said.items() if kind not in _ADVICE), None)
    return mistake, [text for kind, text in said.items() if kind in _ADVICE]
