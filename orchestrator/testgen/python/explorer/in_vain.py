"""What a module may ask for in vain while it is imported: a folder beside its sources, a log, tables on a server.

Programs set these up where they start. No test is about them, so the world stays as it is and importing goes on.
"""

import importlib.abc
import importlib.machinery
import logging
import os
import sys
import types
from collections.abc import Callable, Sequence
from typing import Any

_TABLES = "sqlalchemy.sql.schema"


def grant_in_vain(
    is_importing: Callable[[], bool], is_calling: Callable[[], bool], may_write: Callable[[Any], bool]
) -> None:
    """Make no folder that importing must not make, write logs that lie there to nowhere, leave servers alone.

    It holds for the whole process; `is_calling` says that a test or a call of the code under test runs.
    """
    make, opened = os.mkdir, logging.FileHandler._open

    def mkdir(path: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        if dir_fd is not None or not is_importing() or may_write(path):
            make(path, mode, dir_fd=dir_fd)

    def open_log(handler: logging.FileHandler) -> Any:
        if is_importing() and not may_write(handler.baseFilename):
            handler.baseFilename = os.devnull
        return opened(handler)

    os.mkdir = mkdir
    logging.FileHandler._open = open_log  # type: ignore[method-assign, assignment]  # a method in place of one
    sys.meta_path.insert(0, _AtTables(is_calling))


class _AtTables(importlib.abc.MetaPathFinder):
    """Waits until somebody imports the tables of SQLAlchemy: most projects have none."""

    def __init__(self, is_calling: Callable[[], bool]) -> None:
        self._is_calling = is_calling

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,  # noqa: ARG002 - the protocol of finders
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a spec for that module, None for every other one."""
        if fullname != _TABLES:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def exec_module(module: types.ModuleType) -> None:
                run(module)
                _spare_servers(module.MetaData, self._is_calling)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]  # of this one loader
        return spec


def _spare_servers(tables: Any, is_calling: Callable[[], bool]) -> None:
    """Let tables be made in SQLite alone, unless a call asks for them."""
    make = tables.create_all

    def create_all(metadata: Any, bind: Any, *arguments: Any, **options: Any) -> None:
        name = getattr(getattr(bind, "dialect", None), "name", "sqlite")
        if name == "sqlite" or is_calling():
            make(metadata, bind, *arguments, **options)

    tables.create_all = create_all
