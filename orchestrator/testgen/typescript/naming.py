"""Titles of tests: what comes out, and for which inputs."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.testgen.typescript.candidates import Candidate
from orchestrator.testgen.typescript.outcomes import outcome_of
from orchestrator.testgen.typescript.phrasing import after, circumstances, roomy, within
from orchestrator.testgen.typescript.sources import object_in, parts_of

_LONGEST_VALUE = 40
_LONGEST_FEATURE = 24
_MOST_FEATURES = 2
_MOST_ARGUMENTS = 3
_MOST_CONDITIONS = 3
_FOUND = ["when something is found"]  # of no object that comes out: that tells what was found
_REFUSED = re.compile(r"answers [45]\d\d")
_GIVEN = re.compile(r"\bwith(?:out)? (?!a |another |no )([\w-]+)")  # the name of what a title says is given, or not
_ID = re.compile(r"""['"][a-z]+-\d['"]""")  # of some thing or other
_GOES_ON = "a clock that goes on by "
_MAPPING = (("maps", " to %j"), ("turns", " into %j"))
_REFUSING = (("refuses", ""), ("does not take", ""))
_PATH = re.compile(r"[\w$]+(\.[\w$]+)*")
_SHORT_LITERAL = r"""'[^']{,22}'|"[^"]{,22}"|-?[\d.]+|true|false|null"""


@dataclass(frozen=True, slots=True)
class _Conditions:
    """Under which something comes out: the calls before, and what else a title tells."""

    after: str
    told: frozenset[str]

    def are_in(self, title: str) -> bool:
        """Say whether a title has room for all that is told."""
        return all(each.partition(" ")[2] in title for each in self.told)


