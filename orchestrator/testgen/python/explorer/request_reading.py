"""What a view reads of a request, as its source shows: keys, headers, parts of its path."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from .facts import Definition, Literals, literals_of
from .words import words_for

_NUMBERS = ("count", "price", "quantity", "amount", "age", "year", "size", "limit", "page", "number", "score", "total")
_MOST_KEYS = 8
_MOST_PARTS = 16
_HEADER = re.compile(r"[A-Z][a-z]+(-[A-Z][a-z]+)+")
_PART = re.compile(r"[\w.-]{1,20}")
_KNOWN_HEADERS = {
    "accept": ("text/html", "application/json", "*/*"),
    "authorization": ("Basic dXNlcjpwYXNzd2Q=", "Bearer token", 'Digest username="user", nonce="a", uri="/"'),
    "cookie": ("a=1",),
    "range": ("bytes=0-4", "bytes=5-", "bytes=-3", "bytes=9-1"),
    "if-none-match": ('"a"', "*"),
}


def keys_read(node: Definition, place: str) -> list[str]:
    """Return the keys that a view reads from a part of the request, also by way of variables made of it.

    Where the view takes that part as a whole, any key will do.
    """
    variables = _made_of(node, place)
    sources = {f"{name}{end}" for name in variables for end in ("", ".get", ".getlist", ".pop")}
    found: dict[str, None] = {}
    for each in ast.walk(node):
        key: ast.expr | None = None
        if isinstance(each, ast.Subscript) and ast.unparse(each.value) in sources:
            key = each.slice
        elif isinstance(each, ast.Call) and each.args and ast.unparse(each.func) in sources:
            key = each.args[0]
        elif isinstance(each, ast.Compare) and ast.unparse(each.comparators[0]) in sources:
            key = each.left
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            found.setdefault(key.value)
    is_whole = not found and place != "json" and f"request.{place}" in ast.unparse(node)
    return ["a"] if is_whole else list(found)[:_MOST_KEYS]


def fields_of_forms(node: Definition, view: Any) -> list[str]:
    """Return the fields of the WTForms that a view makes, but for what a browser fills in by itself."""
    called = {each.func.id for each in ast.walk(node) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)}
    forms = [form for name in sorted(called) if hasattr(form := view.__globals__.get(name), "_unbound_fields")]
    found: dict[str, None] = {}
    for form in forms:
        for name in dir(form):
            kind = getattr(getattr(form, name, None), "field_class", None)
            if kind is not None and kind.__name__ not in ("SubmitField", "CSRFTokenField"):
                found.setdefault(name)
    return list(found)[:_MOST_KEYS]


def _made_of(node: Definition, place: str) -> set[str]:
    """Return a part of the request and the variables that are made of it."""
    known = {f"request.{place}"}
    part = re.compile(r"request\.(get_json|json)\b" if place == "json" else rf"request\.{place}\b")
    for each in ast.walk(node):
        if not isinstance(each, ast.Assign):
            continue
        is_made = part.search(ast.unparse(each.value)) or any(
            isinstance(used, ast.Name) and used.id in known for used in _whole_uses(each.value)
        )
        known |= {target.id for target in each.targets if isinstance(target, ast.Name)} if is_made else set()
    return known


def _whole_uses(value: ast.expr) -> Iterator[ast.expr]:
    """Yield what a call takes as it is: `Insensitive(args)` is made of `args`, `args["n"]` is not."""
    if isinstance(value, ast.Call):
        yield from value.args


def numbers_read(node: Definition | None) -> dict[str, list[int]]:
    """Return the keys whose values are turned into numbers, with numbers that the view knows."""
    found: dict[str, list[int]] = {}
    if node is None:
        return found
    known = [each for each in literals_of(node.body).numbers if type(each) is int]
    near = [each + by for each in known[:_MOST_KEYS] for by in (0, 1, -1)]
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in ("int", "float"):
            for text in (part.value for part in ast.walk(each) if isinstance(part, ast.Constant)):
                if isinstance(text, str):
                    found[text] = list(dict.fromkeys([5, 1, *near]))
    return found


def parts_of_path(name: str, node: Definition | None) -> Iterator[str]:
    """Yield what to put in place of a part of a path: words for its name, texts that the view knows, its own name."""
    literals = literals_of(node.body) if node is not None else Literals()
    marks = [text for text in literals.texts if len(text) == 1 and not text.isalnum() and text in ",:;-."]
    known = [text for text in literals.texts if _PART.fullmatch(text)]
    found = dict.fromkeys((*words_for(name), "1", "a", "missing"))
    found.update(dict.fromkeys(f"200{mark}404" for mark in marks))
    found.update(dict.fromkeys(f"200{second}1{first}404{second}2" for first in marks for second in marks))
    found.update(dict.fromkeys((name, *known[:_MOST_PARTS])))
    yield from found


def headers_read(node: Definition, literals: Literals) -> Iterator[dict[str, str]]:
    """Yield headers that a view asks for, with texts that it compares them with; none when it reads none."""
    source = ast.unparse(node).lower()
    if "header" not in source and "auth" not in source:
        return
    names = [text for text in literals.texts if text.lower() in _KNOWN_HEADERS or _HEADER.fullmatch(text)]
    if "auth" in source:
        names.append("Authorization")
    for name in dict.fromkeys(names):
        fitting = [text for text in literals.texts if text != name and ("/" in text) == (name.lower() == "accept")]
        for value in (*_KNOWN_HEADERS.get(name.lower(), ()), *fitting[:_MOST_KEYS], "a"):
            if value.isprintable() and value.strip():
                yield {name: value}


def values_for(key: str) -> list[Any]:
    """Return what to send under a key."""
    if any(word in key.lower() for word in _NUMBERS):
        return [5, 1, 100]
    return list(words_for(key) or ("hello", "a"))
