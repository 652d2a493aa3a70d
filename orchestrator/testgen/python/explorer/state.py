"""The data that modules keep between calls: what it was after the import, and how to put it back.

A call that fills a table would otherwise change what the next one shows, and a test could not be run alone.
"""

import collections
import copy
import enum
import os
import sys
import types
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .attributes import attribute, has

_LISTS = (list, collections.deque, bytearray)
_TABLES = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)
_DEEPEST = 4
_MOST = 400  # holders that are watched
_MODULES = 60
_FOREIGN = frozenset({"site-packages", "tests"})
_LARGE = 200  # items; of a larger one only the length is compared


@dataclass(frozen=True, slots=True)
class _Kept:
    """A holder of data: where it stands, what it held."""

    name: str  # the module's global through which it is reached
    module: str
    held: Any
    before: Any

    def is_changed(self) -> bool:
        held, before = self.held, self.before
        if len(held) != len(before):
            return True
        if len(held) > _LARGE:
            return False
        if isinstance(held, dict):
            return any(held.get(key, _kept) is not value for key, value in before.items())
        if isinstance(held, set):
            return bool(held != before)
        return any(one is not other for one, other in zip(held, before, strict=True))

    def put_back(self) -> None:
        if isinstance(self.held, dict | set):
            self.held.clear()
            self.held.update(self.before)
        else:
            self.held.clear()
            self.held.extend(self.before)


_kept: Any = object()


class KeptData:
    """Watch the globals of some modules, the classes that they define, and what both hold."""

    def __init__(self, modules: Sequence[types.ModuleType]) -> None:
        self._names = {module.__name__ for module in modules}
        self._bound: list[tuple[dict[str, Any], dict[str, Any], str]] = []
        self._kept: list[_Kept] = []
        self._attributes: list[tuple[type, str, Any]] = []
        seen: set[int] = set()
        for module in modules:
            present = {name: value for name, value in vars(module).items() if not name.startswith("__")}
            self._bound.append((vars(module), present, module.__name__))
            for name, value in present.items():
                self._keep(value, name, module.__name__, seen, 0)

    def copyable(self, changed: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the globals to copy for a test that changes these, with all names of the same object; not caches."""
        found: dict[tuple[str, str], None] = {}
        for module, name in changed:
            value = vars(sys.modules[module]).get(name)
            if isinstance(value, type) or "cache" in name.lower() or "memo" in name.lower():
                continue
            if not _can_be_copied(value):
                continue
            found.setdefault((module, name))
            is_shared = isinstance(value, list | dict | set) or has(value, "__dict__")
            for _, present, other in self._bound if is_shared else ():
                found.update({(other, word): None for word, each in present.items() if each is value})
        return list(found)

    def restore(self) -> tuple[tuple[str, str], ...]:
        """Put everything back; return (module, global) of what had changed."""
        changed: dict[tuple[str, str], None] = {}
        for namespace, before, module in self._bound:
            for name, value in before.items():
                if namespace.get(name, _kept) is not value:
                    namespace[name] = value
                    changed.setdefault((module, name))
        for each in self._kept:
            if each.is_changed():
                each.put_back()
                changed.setdefault((each.module, each.name))
        for owner, name, value in self._attributes:
            if vars(owner).get(name, _kept) is not value:
                setattr(owner, name, value)
                changed.setdefault((owner.__module__, owner.__name__))
        return tuple(changed)

    def _keep(self, value: Any, name: str, module: str, seen: set[int], depth: int) -> None:
        if id(value) in seen or depth > _DEEPEST or len(self._kept) >= _MOST:
            return
        inner: Iterator[Any] = iter(())
        if type(value) in _TABLES:
            inner = iter(value.values())
            self._kept.append(_Kept(name, module, value, dict(value)))
        elif type(value) in _LISTS or type(value) is set:
            inner = iter(value) if type(value) is not bytearray else inner
            self._kept.append(_Kept(name, module, value, type(value)(value)))
        elif isinstance(value, type):
            if value.__module__ not in self._names or issubclass(value, enum.Enum):  # one remembers flags put together
                return
            members = {key: each for key, each in vars(value).items() if not key.startswith("__")}
            self._attributes += [(value, key, each) for key, each in members.items() if not callable(each)]
            inner = iter(members.values())
        elif type(value).__module__ in self._names and isinstance(attribute(value, "__dict__"), dict):
            inner = iter(value.__dict__.values())
            self._kept.append(_Kept(name, module, value.__dict__, dict(value.__dict__)))
        else:
            return
        seen.add(id(value))
        for each in list(inner)[:_LARGE]:
            self._keep(each, name, module, seen, depth + 1)


def _can_be_copied(value: object) -> bool:
    try:
        copy.deepcopy(value)
    except Exception:  # a lock, a connection, a module
        return False
    return True


def modules_below(project: str) -> list[types.ModuleType]:
    """Return the modules whose files belong to the project."""
    found = []
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(module, types.ModuleType) and isinstance(file, str) and is_path_of_project(file, project):
            found.append(module)
    return found[:_MODULES]


def is_of_project(name: str, project: str) -> bool:
    """Say whether the file of an imported module, or one of the folders of a package, belongs to the project."""
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    places = [file] if isinstance(file, str) else list(getattr(module, "__path__", ()))
    return any(is_path_of_project(each, project) for each in places)


def is_path_of_project(path: str, project: str) -> bool:
    """Say whether a path lies in the project, and not among installed packages or tests."""
    top, real = os.path.realpath(project) + os.sep, os.path.realpath(path)
    return real.startswith(top) and not _FOREIGN & set(real[len(top) :].split(os.sep))
