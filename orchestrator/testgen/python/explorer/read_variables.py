"""Which variables of the environment the project's own code reads, noticed while it runs.

What libraries read for it counts where the name stands in the source of whoever of the project asked them, and where
it is a field of a settings class of the project. Who lists the whole environment reads no variable by that.
"""

import functools
import linecache
import os
import re
import sys
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

from .state import is_of_project, is_path_of_project

_OF_MAPPINGS = ("os", "collections.abc", "_collections_abc")
_SETTINGS = re.compile(r"pydantic_settings\b|pydantic\.(v1\.)?env_settings$")
_IMPORT = re.compile(r"(?:from (\S+) import (\w+)|import (\S+))(?: as \w+)?")
_DEEPEST = 40  # frames


class ReadVariables:
    """Notice what is read from `os.environ`; what is there from the beginning was given to the tests on purpose."""

    def __init__(self, project: str) -> None:
        self.names: dict[str, None] = {}
        self.readers: dict[str, None] = {}  # modules of the project that read some while they are imported
        self._project = project
        self._given = frozenset(os.environ)
        self._new: dict[str, None] = {}
        self._of_classes: dict[type, tuple[str, ...]] = {}
        self._is_ours = functools.lru_cache(maxsize=None)(self._lies_in_project)

    def install(self) -> None:
        """Notice from now on."""
        environ: Any = os.environ
        encode = environ.encodekey

        def noticing(key: Any) -> Any:
            if sys._getframe(1).f_code.co_name == "__getitem__":
                self._notice(key, sys._getframe(1))
            return encode(key)

        environ.encodekey = noticing

    def taken(self) -> tuple[str, ...]:
        """Return what was read since this was asked the last time."""
        found = tuple(sorted(self._new))
        self._new.clear()
        return found

    def readers_of(self, module: str, imports: Iterable[str]) -> list[str]:
        """Return the readers that a module imports itself, and the module behind them: the order to load them in."""
        near = [_IMPORT.fullmatch(each) for each in imports]
        named = {name for each in near if each for name in (each[1] or each[3], f"{each[1]}.{each[2]}")}
        found = [each for each in self.readers if each in named and each != module]
        return [*found, module] if found or module in self.readers else []

    @property
    def since_given(self) -> list[str]:
        """Return what somebody has set since the beginning, such as the project's conftest."""
        return sorted(os.environ.keys() - self._given)

    def _notice(self, key: object, reading: FrameType) -> None:
        frames = [each for each in _outwards(reading) if each.f_globals.get("__name__") not in _OF_MAPPINGS]
        if not isinstance(key, str) or not frames:
            return
        if _SETTINGS.match(frames[0].f_globals.get("__name__", "")):
            names = self._fields(frames)
        elif key in self._given:
            return
        else:
            names = (key,) if self._is_asked_for(key, frames) else ()
        found = [each for each in names if each not in self._given]
        for name in found:
            self.names[name] = self._new[name] = None
        if found and (reader := self._reader(frames)):
            self.readers[reader] = None

    def _is_asked_for(self, key: str, frames: list[FrameType]) -> bool:
        """Say whether the project asks for it by name; whoever lists the environment gets only what is there."""
        if self._is_own(frames[0]) and key not in os.environ:
            return True
        own = (each for each in frames if self._is_own(each))
        return any(_names(each.f_code.co_filename, key) for each in own)

    def _fields(self, frames: list[FrameType]) -> tuple[str, ...]:
        """Return the variables of the settings class that is being filled from the environment."""
        for frame in frames:
            source, owner = frame.f_locals.get("self"), frame.f_locals.get("settings")
            owner = getattr(source, "settings_cls", None) or type(owner)
            if hasattr(owner, "model_fields" if hasattr(source, "settings_cls") else "__fields__"):
                if not is_of_project(owner.__module__, self._project):
                    return ()
                if owner not in self._of_classes:
                    self._of_classes[owner] = tuple(_variables(owner, source))
                return self._of_classes[owner]
        return ()

    def _reader(self, frames: list[FrameType]) -> str:
        """Return the module of the project that is being imported, empty when none is."""
        running = (each for each in frames if each.f_code.co_name == "<module>" and self._is_own(each))
        return next((str(each.f_globals["__name__"]) for each in running), "")

    def _is_own(self, frame: FrameType) -> bool:
        return self._is_ours(frame.f_code.co_filename)

    def _lies_in_project(self, file: str) -> bool:
        return is_path_of_project(file, self._project) and os.path.basename(file) != "conftest.py"


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    for _ in range(_DEEPEST):
        if frame is None:
            return
        yield frame
        frame = frame.f_back


def _names(file: str, key: str) -> bool:
    text = "".join(linecache.getlines(file))
    return f'"{key}"' in text or f"'{key}'" in text


def _variables(owner: Any, source: Any) -> Iterator[str]:
    """Yield the names that a settings class of pydantic looks its fields up by."""
    if not hasattr(source, "settings_cls"):  # before pydantic 2
        for field in owner.__fields__.values():
            yield from (name.upper() for name in field.field_info.extra.get("env_names", ()))
        return
    for name, field in owner.model_fields.items():
        for _, variable, _ in source._extract_field_info(field, name):
            yield variable if source.case_sensitive else variable.upper()
