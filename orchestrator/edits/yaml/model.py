"""The plain model of a YAML text in the 1.2 core schema, by another way than the tree: what proofs compare.

PyYAML's own resolver reads YAML 1.1 and turns `on:` into `True`; here only null, booleans and numbers of 1.2 resolve.
"""

import marshal
import re
from functools import lru_cache
from typing import Any

import yaml

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.yaml.scalars import FLOAT, INFINITE, INT, NAN, resolve
from orchestrator.edits.yaml.tree import tree_of
from orchestrator.models.json import Json

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"


class _CoreLoader(_BASE):  # type: ignore[misc]  # the class is found at run time
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML reads it from the class
    yaml_constructors = dict(_BASE.yaml_constructors)  # noqa: RUF012


def _scalar(loader: Any, node: Any) -> Json:
    return resolve(loader.construct_scalar(node))


for _name, _pattern, _first in (
    ("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), "tTfF"),
    ("null", re.compile(r"(?:~|null|Null|NULL|)\Z"), ["~", "n", "N", ""]),
    ("int", INT, "-+0123456789"),
    ("float", re.compile(f"(?:{FLOAT.pattern})|(?:{INFINITE.pattern})|(?:{NAN.pattern})"), "-+.0123456789"),
):
    _CoreLoader.add_implicit_resolver(_TAG + _name, _pattern, list(_first))
    _CoreLoader.add_constructor(_TAG + _name, _scalar)


def load_model(text: str) -> Json:
    """Return the plain model; Refusal when the text is not one document of plain values."""
    tree_of(text)  # bounds, duplicate keys and depth: the C library's own builder has no limits
    return load_checked(text)


def load_checked(text: str) -> Json:
    """Return the plain model of a text that `tree_of` has accepted; each call a model of its own."""
    stored = _stored(text)
    model: Json = marshal.loads(stored) if stored is not None else _read(text)  # noqa: S302 - made a few lines below
    return model


@lru_cache(maxsize=8)
def _stored(text: str) -> bytes | None:
    """Return the model as bytes, so that an edit parses each text once; None if it has no such form."""
    try:
        return marshal.dumps(_read(text))
    except ValueError:
        return None  # a tag made a date or the like


def _read(text: str) -> Json:
    loader = _CoreLoader(text)
    try:
        return loader.get_single_data()
    except yaml.YAMLError as error:
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise Refusal(EditCode.PARSE, str(reason)) from error
    except ValueError as error:
        raise Refusal(EditCode.PARSE, str(error)) from error
    finally:
        loader.dispose()
