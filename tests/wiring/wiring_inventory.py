"""Everything that is advertised, read from where it is defined: models, params, flags, states, events, codes."""

import types
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from typer.main import get_command

from orchestrator.cli.commands import COMMANDS
from orchestrator.cli.typed import app_of
from orchestrator.errors import ExitCode
from orchestrator.models.document import Document, Group, Phase, Task
from orchestrator.models.events import EventType
from orchestrator.models.status import (
    Durability,
    Execution,
    FailureClass,
    OutcomeKind,
    Priority,
    RunState,
    TaskState,
    WaitReason,
)
from orchestrator.planning.codes import CODES
from orchestrator.plugins import BUILT_IN, Catalogue

ENUMS = {
    "state": TaskState,
    "run": RunState,
    "outcome": OutcomeKind,
    "failure": FailureClass,
    "wait": WaitReason,
    "priority": Priority,
    "execution": Execution,
    "durability": Durability,
    "event": EventType,
}
# Lists of these are named by their element and not by the way that leads there: `task.timeout`.
_NAMED = {Phase: "phase", Group: "group", Task: "task"}
_OF_TYPER = frozenset({"--help"})


def everything() -> frozenset[str]:
    """Return every claim that needs a test."""
    found = {*document_keys(), *plugin_params(), *command_line()}
    found |= {f"{kind}:{member.value}" for kind, enum in ENUMS.items() for member in enum}
    found |= {f"exit:{int(code)}" for code in ExitCode}
    found |= {f"problem:{code}" for code in CODES}
    return frozenset(found)


def document_keys() -> Iterator[str]:
    """Yield `key:` of every key of the document and `value:` of every word that a key takes."""
    yield from _keys(Document, "", "key")


def plugin_params() -> Iterator[str]:
    """Yield `handler:command.creates` and `checkpoint:coverage.min`, and the words that they take."""
    catalogue = Catalogue(scan=False)
    for kind, find in (("handler", catalogue.handler), ("checkpoint", catalogue.checkpoint)):
        for name in BUILT_IN[f"{kind}s"]:
            yield from _keys(find(name).params_model, f"{name}.", kind)


def _keys(model: type[BaseModel], prefix: str, kind: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        yield f"{kind}:{path}"
        for leaf in _leaves(field.annotation):
            if isinstance(leaf, type) and issubclass(leaf, BaseModel):
                own = _NAMED.get(leaf)
                yield from _keys(leaf, f"{own}." if own else f"{path}.", kind)
            elif get_origin(leaf) is Literal and kind == "key":
                yield from (f"value:{path}={word}" for word in get_args(leaf) if isinstance(word, str))
            elif get_origin(leaf) is Literal:
                yield from (f"value:{kind}:{path}={word}" for word in get_args(leaf))


def _leaves(annotation: Any) -> Iterator[Any]:
    """Yield the plain types and literals that a type is made of; the keys of maps are not values."""
    origin = get_origin(annotation)
    if origin is Literal or origin is None:
        yield annotation
    elif origin is dict:
        yield from _leaves(get_args(annotation)[1])
    elif origin in (list, Union, types.UnionType, tuple):
        for part in get_args(annotation):
            yield from _leaves(part)
    else:  # Annotated
        yield from _leaves(get_args(annotation)[0])


@cache
def parameters(name: str) -> tuple[Any, ...]:
    """Return the click parameters of a command."""
    return tuple(get_command(app_of(name)).params)


def command_line() -> Iterator[str]:
    """Yield `flag:`, `argument:`, `choice:` and `twin:` of every command."""
    for name in COMMANDS:
        for parameter in parameters(name):
            if parameter.param_type_name == "argument":
                yield f"argument:{name} {parameter.name}"
                label = parameter.name
            else:
                label = next(text for text in parameter.opts if text.startswith("--"))
                if label in _OF_TYPER:
                    continue
                for spelling in parameter.opts:
                    yield f"flag:{name} {spelling}"
                if parameter.envvar:
                    yield f"twin:{name} {parameter.envvar}"
            for word in getattr(parameter.type, "choices", ()):
                yield f"choice:{name} {label}={word.value if isinstance(word, StrEnum) else word}"
