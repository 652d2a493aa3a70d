"""What pytest complained about, in the words that help."""

import re

from orchestrator.testgen.last_lines import LONGEST, last_lines

_ERROR = "E  "  # begins the lines in which pytest says what was raised
_CONFTEST = re.compile(r"(\S*conftest\.py):(\d+): in ")


def what_went_wrong(printed: str, root: str) -> str:
    """Return the last error that pytest printed, behind the place in a conftest file that led to it; else its end.

    Warnings of plug-ins may follow the error. `root` is the project's folder, absolute.
    """
    rows = printed.splitlines()
    last = max((number for number, row in enumerate(rows) if row.startswith(_ERROR)), default=-1)
    if last < 0:
        return last_lines(printed)
    first = last
    while first > 0 and rows[first - 1].startswith(_ERROR):
        first -= 1
    places = [found for row in rows[:first] if (found := _CONFTEST.match(row))]
    place = f"{_below(places[-1][1], root)}:{places[-1][2]}: " if places else ""
    said = [row[len(_ERROR) :].strip() for row in rows[first : last + 1]]
    while len(said) > 1 and sum(map(len, said)) > LONGEST:
        said.pop()
    return place + "\n".join(said)[:LONGEST]


def _below(path: str, root: str) -> str:
    """Return a path as it is called in the project, whether pytest saw it there or in the copy made of links."""
    for top in (f"{root}/", "/project/"):
        if top in path:
            return path.rpartition(top)[2]
    return path