class Namer:
    """Give each test of a `describe` a title of its own; `taken` are titles that somebody else gave.

    `others` are all candidates of the `describe`: a title says in what a test differs from the usual one of them.
    """

    def __init__(self, taken: frozenset[str] = frozenset(), others: Sequence[Candidate] = ()) -> None:
        self._used: Counter[str] = Counter()
        self._taken = taken
        self._usual, self._alone = usual_features(others)
        self._claims = [parts_of(whole) for each in others if (whole := object_in(each.expected))]
        self._are_several = len(others) > 1
        self._is_void = all(each.error or each.expected == "undefined" for each in others)
        self._paths = Counter(path for each in others for path in _paths(each))
        self._steps = Counter(step for each in others for step in each.steps[:1])
        self._given = Counter(name for each in others for name, _ in each.args)
        self._titles = [each.title for each in others]
        self._most = len(others) / 2
        self._conditions: list[_Conditions] = []  # under which others come out as they do

    def single(self, candidate: Candidate) -> str:
        """Return the title of a test of one call."""
        if candidate.deciding is not None:
            return self._conditional(candidate, candidate.deciding)
        if candidate.title:
            return self._unique(within(candidate.title, self._refused(candidate)))
        around = circumstances(candidate)
        title = f"{self._outcome(candidate)}{around}"
        told, rest = self._told(candidate)
        if not told and not around and self._are_several:
            told, others = self._lacking(candidate)[:1], self._lacking(candidate)[1:]
            rest = [*others, *rest]
        known = told[:_MOST_FEATURES]
        for count in range(len(told) + len(rest) + 1):
            found = within(title, [*known, *[*told[_MOST_FEATURES:], *rest][:count]])
            if self._is_free(found):
                return self._unique(found)
        return self._unique(within(title, known))

    def _conditional(self, candidate: Candidate, deciding: Sequence[str]) -> str:
        """Return a title that says when the outcome is this one, and what else tells the test from others."""
        heads = self._heads(candidate)
        known = [each for each in deciding if not _is_told(each, heads[0])]
        known = sorted(known, key=lambda each: not _is_seen(each, candidate))[:_MOST_CONDITIONS]
        if not deciding and not candidate.title:
            ordinary = self._ordinarily(candidate)[:_MOST_CONDITIONS]
            known = [each for each in ordinary if not _is_told(each, heads[0])]
        told, rest = ([], []) if candidate.title else self._told(candidate)
        names = [each for each in dict.fromkeys((*deciding, *candidate.more, *told, *rest)) if each not in known]
        ways = [known, *([*known, each] for each in names), *([each, *known] for each in names)]
        titles = [(roomy(heads, each), _Conditions(after(candidate), frozenset(each))) for each in ways]
        free = [(title, each) for title, each in titles if self._is_free(title)]
        apart = [(title, each) for title, each in free if each.are_in(title) and each not in self._conditions]
        title, conditions = [*apart, *free, titles[0]][0]
        self._conditions.append(conditions)
        return self._unique(title)

    def _is_free(self, title: str) -> bool:
        return title not in self._used and title not in self._taken

    def _ordinarily(self, candidate: Candidate) -> list[str]:
        """Return in words the little that goes into an ordinary call, or what others come after and it does not."""
        if candidate.kind == "constant":
            return []
        if before := self._before(candidate):
            return before
        is_short = len(candidate.args) <= _MOST_ARGUMENTS and not candidate.steps
        shown = [(name, text) for name, text in candidate.args if is_short and re.fullmatch(_SHORT_LITERAL, text)]
        told = [(name, text) for name, text in shown if not _ID.fullmatch(text) and text[1:-1] != name]
        empty = ("''", '""')
        given = [f"with an empty {name}" if text in empty else f"for {name} {text}" for name, text in told]
        return [*dict.fromkeys((*given, *_passing(candidate), *(candidate.more[:1] if is_short else ())))]

    def _heads(self, candidate: Candidate) -> tuple[str, ...]:
        """Return in words what comes out, and the same shorter and shorter."""
        if candidate.title:
            return (candidate.title,)
        outcomes = [self._outcome(candidate), self._outcome(candidate, 1), self._outcome(candidate, 0)]
        return tuple(f"{each}{after(candidate)}" for each in outcomes)

    def _outcome(self, candidate: Candidate, parts: int = 2) -> str:
        return outcome_of(candidate, self._claims, parts, is_void=self._is_void)

    def _refused(self, candidate: Candidate) -> list[str]:
        """Return in words what a request that is naturally refused is given, where others are given otherwise."""
        if not _REFUSED.fullmatch(candidate.title):
            return []
        named = Counter(name for each in self._titles if each != candidate.title for name in _GIVEN.findall(each))
        given = {name: text for _, name, text in candidate.features}
        names = [name for name in named if name in given or not _holds(candidate, name)]
        names = sorted(names, key=lambda name: -named[name])[:_MOST_FEATURES]
        return [f"with {name} {given[name]}" if name in given else f"without {name}" for name in names]

    def _told(self, candidate: Candidate) -> tuple[list[str], list[str]]:
        """Return in words what is given otherwise than usual, and what the others are not given at all.

        Of the only test of a `describe` it is all of the little that goes in.
        """
        if not self._are_several:
            plain = len(candidate.args) <= _MOST_FEATURES and not candidate.steps
            shown = [(name, text) for name, text in candidate.args if plain and re.fullmatch(_SHORT_LITERAL, text)]
            return [f"for {name} {text}" for name, text in shown], []
        told: dict[str, None] = {}
        rest: dict[str, None] = {}
        named: set[str] = set()  # of two things of one name the first says enough
        for where, name, text in sorted(candidate.features, key=lambda feature: feature[0] != feature[1]):
            longest = _LONGEST_VALUE if where == name or where.endswith("#") else _LONGEST_FEATURE
            if len(text) <= longest and (name or where.endswith("#")) and self._usual.get(where) != text:
                is_apart = where in self._alone and where != name  # an argument that only one test gives tells most
                (rest if is_apart or name in named else told)[_in_words(where, name, text)] = None
                named |= {name} - {""}
        own = [f"with {name}" for name, _ in candidate.args if self._given[name] == 1 and candidate.kind != "constant"]
        return list(told) or own, list(rest)

    def _lacking(self, candidate: Candidate) -> list[str]:
        """Return in words what most others are given or come after, and this one not; else that something was found."""
        own = {*_paths(candidate), *(name for name, _ in candidate.args)}
        often = [path for path, count in self._paths.items() if count >= self._most and path not in own]
        missing = [path for path in often if path.rpartition(".")[0] not in often]
        known = {*map(_last, own)}
        missing = [path for path in missing if _last(path) in known or not _holds(candidate, _last(path))]
        if missing and candidate.kind != "constant":
            shown = sorted(missing, key=lambda path: (path.count("."), path))
            return [f"without {_last(path) if _last(path) not in known else path}" for path in shown]
        return self._before(candidate) or _FOUND * (bool(candidate.answers) and candidate.expected[:1] != "{")

    def _before(self, candidate: Candidate) -> list[str]:
        """Return in words that others come after a call, and this one not."""
        usual = [step for step, count in self._steps.most_common(1) if count >= self._most and not candidate.steps]
        return ["the first time" if _last(candidate.subject) == step else f"before {step}" for step in usual]

    def table(self, candidates: list[Candidate]) -> str:
        """Return the title of a table of calls; everything before the first `%` is of this table alone."""
        names = " and ".join(dict.fromkeys(name for name, _ in candidates[0].args))
        places = ", ".join("%j" for _ in candidates[0].args)
        ways = _REFUSING if candidates[0].error else _MAPPING
        count = 0
        while True:
            verb, end = ways[count % len(ways)]
            count += 1
            begin = f"{verb} {names} " if count <= len(ways) else f"{verb} {names} ({count}) "
            if begin not in self._used and not any(each.startswith(begin) for each in self._taken):
                self._used[begin] += 1
                return f"{begin}{places}{end}"

    def _unique(self, title: str) -> str:
        while True:
            self._used[title] += 1
            unique = title if self._used[title] == 1 else f"{title} ({self._used[title]})"
            if unique not in self._taken:
                return unique


