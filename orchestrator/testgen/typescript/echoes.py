"""Which parts of what comes out only repeat what went in."""

import re

from orchestrator.testgen.typescript.candidates import Candidate
from orchestrator.testgen.typescript.sources import sources_in

_TEXT = re.compile(r"""['"].{3,}['"]""")


def is_echo(key: str, value: str, candidate: Candidate) -> bool:
    """Say whether a part of an object went in as it comes out: under its name, or as a text under any other.

    What stands otherwise in a row that was found is changed, wherever the new value comes from.
    """
    name = bare(key)
    found = {text for where, each, text in candidate.features if bare(each) == name and where.startswith("answer")}
    if found:
        return value in found
    given = {(bare(each), text) for _, each, text in candidate.features}
    is_given = not given.isdisjoint(((name, value), ("", value)))
    return is_given or (_TEXT.fullmatch(value) is not None and any(text == value for _, text in given))


def carried_in(whole: str, candidate: Candidate) -> str:
    """Return in words what of a row that was found stands in an object under another name; "" where nothing does."""
    found = {text: name for where, name, text in candidate.features if where.startswith("answer") and name}
    given = {text for where, _, text in candidate.features if not where.startswith("answer")}
    for key, value in sources_in(whole).items():
        name = found.get(value, "") if value not in given and _TEXT.fullmatch(value) else ""
        if name and bare(name) != bare(key):
            return f"the {name} that was found as {key}"
    return ""


def bare(key: str) -> str:
    """Return a name in whatever way it is written: `owner_id`, `ownerId`."""
    return key.rpartition(".")[2].replace("_", "").lower()
