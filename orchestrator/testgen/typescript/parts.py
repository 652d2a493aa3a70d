"""Which tests of a function assert only in what a large object differs: as a whole it stands in the first of them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from orchestrator.testgen.typescript.candidates import Candidate
from orchestrator.testgen.typescript.sources import sources_in

_LARGE = 8  # values in an object that is long to read
_FEW = 4  # values that are told one by one


def in_parts(chosen: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates, further ones of a function with the part that differs, where that loses no mutant."""
    kills = Counter(kill for each in chosen for kill in each.kills)
    earlier: dict[str, list[Mapping[str, str]]] = {}
    found = []
    for each in chosen:
        values = _values_of(each.expected) if each.expected.startswith("{") else {}
        part = _apart(values, earlier.get(each.subject, ()), each, kills)
        if len(values) >= _LARGE:
            earlier.setdefault(each.subject, []).append(values)
        lost = {kill for kill, paths in each.kill_paths or () if not _shows(paths, part)} & each.kills
        is_clear = each.kill_paths is not None and 0 < len(part) <= _FEW
        if is_clear and all(kills[kill] > 1 for kill in lost):
            kills.subtract(lost)
            found.append(replace(each, part=_written(part), kills=each.kills - lost))
        else:
            found.append(each)
    return found


def _apart(
    values: Mapping[str, str], earlier: Sequence[Mapping[str, str]], candidate: Candidate, kills: Counter[int]
) -> dict[str, str]:
    """Return in what an object differs from the most similar one before it, and what alone notices a change."""
    unlike = [{key for key in values if each.get(key) != values[key]} for each in earlier if _is_whole(each, values)]
    keys = min((each for each in unlike if each), key=len, default=set[str]())
    for kill, paths in candidate.kill_paths or ():
        if keys and kill in candidate.kills and kills[kill] == 1 and not _shows(paths, keys):
            keys |= {*paths[:1]} & values.keys()
    return {key: text for key, text in values.items() if key in keys}


def _shows(paths: Collection[str], part: Collection[str]) -> bool:
    return any(_is_in(path, part) for path in paths)


def _values_of(text: str) -> dict[str, str]:
    """Return what stands in an object as source, by its path."""
    found: dict[str, str] = {}
    for key, value in sources_in(text).items():
        inner = _values_of(value) if value.startswith("{") else {}
        found |= {f"{key}.{path}": each for path, each in inner.items()} if inner else {key: value or key}
    return found


def _is_whole(whole: Mapping[str, str], values: Mapping[str, str]) -> bool:
    """Say whether nothing of the whole is missing: that something is not there can only be asserted of the whole."""
    return all(_is_in(path, values) for path in whole)


def _is_in(path: str, part: Collection[str]) -> bool:
    return any(path == each or path.startswith(f"{each}.") or each.startswith(f"{path}.") for each in part)


def _written(part: Mapping[str, str]) -> str:
    """Return the source of an object out of what stands in it by path."""
    inner: dict[str, dict[str, str]] = {}
    for path, text in part.items():
        key, _, rest = path.partition(".")
        inner.setdefault(key, {})[rest] = text
    told = [f"{key}: {below[''] if '' in below else _written(below)}" for key, below in inner.items()]
    return f"{{ {', '.join(told)} }}"
