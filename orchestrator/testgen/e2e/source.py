"""Values as TypeScript source; Prettier does the rest where the project has it."""

import json
import re
from collections.abc import Mapping

from orchestrator.models.json import Json

_NAME = re.compile(r"^[A-Za-z_$][\w$]*$")
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\d")
_DEEPEST = 4
_MOST_ITEMS = 5


def literal(value: Json) -> str:
    """Return a value; `{"$": name}` becomes the variable, with `before` a template."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        if "$" in value:
            before = str(value.get("before", ""))
            return f"`{_in_template(before)}${{{value['$']}}}`" if before else str(value["$"])
        return _braces({key: literal(each) for key, each in value.items()})
    if isinstance(value, list):
        return f"[{', '.join(literal(each) for each in value)}]"
    return json.dumps(value)


def path_of(where: tuple[Json, ...]) -> str:
    """Return the path of a request: a text, or a template when values of earlier steps stand in it."""
    if all(isinstance(each, str) for each in where):
        return _quoted("/" + "/".join(str(each) for each in where))
    pieces = [_in_template(each) if isinstance(each, str) else _inside(each) for each in where]
    return f"`/{'/'.join(pieces)}`"


def _inside(value: Json) -> str:
    """Return a value as it stands within a template."""
    text = literal(value)
    return text[1:-1] if text.startswith("`") else f"${{{text}}}"


def expectation(seen: tuple[Json, Json], given: tuple[Mapping[str, Json], Mapping[str, Json]], depth: int = 0) -> str:
    """Return what two answers have in common, for `toMatchObject`."""
    first, second = seen
    if isinstance(first, dict) and isinstance(second, dict) and depth < _DEEPEST:
        common = [key for key in first if key in second]
        return _braces({key: expectation((first[key], second[key]), given, depth + 1) for key in common})
    if isinstance(first, list) and isinstance(second, list):
        if len(first) == len(second) <= _MOST_ITEMS:
            pairs = zip(first, second, strict=True)
            return f"[{', '.join(expectation(pair, given, depth + 1) for pair in pairs)}]"
        return "expect.any(Array)"
    if isinstance(first, str) and isinstance(second, str):
        return _text(first, second, given)
    if type(first) is type(second) and isinstance(first, int | float) and first != second:
        return "expect.any(Number)"
    return json.dumps(first) if first == second and not isinstance(first, dict) else "expect.anything()"


def _text(first: str, second: str, given: tuple[Mapping[str, Json], Mapping[str, Json]]) -> str:
    for name in given[0]:
        if name != "run" and (given[0][name], given[1].get(name)) == (first, second):
            return name
    run = str(given[0].get("run", ""))
    if run and run in first and first.replace(run, str(given[1].get("run"))) == second:
        return f"`{'${run}'.join(_in_template(each) for each in first.split(run))}`"
    return _quoted(first) if first == second and not _MOMENT.match(first) else "expect.any(String)"


def _braces(pairs: Mapping[str, str]) -> str:
    inside = [key if key == text else f"{_key(key)}: {text}" for key, text in pairs.items()]
    return f"{{ {', '.join(inside)} }}" if inside else "{}"


def _key(key: str) -> str:
    return key if _NAME.match(key) else _quoted(key)


def _quoted(text: str) -> str:
    plain = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{plain}'"


def _in_template(text: str) -> str:
    return text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
