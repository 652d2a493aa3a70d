"""Make JSON values out of a JSON Schema: valid ones, those at the limits, and some that are not valid."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from .words import PLAIN, words_for

_DEEPEST = 6
_NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn")
_FORMATS = {
    "date": ("2024-01-31", "2024-03-05"),
    "date-time": ("2024-01-31T12:30:00Z", "2024-02-05T08:00:00Z"),
    "time": ("12:30:00",),
    "uuid": ("00000000-0000-0000-0000-000000000001",),
    "email": ("user@example.com",),
    "uri": ("https://example.com/x",),
}


class SchemaValues:
    """Values of one schema; `texts` are words that the code knows."""

    def __init__(self, schema: dict[str, Any], texts: Sequence[str], rng: random.Random) -> None:
        self._definitions = schema.get("$defs", schema.get("definitions", {}))
        self._schema = schema
        self._texts = texts
        self._rng = rng

    def all(self, count: int) -> Iterator[Any]:
        """Yield the least and the fullest value, each property at its limits, then random ones, then wrong ones."""
        yield self.value(self._schema, full=False)
        yield self.value(self._schema, full=True)
        yield from self._one_by_one()
        for _ in range(count):
            yield self.random(self._schema)
        yield from self._wrong()

    def value(self, schema: dict[str, Any], *, full: bool, depth: int = 0, name: str = "") -> Any:
        """Return the plainest valid value."""
        schema = self._resolved(schema)
        if depth > _DEEPEST:
            return None
        if schema.get("type") == "object" or "properties" in schema:
            names = schema.get("properties", {}) if full else schema.get("required", ())
            made = {
                name: self.value(schema["properties"][name], full=full, depth=depth + 1, name=name) for name in names
            }
            extra = schema.get("additionalProperties")
            return made if made or not isinstance(extra, dict) else {"a": self.value(extra, full=full, depth=depth + 1)}
        if schema.get("type") == "array":
            count = max(schema.get("minItems", 0), 1 if full else 0)
            items = [self.value(schema.get("items", {}), full=full, depth=depth + 1, name=name) for _ in range(count)]
            return _told_apart(items)
        return self.choices(schema, name)[0]

    def choices(self, schema: dict[str, Any], name: str = "") -> list[Any]:
        """Return valid values of a simple schema, the plainest first."""
        if "const" in schema:
            return [schema["const"]]
        if "enum" in schema:
            return list(schema["enum"])
        kind = schema.get("type")
        if kind in ("integer", "number"):
            return _numbers(schema, whole=kind == "integer")
        if kind == "boolean":
            return [True, False]
        if kind == "null":
            return [None]
        if "format" in schema:
            return list(_FORMATS.get(schema["format"], ("a",)))
        least, most = schema.get("minLength", 0), schema.get("maxLength", 200)
        words = [word for word in (words_for(name) or PLAIN) if least <= len(word) <= most]
        return words or ["a" * least]

    def random(self, schema: dict[str, Any], depth: int = 0, name: str = "") -> Any:
        """Return some valid value."""
        schema = self._resolved(schema, pick=True)
        if depth > _DEEPEST:
            return None
        if schema.get("type") == "object" or "properties" in schema:
            required = schema.get("required", ())
            properties = schema.get("properties", {})
            names = [each for each in properties if each in required or self._rng.random() < 0.6]
            made = {each: self.random(properties[each], depth + 1, each) for each in names}
            extra = schema.get("additionalProperties")
            if isinstance(extra, dict):
                for key in self._keys(name):
                    made.setdefault(key, self.random(extra, depth + 1))
            return made
        if schema.get("type") == "array":
            least, most = schema.get("minItems", 0), min(schema.get("maxItems", 5), 5)
            count = self._rng.randint(least, max(least, most))
            items = [self.random(schema.get("items", {}), depth + 1, name) for _ in range(count)]
            return _told_apart(items, self._rng)
        choices = self.choices(schema, name)
        if (
            schema.get("type") == "string"
            and not {"enum", "format", "const"} & set(schema)
            and self._rng.random() < 0.2
        ):
            choices = [word for word in self._texts if len(word) <= schema.get("maxLength", 200)] or choices
        return self._rng.choice(choices)

    def _keys(self, name: str) -> list[str]:
        pool = list(words_for(name) or PLAIN)
        return self._rng.sample(pool, min(len(pool), self._rng.randint(1, 3)))

    def _one_by_one(self) -> Iterator[Any]:
        schema = self._resolved(self._schema)
        properties = schema.get("properties", {})
        for name in properties:
            inner = self._resolved(properties[name])
            if inner.get("type") in ("object", "array"):
                continue
            for choice in self.choices(inner, name)[:12]:
                yield {**self.value(schema, full=True), name: choice}

    def _wrong(self) -> Iterator[Any]:
        schema = self._resolved(self._schema)
        full = self.value(schema, full=True)
        if not isinstance(full, dict):
            return
        for name in schema.get("required", ()):
            yield {key: item for key, item in full.items() if key != name}
        for name in schema.get("properties", {}):
            inner = self._resolved(schema["properties"][name])
            if "minimum" in inner:
                yield {**full, name: inner["minimum"] - 1}
            if inner.get("minLength"):
                yield {**full, name: ""}
            if inner.get("minItems"):
                yield {**full, name: []}

    def _resolved(self, schema: dict[str, Any], *, pick: bool = False) -> dict[str, Any]:
        for _ in range(_DEEPEST):
            if "$ref" in schema:
                schema = self._definitions.get(schema["$ref"].rpartition("/")[2], {})
            elif "allOf" in schema:
                schema = schema["allOf"][0]
            elif options := schema.get("anyOf") or schema.get("oneOf"):
                schema = self._rng.choice(options) if pick else options[0]
            else:
                break
        return schema


def _numbers(schema: dict[str, Any], *, whole: bool) -> list[Any]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None and "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"] + (1 if whole else 0.5)
    if high is None and "exclusiveMaximum" in schema:
        high = schema["exclusiveMaximum"] - (1 if whole else 0.5)
    limits = [each for each in (low, high) if each is not None]
    middle = [(low + high) / 2] if low is not None and high is not None else []
    ordinary = [1, 2, 3, 5, 10, 40, 60, 100, 0, 1000] + ([] if whole else [0.5, 82.5])
    found = [
        each
        for each in (*ordinary, *limits, *middle)
        if (low is None or each >= low) and (high is None or each <= high)
    ]
    return list(dict.fromkeys(int(each) if whole or float(each).is_integer() else float(each) for each in found)) or [0]


def _told_apart(items: list[Any], rng: random.Random | None = None) -> list[Any]:
    """Give objects of one list different ids and names, as real ones have; now and then two share one."""
    for key in ("id", "name"):
        if sum(isinstance(item, dict) and isinstance(item.get(key), str) for item in items) < 2:
            continue
        if rng is not None and rng.random() < 0.2:
            continue
        for position, item in enumerate(items):
            if isinstance(item, dict) and isinstance(item.get(key), str):
                item[key] = (
                    f"{'abcdefgh'[position % 8]}{position + 1}" if key == "id" else _NAMES[position % len(_NAMES)]
                )
    return items
