"""Random documents as people write them, and random edits with their meaning, made without our own code."""

import copy
import json
import re
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

NASTY = ["", "yes", "a: b", "# x", "// x", "/* x */", "*star", "${{ x }}", "a'b", 'a"b', "a`b", "back\\slash", "äöü 📦"]
NASTY += ["line\nbreak", "tab\t", "a,b", "{", "]", "\u2028", "constructor", "</script>", "null", "1.10", "\x00", "\x7f"]

keys = st.one_of(
    st.sampled_from(["a", "b", "lines", "src/**", "a-b", "1", "été", "with space", "default"]), st.text(max_size=4)
)
keys = keys.filter(lambda key: key != "__proto__" and not any("\ud800" <= c <= "\udfff" for c in key))
texts = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.sampled_from([0.5, -1.25, 1e-7]), texts)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)
documents = st.dictionaries(keys, values, min_size=1, max_size=4)


@dataclass(frozen=True)
class Habit:
    """How a document is written."""

    unit: str
    end: str
    quote: str = '"'
    trailing: bool = False
    comments: bool = False
    bare_keys: bool = False
    flat_below: int = 9


habits = st.builds(
    Habit,
    unit=st.sampled_from(["  ", "    ", "\t"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quote=st.sampled_from("'\""),
    trailing=st.booleans(),
    comments=st.booleans(),
    bare_keys=st.booleans(),
    flat_below=st.integers(0, 3),
)


def written(value: Any, habit: Habit, *, is_json: bool, depth: int = 0) -> str:
    """Return a value as text; all that a habit leaves open alternates with the content."""
    if isinstance(value, dict | list) and value:
        return _collection(value, habit, is_json, depth)
    if isinstance(value, str):
        return _text(value, habit, is_json)
    return json.dumps(value)


def _collection(value: Any, habit: Habit, is_json: bool, depth: int) -> str:
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    if isinstance(value, dict):
        parts = [
            f"{_key(k, habit, is_json)}: {written(v, habit, is_json=is_json, depth=depth + 1)}"
            for k, v in value.items()
        ]
    else:
        parts = [written(item, habit, is_json=is_json, depth=depth + 1) for item in value]
    last = "," if habit.trailing else ""
    if depth >= habit.flat_below:
        pad = " " if isinstance(value, dict) and len(value) % 2 else ""
        return f"{opening}{pad}{', '.join(parts)}{last}{pad}{closing}"
    lead = habit.end + habit.unit * (depth + 1)
    lines = ""
    for at, part in enumerate(parts):
        comma = "," if at + 1 < len(parts) else last
        above = f"{lead}// about {at}" if habit.comments and at % 2 else ""
        behind = f" // end {at}" if habit.comments and at % 3 == 0 else ""
        lines += f"{above}{lead}{part}{comma}{behind}"
    return f"{opening}{lines}{habit.end}{habit.unit * depth}{closing}"


def _key(key: str, habit: Habit, is_json: bool) -> str:
    if habit.bare_keys and not is_json and re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*", key):
        return key
    return _text(key, habit, is_json)


def _text(text: str, habit: Habit, is_json: bool) -> str:
    double = json.dumps(text).replace("\u2028", "\\u2028")
    if is_json or habit.quote == '"':
        return double
    return "'" + double[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"


@dataclass(frozen=True)
class Edit:
    """One random operation; `picks` choose the way down, whatever the document is."""

    what: str
    picks: tuple[int, ...]
    key: str
    value: Any


edits = st.builds(
    Edit,
    what=st.sampled_from(["set", "add", "delete", "append", "insert"]),
    picks=st.lists(st.integers(0, 5), max_size=4).map(tuple),
    key=keys,
    value=values,
)


def path_of(edit: Edit, document: Any) -> tuple[list[Any], Any]:
    """Follow the picks as far as they lead; return the path and what is there."""
    path: list[Any] = []
    here = document
    for pick in edit.picks:
        if not isinstance(here, dict | list) or not here:
            break
        step = list(here)[pick % len(here)] if isinstance(here, dict) else pick % len(here)
        path.append(step)
        here = here[step]
    return path, here


def carry_out(edit: Edit, editor: Any, document: Any) -> Any:
    """Make the edit with the editor and, apart from it, on a copy of the document; return that copy."""
    after = copy.deepcopy(document)
    path, here = path_of(edit, document)
    holder = after
    for step in path[:-1]:
        holder = holder[step]
    if edit.what == "set" and path:
        editor.set(path, edit.value)
        holder[path[-1]] = edit.value
    elif edit.what == "add" and isinstance(here, dict):
        editor.set([*path, edit.key], edit.value)
        _at(after, path)[edit.key] = edit.value
    elif edit.what == "delete" and path:
        editor.delete(path)
        del holder[path[-1]]
    elif edit.what == "append" and isinstance(here, list):
        editor.append(path, edit.value)
        _at(after, path).append(edit.value)
    elif edit.what == "insert" and isinstance(here, list) and here:
        editor.insert_items(path, 0, [edit.value, 1])
        _at(after, path)[0:0] = [edit.value, 1]
    return after


def _at(value: Any, path: list[Any]) -> Any:
    for step in path:
        value = value[step]
    return value
