"""The result of an exploration in the form in which it goes to the parent."""

from typing import Any

from .body import Body
from .corpus import Corpus, Try
from .defects import Defect

_SAYS_LITTLE = 12.0  # of cost


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


def says_little(body: Body) -> bool:
    """Say whether a test asserts of what kind something is, and nothing more."""
    claims = [each for each in body.lines if each.lstrip().startswith("assert ")]
    return bool(claims) and all("assert isinstance(" in each for each in claims)


def candidate_json(made: Try, body: Body, changed: list[tuple[str, str]]) -> dict[str, Any]:
    """Describe a proposed test; `changed` are (module, global) of data that it changes."""
    return {
        "subject": made.subject.name,
        "kind": made.subject.kind,
        "line": made.subject.line,
        "lines": body.lines,
        "table": body.table,
        "columns": body.columns,
        "row": body.row,
        "expected": body.expected,
        "label": body.label,
        "more": body.more,
        "fixtures": body.fixtures,
        "call": made.program.call,
        "arguments": [
            [parameter.name, argument if isinstance(argument, str) else ", ".join(argument), parameter.is_required]
            for parameter, argument in zip(made.subject.parameters, made.arguments, strict=True)
            if argument is not None
        ],
        "changes": changed,
        "goals": sorted(made.outcome.goals),
        "cost": round(made.cost + _SAYS_LITTLE * says_little(body), 3),
        "is_example": made.origin == "example",
    }
