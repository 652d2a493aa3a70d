"""Which names a generated test may use, and the imports that bring them."""

import builtins
import importlib
import importlib.util
import inspect
import re
import sys
import types
from collections.abc import Callable
from typing import Any

import pytest

from .attributes import attribute
from .facts import ModuleFacts

# Modules whose names inputs and expected values are written with.
STANDARD = [
    "argparse",
    "asyncio",
    "collections",
    "contextlib",
    "copy",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "importlib",
    "io",
    "itertools",
    "json",
    "math",
    "operator",
    "pathlib",
    "pickle",
    "re",
    "runpy",
    "threading",
    "types",
    "uuid",
]
_LIMIT = 20


async def collect(stream: Any, limit: int = _LIMIT) -> list[Any]:
    """Return the first items of an asynchronous stream."""
    items = []
    async for item in stream:
        items.append(item)
        if len(items) >= limit:
            break
    return items


async def stream_of(items: Any) -> Any:
    """Yield items asynchronously."""
    for item in items:
        yield item


def enter(manager: Any) -> Any:
    """Return what a context manager gives, after leaving it."""
    with manager as entered:
        return entered


async def aenter(manager: Any) -> Any:
    """Return what an asynchronous context manager gives, after leaving it."""
    async with manager as entered:
        return entered


async def awaited(value: Any) -> Any:
    """Return the result of something that can be awaited."""
    return await value


async def value_of(value: Any) -> Any:
    """Return a value when awaited."""
    return value


def run_with(function: Any, words: Any) -> Any:
    """Call a function that reads these words from the command line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["program", *words])
        return function()


def imported_anew(name: Any) -> Any:
    """Return a module as importing it now makes it; the one that is there stays."""
    spec: Any = importlib.util.find_spec(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def file_with(path: Any, text: Any) -> Any:
    """Return the path of a file that holds a text."""
    path.write_text(text)
    return path


def files_in(folder: Any) -> Any:
    """Return what the files below a folder hold, by path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


# Written into a test file that uses them; they are the source of the functions above, without hints.
_HINT = re.compile(r": Any\b|: int\b| -> [^:]+(?=:$)", re.MULTILINE)
HELPERS = {
    function.__name__: _HINT.sub("", inspect.getsource(function)).replace(" = _LIMIT", f"={_LIMIT}")
    for function in (collect, stream_of, value_of, enter, aenter, awaited, run_with, imported_anew, file_with, files_in)
}


