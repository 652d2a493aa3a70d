"""What a pydantic model says about a tree of nodes, as problems in plain words, each at its key or value."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import groupby
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from msgspec import Struct
from pydantic import BaseModel, ValidationError

from orchestrator.errors import Problem
from orchestrator.models.document import ENV_PATTERN, ID_PATTERN, NAME_PATTERN
from orchestrator.models.json import Json
from orchestrator.planning.kind_hints import hint_for_form, hint_for_kind
from orchestrator.planning.nodes import AnyNode, Path, Scalar, locate, node_at
from orchestrator.planning.other_tools import advice_for, theirs_for, type_by_keys
from orchestrator.planning.suggest import nearest, one_of

M = TypeVar("M", bound=BaseModel)
E = TypeVar("E", bound=Mapping[str, Any])  # one of pydantic's errors

MAX_PROBLEMS = 2_000


class ShapeCodes(Struct, frozen=True, kw_only=True):
    """The codes to report with: the document's own keys and a plug-in's params have different ones."""

    unknown: str = "E101"
    choice: str = "E102"
    missing: str = "E103"
    kind: str = "E104"
    bounds: str = "E105"
    form: str = "E106"
    length: str = "E107"


DOCUMENT_CODES = ShapeCodes()
PARAM_CODES = ShapeCodes(
    unknown="E304", choice="E306", missing="E305", kind="E306", bounds="E306", form="E306", length="E306"
)

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a map",
    "mapping_type": "a map",
    "model_type": "a map",
    "model_attributes_type": "a map",
    "none_required": "nothing",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}
_NAMES_A_KEY = re.compile(r"`([a-z_]+)`")  # at the beginning of what a model says about several of its keys
_FORMS = {
    ID_PATTERN: "letters, digits, `.`, `_` and `-`, starting with a letter or digit, 64 at most",
    NAME_PATTERN: "small letters, digits and `_`, starting with a letter, 63 at most",
    ENV_PATTERN: "letters, digits and `_`, not starting with a digit",
}


def check_shape(
    model: type[M],
    root: AnyNode,
    *,
    codes: ShapeCodes = DOCUMENT_CODES,
    also_known: tuple[str, ...] = (),
    ignore: Callable[[Json], bool] | None = None,
) -> tuple[M | None, list[Problem]]:
    """Validate the tree; return the model, or None and all problems.

    `also_known` are further keys that a hint may offer. Values for which `ignore` is true are not judged.
    """
    try:
        return model.model_validate(root.value), []
    except ValidationError as error:
        found = error.errors(include_url=False)
    located = [(_real_path(root, entry), entry) for entry in found[: 4 * MAX_PROBLEMS]]
    problems: list[Problem] = []
    for (path, _), group in groupby(_of_the_right_branch(located), key=lambda pair: (pair[0], _is_about_key(pair[1]))):
        entries = [entry for _, entry in group]
        node = node_at(root, path)
        if ignore is not None and node is not None and entries[0]["type"] != "extra_forbidden" and ignore(node.value):
            continue
        problems.append(_Teller(model, root, codes, also_known).tell(path, entries))
    return None, problems[:MAX_PROBLEMS]


def _of_the_right_branch(located: Sequence[tuple[Path, E]]) -> Iterator[tuple[Path, E]]:
    """Leave out what says that a list or map is none, where another branch of the union has looked into it."""
    entered = {path[:end] for path, _ in located for end in range(len(path))}
    return ((path, entry) for path, entry in located if path not in entered or entry["type"] not in _KINDS)


def _is_about_key(entry: Mapping[str, Any]) -> bool:
    return bool(entry["loc"][-1:] == ("[key]",))


def _real_path(root: AnyNode, entry: Mapping[str, Any]) -> Path:
    """Return the path of the value, without the steps that pydantic adds for branches of a union."""
    path: Path = ()
    loc = entry["loc"]
    for index, step in enumerate(loc):
        last = index == len(loc) - 1
        if node_at(root, (*path, step)) is not None or (last and entry["type"] == "missing"):
            path = (*path, step)
    return path


class _Teller:
    """Turns the errors of one value into one problem."""

    def __init__(self, model: type[BaseModel], root: AnyNode, codes: ShapeCodes, also_known: tuple[str, ...]) -> None:
        self._model = model
        self._root = root
        self._codes = codes
        self._also_known = also_known

    def tell(self, path: Path, entries: Sequence[Mapping[str, Any]]) -> Problem:
        kinds = [entry["type"] for entry in entries]
        choices = self._choices(path)
        if kinds[0] == "missing":
            return self._missing(path)
        if kinds[0] == "extra_forbidden":
            return self._unknown(path)
        for entry in entries:  # the branch of a union whose kind was right knows best
            if entry["type"] not in _KINDS and entry["type"] not in ("literal_error", "enum"):
                return self._value(path, entry)
        if choices and any(kind in ("literal_error", "enum") for kind in kinds):
            return self._choice(path, choices, [_KINDS[kind] for kind in kinds if kind in _KINDS])
        return self._kind(path, list(dict.fromkeys(_KINDS[kind] for kind in kinds if kind in _KINDS)))

    # ------------------------------------------------------------ one kind of mistake each

    def _missing(self, path: Path) -> Problem:
        name = path[-1]
        present = node_at(self._root, path[:-1])
        written = list(present.value) if present is not None and isinstance(present.value, dict) else []
        unknown = [key for key in written if key not in self._fields(path[:-1])]
        near = nearest(str(name), unknown) or theirs_for(str(name), unknown)
        type_ = type_by_keys(written) if name == "type" and near is None else None
        hint = f"is `{near}` meant to be `{name}`?" if near else f"add `{name}: {type_}`" if type_ else f"add `{name}:`"
        return self._problem(self._codes.missing, path[:-1], f"missing key `{name}`", hint)

    def _unknown(self, path: Path) -> Problem:
        name = str(path[-1])
        fields = [*self._fields(path[:-1]), *(self._also_known if len(path) == 1 else ())]
        hint = advice_for(name, fields) or one_of(name, fields, "keys here")
        return self._problem(self._codes.unknown, path, f"unknown key `{name[:60]}`", hint, key=True)

    def _choice(self, path: Path, choices: list[str], kinds: list[str]) -> Problem:
        value = node_at(self._root, path)
        if isinstance(value, Scalar) and value.text in choices and not value.plain:  # 1 is meant, "1" stands there
            message = f"{self._label(path)} must be {value.text}, but this is text"
            return self._problem(self._codes.choice, path, message, "remove the quotes")
        shown = _shown(value.value) if value is not None else "this"
        message = f"{self._label(path)} cannot be {shown}"
        hint = one_of(value.text if isinstance(value, Scalar) else "", choices, "allowed")
        return self._problem(self._codes.choice, path, message, " or ".join([hint, *dict.fromkeys(kinds)]))

    def _kind(self, path: Path, kinds: list[str]) -> Problem:
        node = node_at(self._root, path)
        value = node.value if node is not None else None
        hint = hint_for_kind(str(path[-1]) if path else "", kinds, node)
        message = f"{self._label(path)} must be {' or '.join(kinds)}, but this is {_described(value)}"
        return self._problem(self._codes.kind, path, message, hint)

    def _value(self, path: Path, entry: Mapping[str, Any]) -> Problem:
        kind, context = entry["type"], entry.get("ctx") or {}
        label = self._label(path)
        key = _is_about_key(entry)
        if key:
            label = f"key {label}"
        if kind in _BOUNDS:
            name, words = _BOUNDS[kind]
            message = f"{label} must be {words} {context[name]:g}, but this is {entry['input']}"
            return self._problem(self._codes.bounds, path, message, None, key=key)
        if kind in ("too_short", "too_long", "string_too_short", "string_too_long"):
            return self._problem(self._codes.length, path, f"{label} {_length(kind, context)}", None, key=key)
        if kind == "string_pattern_mismatch":
            form = _FORMS.get(context["pattern"], f"the form {context['pattern']}")
            message = f"{label} cannot be {_shown(entry['input'])}"
            return self._problem(self._codes.form, path, message, f"allowed: {form}", key=key)
        reason = str(context["error"]) if kind == "value_error" else str(entry["msg"])
        named = _NAMES_A_KEY.match(reason)
        if named and not key and node_at(self._root, (*path, named[1])) is not None:
            return self._problem(self._codes.form, (*path, named[1]), reason, None)
        hint = hint_for_form(entry["input"])
        return self._problem(self._codes.form, path, f"{label}: {reason}" if path else reason, hint, key=key)

    # ------------------------------------------------------------ what stands at a path

    def _problem(self, code: str, path: Path, message: str, hint: str | None, *, key: bool = False) -> Problem:
        return Problem(code=code, message=message, place=locate(self._root, path, key=key), hint=hint)

    def _label(self, path: Path) -> str:
        if not path:
            return "this"
        if isinstance(path[-1], int):
            return f"entry {path[-1] + 1} of `{path[-2]}`" if len(path) > 1 else f"entry {path[-1] + 1}"
        return f"`{path[-1]}`"

    def _fields(self, path: Path) -> list[str]:
        for annotation in _annotations_at(self._model, path):
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                return [field.alias or name for name, field in annotation.model_fields.items()]
        return []

    def _choices(self, path: Path) -> list[str]:
        choices: list[str] = []
        for annotation in _annotations_at(self._model, path):
            if get_origin(annotation) is Literal:
                choices += [str(choice) for choice in get_args(annotation)]
            elif isinstance(annotation, type) and issubclass(annotation, Enum):
                choices += [str(member.value) for member in annotation]
        return choices


def _annotations_at(model: type[BaseModel], path: Path) -> list[Any]:
    """Return the types that a model allows at a path, unions taken apart."""
    here: list[Any] = [model]
    for step in path:
        here = [inner for annotation in here for inner in _step(annotation, step)]
    return here


def _step(annotation: Any, step: str | int) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if (field.alias or name) == step:
                yield from _branches(field.annotation)
    elif get_origin(annotation) in (list, tuple) and isinstance(step, int):
        yield from _branches(get_args(annotation)[0])
    elif get_origin(annotation) is dict and isinstance(step, str):
        yield from _branches(get_args(annotation)[1])


def _branches(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from _branches(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for branch in get_args(annotation):
            yield from _branches(branch)
    else:
        yield annotation


def _length(kind: str, context: Mapping[str, Any]) -> str:
    unit = "character" if kind.startswith("string") else "entry"
    short = kind.endswith("short")
    count = context["min_length"] if short else context["max_length"]
    plural = unit if count == 1 else "characters" if unit == "character" else "entries"
    if short:
        return f"needs at least {count} {plural}"
    return f"may have at most {count:,} {plural}"


def _described(value: Json) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a map"


def _shown(value: Json) -> str:
    return f"`{value[:60]}`" if isinstance(value, str) else _described(value)
