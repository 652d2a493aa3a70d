"""What hints, methods, functions and names say about the kind of a value."""

import datetime
import decimal
import fractions
import os
import pathlib
import re
import types
import uuid
from collections import abc
from typing import Any

Kind = str | tuple[Any, ...]

CLASSES: dict[object, Kind] = {
    str: "str",
    int: "int",
    float: "float",
    complex: "float",
    bool: "bool",
    bytes: "bytes",
    bytearray: "bytes",
    list: "list",
    tuple: "tuple",
    dict: "dict",
    set: "set",
    frozenset: "set",
    range: "iterator",
    type(None): "none",
    datetime.datetime: "datetime",
    datetime.date: "date",
    datetime.time: "time",
    datetime.timedelta: "timedelta",
    datetime.tzinfo: "timezone",
    datetime.timezone: "timezone",
    decimal.Decimal: "decimal",
    fractions.Fraction: "fraction",
    uuid.UUID: "uuid",
    pathlib.Path: "path",
    pathlib.PurePath: "path",
    os.PathLike: "path",
    BaseException: "error",
    Exception: "error",
    type: "type",
    re.Pattern: "pattern",
    types.FunctionType: "callable",
    object: "any",
    Any: "any",
}
SHAPES: dict[object, str] = {
    abc.Callable: "callable",
    abc.AsyncIterator: "stream",
    abc.AsyncIterable: "stream",
    abc.AsyncGenerator: "stream",
    abc.Awaitable: "awaitable",
    abc.Coroutine: "awaitable",
    abc.Iterator: "iterator",
    abc.Generator: "iterator",
}
MAPPINGS = (dict, abc.Mapping, abc.MutableMapping)
SETS = (set, frozenset, abc.Set, abc.MutableSet)
SEQUENCES = (list, abc.Sequence, abc.MutableSequence, abc.Iterable, abc.Collection, abc.Reversible)

METHODS: dict[str, tuple[str, ...]] = {
    "str": (
        "lower",
        "upper",
        "split",
        "strip",
        "startswith",
        "endswith",
        "replace",
        "encode",
        "title",
        "format",
        "splitlines",
        "isdigit",
        "join",
        "lstrip",
        "rstrip",
        "zfill",
        "capitalize",
        "casefold",
        "isalpha",
        "isalnum",
        "isupper",
        "partition",
        "rpartition",
    ),
    "dict": ("items", "keys", "setdefault", "values"),
    "list": ("append", "extend", "sort", "insert", "reverse"),
    "timedelta": ("days", "seconds", "total_seconds", "microseconds"),
    "datetime": ("year", "month", "day", "hour", "minute", "tzinfo", "utcoffset", "isoformat", "strftime"),
    "file": ("read", "readline", "write", "seek"),
    "set": ("add", "union", "intersection", "difference"),
    "path": ("exists", "is_file", "read_text", "suffix", "stem", "parent"),
}
BY_METHOD = {method: kind for kind, methods in METHODS.items() for method in methods}
FUNCTIONS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(
        [
            "len",
            "enumerate",
            "zip",
            "iter",
            "list",
            "sorted",
            "sum",
            "set",
            "tuple",
            "reversed",
            "any",
            "all",
            "map",
            "filter",
            "max",
            "min",
        ],
        ("list", 2),
    ),
    **dict.fromkeys(("int", "float", "abs", "round", "range", "chr", "divmod"), ("int", 2)),
    "ord": ("str", 2),
    "callable": ("callable", 2),
    "next": ("iterator", 2),
}
BY_NAME = [
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"^(text|string|s|st|words?|name|msg|message|path|fmt|format|pattern|line|prefix|suffix|sep|separator|"
         r"delimiter|chars?|label|title|unit|locale|lang|language|encoding|url|version|expr|expression|template|phrase|"
         r"term)$", "str"),
        (r"^(n|k|i|j|x|y|num|number|count|size|maxsize|width|length|limit|max_length|precision|digits|idx|index|start|stop|"
         r"end|step|seconds|minutes|hours|days|months|years|year|month|day|value|val|places|depth|amount|total|base|"
         r"bits|offset|lower|upper|max|min)$", "int"),
        (r"(^|_)(timer|clock|time_func|now_func|get_time|time_fn)$",
         ("one", ("lambda: 1", "itertools.count().__next__", "lambda: 0", "itertools.count(0, 10).__next__"))),
        (r"(^|_)(digest(_?mod|_method)?|hash_func(tion)?|hasher)$", ("one", ("hashlib.sha256", "hashlib.md5"))),
        (r"(^|_)serializer$", ("one", ("json", "pickle"))),
        (r"(^|_)(func|fn|f|callback|predicate|pred|key|keyfunc|factory|condition|op|function|transform)$", "callable"),
        (r"(seq|iterable|items|lst|coll|list|rows|values|args|elements|iter|src|data|objs|it|headers)s?$", "list"),
        (r"^(d|dct|dict|mapping|map|kwargs|options|opts|kw|attrs|env|environ)$", "dict"),
        (r"(date|datetime|when|now|dt|timestamp)$", "datetime"),
        (r"(delta|td|duration|timedelta)$", "timedelta"),
        (r"(tz|tzinfo|timezone)$", "timezone"),
        (r"(strict|verbose|flag|is_|has_|allow|reverse|sort|unique|include|exclude|ignore|use_|return_|with_|keep)",
         "bool"),
    )
]  # fmt: skip
WORDS = {
    "str": "str", "string": "str", "int": "int", "integer": "int", "float": "float", "bool": "bool", "list": "list",
    "dict": "dict", "tuple": "tuple", "set": "set", "callable": "callable", "function": "callable", "iterable": "list",
    "sequence": "list", "bytes": "bytes", "datetime": "datetime", "timedelta": "timedelta", "date": "date",
}  # fmt: skip
