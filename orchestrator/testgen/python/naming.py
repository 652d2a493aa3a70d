"""Names of tests: what is called, and what is special about this call."""

import re
from collections import Counter

from orchestrator.testgen.python.candidates import Candidate

_LONGEST = 70
_EMPTY = frozenset(("''", '""', "[]", "{}", "()", "set()"))


class Namer:
    """Give each test of a file a name of its own."""

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._used = Counter(dict.fromkeys(taken, 1))

    def single(self, candidate: Candidate) -> str:
        """Return the name of a test of one call."""
        words = [_snake(candidate.subject), *_words(candidate)]
        return self._unique(words, candidate.more)

    def table(self, candidates: list[Candidate]) -> str:
        """Return the name of a table of calls."""
        first = candidates[0]
        options = [name for name, _, required in first.arguments if not required]
        words = [_snake(first.subject), *([f"with_{'_and_'.join(options[:2])}"] if options else [])]
        return self._unique(words)

    def given(self, name: str) -> str:
        """Return a name that somebody chose, with a number when it is taken."""
        return self._unique([name.removeprefix("test_")])

    def _unique(self, words: list[str], more: str = "") -> str:
        name = _joined(words)
        if more.replace("_", "").isdigit():
            more = f"gives_{more}"
        if more and self._used[name] and not self._used[_joined([*words, more])]:
            name = _joined([*words, more])
        self._used[name] += 1
        if self._used[name] == 1:
            return name
        numbered = f"{name}_{self._used[name]}"
        self._used[numbered] += 1
        return numbered


def _joined(words: list[str]) -> str:
    name = re.sub(r"_+", "_", "_".join(word for word in words if word)).strip("_")
    if len(name) > _LONGEST:  # cut between words
        name = name[:_LONGEST].rpartition("_")[0] or name[:_LONGEST]
    return f"test_{name.rstrip('_')}"


def _words(candidate: Candidate) -> list[str]:
    is_obvious = candidate.label == "is_empty" and any(text in _EMPTY for _, text, _ in candidate.arguments)
    words = [] if is_obvious else [candidate.label]
    for name, text, required in candidate.arguments:
        if candidate.kind in ("route", "program"):
            break
        if text in _EMPTY:
            words.append(
                f"of_empty_{_snake(name)}" if not candidate.label.startswith("raises") else f"for_empty_{_snake(name)}"
            )
        elif text == "None":
            words.append(f"without_{_snake(name)}")
        elif text in ("True", "False"):
            words.append(_snake(name) if text == "True" else f"not_{_snake(name)}")
        elif re.fullmatch(r"-\d[\d.]*", text):
            words.append(f"for_negative_{_snake(name)}")
        elif not required:
            words.append(f"with_{_snake(name)}")
    return [word for word in dict.fromkeys(words) if word][:3]


def _snake(name: str) -> str:
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.replace(".", "_")).lower()
    return re.sub(r"\W+", "_", plain).strip("_")
