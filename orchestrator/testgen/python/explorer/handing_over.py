"""The result of an exploration in the form in which it goes to the parent."""

import re
import sys
from collections.abc import Sequence
from typing import Any

from .body import Body
from .corpus import Corpus, Try
from .defects import Defect

_LONG, _PER_ODDNESS = 110, 25  # characters of a line that a reader takes in, and of what is more
_RECORDED = re.compile(r""", (?=\w+=|["'][\w-]+["']: |\{|[A-Z]\w*\()""")  # where the parts of records begin


def count_kinds(corpus: Corpus) -> dict[str, int]:
    """Count how the calls went."""
    counts: dict[str, int] = {}
    for made in corpus.tries.values():
        key = made.outcome.kind + (" (explicit)" if made.outcome.is_explicit else "")
        counts[key] = counts.get(key, 0) + 1
    return counts


def unique(defects: list[Defect]) -> list[Defect]:
    """Return each finding once, and not too many."""
    return list(dict.fromkeys(defects))[:40]


def candidate_json(made: Try, body: Body, changed: list[tuple[str, str]], *, is_judged: bool) -> dict[str, Any]:
    """Describe a proposed test; `changed` are (module, global) of data that it changes."""
    is_made_up = made.origin != "example"
    length = _too_long(body.lines) * is_made_up
    return {
        "subject": made.subject.name,
        "kind": made.subject.kind,
        "line": made.subject.line,
        "lines": body.lines,
        "table": body.table,
        "columns": body.columns,
        "row": body.row,
        "expected": body.expected,
        "wide": body.wide,
        "options": body.options,
        "label": body.label,
        "more": body.more,
        "fixtures": body.fixtures,
        "call": made.program.call,
        "arguments": [
            [parameter.name, argument if isinstance(argument, str) else ", ".join(argument), parameter.is_required]
            for parameter, argument in zip(made.subject.parameters, made.arguments, strict=True)
            if argument is not None
        ],
        "changes": [(_importable(module), name) for module, name in changed],
        "variables": made.outcome.variables,
        "goals": sorted(made.outcome.goals),
        "cost": round(made.cost + length, 3),
        "oddness": round(made.oddness + strangeness(body.lines) * is_made_up, 3),
        "plainness": made.plainness * (not body.label and not length),
        "is_example": made.origin == "example",
        "is_accident": made.is_accident,
        "is_judged": is_judged,
    }


def strangeness(lines: Sequence[str]) -> float:
    """Return how strange lines look for their length; a record of many named parts is laid out part by part."""
    return _too_long([part for line in lines for part in _RECORDED.split(line)])


def _too_long(lines: Sequence[str]) -> float:
    """Return how much more there is in the longest line than a reader takes in."""
    return max(0, max(map(len, lines)) - _LONG) / _PER_ODDNESS


def _importable(module: str) -> str:
    """Return the name of a module, with `:` before its last part where its package has something else of that name."""
    package, _, last = module.rpartition(".")
    is_there = not package or getattr(sys.modules.get(package), last, None) is sys.modules.get(module)
    return module if is_there else f"{package}:{last}"