def _is_told(condition: str, head: str) -> bool:
    """Say whether what comes out tells a condition already, as "an object with limit 2" tells "with limit 2"."""
    rest = condition.partition(" ")[2]
    return condition in head or (" " in rest and rest in head)


def _is_seen(condition: str, candidate: Candidate) -> bool:
    """Say whether the value of a condition comes out again in an error."""
    value = re.search(r"'([^']+)'$", condition)
    return value is not None and candidate.error is not None and value.group(1) in str(candidate.error["message"])


def _passing(candidate: Candidate) -> list[str]:
    """Return in words how much time passes by a clock that goes in."""
    texts = [text for where, _, text in candidate.features if where.endswith("#")]
    spans = [text.removeprefix(_GOES_ON) for text in texts if text.startswith(_GOES_ON)]
    return [f"when {each} {'passes' if each.startswith('1 ') else 'pass'}" for each in spans]


def _holds(candidate: Candidate, name: str) -> bool:
    """Say whether a call gives something under a name, a parameter of a path as well, however it is made."""
    written = " ".join((candidate.subject, *candidate.arrange, candidate.call))
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", written) is not None


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _paths(candidate: Candidate) -> frozenset[str]:
    """Return where something stands in what a function is given: `context`, `context.user`, `context.user.role`."""
    found: set[str] = set()
    for where, _, _ in candidate.features:
        if _PATH.fullmatch(where):
            parts = where.split(".")
            found |= {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
    return frozenset(found)


def usual_features(candidates: Sequence[Candidate]) -> tuple[dict[str, str], frozenset[str]]:
    """Return what most candidates are given where, and the places where only one of them is given something."""
    counts: dict[str, Counter[str]] = {}
    for each in candidates:
        for where, _, text in each.features:
            counts.setdefault(where, Counter())[text] += 1
    usual = {where: texts.most_common(1)[0] for where, texts in counts.items()}
    alone = frozenset(where for where, texts in counts.items() if texts.total() == 1)
    return {where: text for where, (text, count) in usual.items() if count > 1}, alone


def _in_words(where: str, name: str, text: str) -> str:
    if where.endswith("#"):
        return f"with {text}"
    return f"for {name} {text}" if where == name else f"with {name} {text}"