class Names:
    """The names that expressions of one module's tests see.

    What the module defines is imported from it, unless the name would hide a builtin or one of the standard modules:
    then it is reached through the module, which gets the name `alias`.
    """

    def __init__(self, module: types.ModuleType, facts: ModuleFacts, *, extra: dict[str, Any] | None = None) -> None:
        self.module = module
        self.imports: dict[str, str] = {name: f"import {name}" for name in STANDARD}
        self.imports["importlib"] = "import importlib.util"
        self.values: dict[str, Any] = {name: importlib.import_module(name) for name in STANDARD}
        self.made_anew: dict[str, Callable[[], Any]] = {}  # like fixtures: every test gets its own
        self._facts = facts
        self._by_id: dict[int, str] = {}
        self.alias = self._make_alias(module.__name__)
        self.hidden: set[str] = set()
        for name in sorted(facts.own):
            if name in vars(module) and not (name.startswith("__") and name.endswith("__")):
                self._add_own(name, vars(module)[name])
        self.values.update(
            collect=collect,
            stream_of=stream_of,
            value_of=value_of,
            enter=enter,
            aenter=aenter,
            awaited=awaited,
            run_with=run_with,
            imported_anew=imported_anew,
            file_with=file_with,
            files_in=files_in,
        )
        self.values.update(extra or {})

    def own(self, name: str) -> str:
        """Return how a test writes a name of the module."""
        return f"{self.alias}.{name}" if name in self.hidden else name

    def through(self, name: str) -> str:
        """Return how a test writes a global of the module that may be another object by then: by way of the module."""
        if self.alias not in self.imports:
            package, _, last = self.module.__name__.rpartition(".")
            renamed = f" as {self.alias}" if self.alias != last else ""
            self.imports[self.alias] = (
                f"from {package} import {last}{renamed}" if package else f"import {last}{renamed}"
            )
            self.values[self.alias] = self.module
        return f"{self.alias}.{name}"

    def of(self, value: object) -> str | None:
        """Return how a test writes a class, function or member that has a name; None when it has none."""
        known = self._by_id.get(id(value))
        if known is not None:
            return known
        name, module = attribute(value, "__qualname__", ""), attribute(value, "__module__", "") or ""
        if not (isinstance(name, str) and isinstance(module, str)):
            return None
        if module == "builtins" and getattr(builtins, name, None) is value:
            return None if name in self._facts.own and name not in self.hidden else name
        if "." in name or not name.isidentifier():
            return None
        if module in STANDARD and getattr(self.values.get(module), name, None) is value:
            return f"{module}.{name}"
        return self._foreign(name, module, value)

    def namespace(self) -> dict[str, Any]:
        """Return a fresh namespace to run a test's lines in."""
        return {**self.values, **{name: make() for name, make in self.made_anew.items()}}

    def _foreign(self, name: str, module: str, value: object) -> str | None:
        """Take a name from elsewhere as the module itself imports it, else from where it is defined."""
        statement = self._facts.imports.get(name)
        if statement is None or getattr(self.module, name, None) is not value:
            near = [module] * (module.partition(".")[0] == self.module.__name__.partition(".")[0])
            place = next((each for each in (*_public_places(module), *near) if _offers(each, name, value)), None)
            if place is None:
                return None
            statement = f"from {place} import {name}"
        if name in self.values or hasattr(builtins, name):
            return self._by_its_module(name, module, value)
        self.imports[name] = statement
        self.values[name] = value
        self._by_id[id(value)] = name
        return name

    def _by_its_module(self, name: str, module: str, value: object) -> str | None:
        """Return how a test writes a name that is taken: by way of the module, where that can be named."""
        package, _, last = module.rpartition(".")
        owner = sys.modules.get(module)
        is_taken = last == self.alias or hasattr(builtins, last) or self.values.get(last, owner) is not owner
        if not package or is_taken or not inspect.isclass(value) or not _offers(module, name, value):
            return None
        self.imports[last] = f"from {package} import {last}"
        self.values[last] = owner
        self._by_id[id(value)] = f"{last}.{name}"
        return f"{last}.{name}"

    def _add_own(self, name: str, value: object) -> None:
        if hasattr(builtins, name) or name in STANDARD:
            self.hidden.add(name)
            self.imports[self.alias] = f"import {self.module.__name__} as {self.alias}"
            self.values[self.alias] = self.module
        else:
            self.imports[name] = f"from {self.module.__name__} import {name}"
            self.values[name] = value
        if isinstance(value, type | types.FunctionType) or callable(value):
            self._by_id.setdefault(id(value), self.own(name))

    def _make_alias(self, module: str) -> str:
        last = module.rpartition(".")[2]
        taken = hasattr(builtins, last) or last in STANDARD or last in self._facts.own
        return f"{last}_module" if taken else last


def _public_places(module: str) -> list[str]:
    """Return where to import a name from: not from what is private, but from the package that shows it."""
    if not any(part.startswith("_") for part in module.split(".")):
        return [module]
    top = module.partition(".")[0]
    return [] if top.startswith("_") else ["pydantic", top] if top == "pydantic_core" else [top]


def _offers(module: str, name: str, value: object) -> bool:
    try:
        return getattr(importlib.import_module(module), name, None) is value
    except Exception:  # a module that cannot be imported offers no name
        return False
