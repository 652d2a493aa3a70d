"""Where a project's Flask application comes from, and the ways to have one made for tests.

A factory stands in a package around the views, or in a module of such a package or beside it (`app.py`). Where the
settings name a database in a file, the class of settings gets one in memory for the time of a test.
"""

import contextlib
import functools
import importlib
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .names import Names
from .sandbox import Blocked

FACTORIES = ("create_app", "make_app", "build_app")
ADDRESS, IN_MEMORY = "SQLALCHEMY_DATABASE_URI", ("sqlite://", "sqlite:///:memory:")
_FOR_TESTS = {"TESTING": True, "WTF_CSRF_ENABLED": False}
_SETTINGS = {**_FOR_TESTS, ADDRESS: IN_MEMORY[0], "SERVER_NAME": None}
_WORDS_FOR_TESTS = ("testing", "test")
_MODULES = ("app", "application", "factory", "main", "server", "wsgi")
_IS_FACTORY = re.compile(rf"^def ({'|'.join(FACTORIES)})\b", re.MULTILINE)

Way = tuple[list[str], Callable[[], Any]]  # the lines of a test that make an application, and what they do


def made_applications(names: Names) -> Iterator[tuple[Any, list[str]]]:
    """Yield the applications around a module, each as every way to ask for one for tests makes it, with the lines."""
    for factory in _factories(names):
        if names.of(factory) is None:
            continue
        for lines, make in _ways(factory, names):
            app = _tried(make)
            if app is None:
                continue
            yield _prepared(app, lines)
            patched = _in_memory(app, (lines, make), names) if not is_in_memory(app) else None
            if patched is not None:
                yield _prepared(*patched)


def is_in_memory(app: Any) -> bool:
    """Say whether the database of an application, if it has one, lies in memory."""
    return "sqlalchemy" not in app.extensions or str(app.config.get(ADDRESS, "")) in IN_MEMORY


def _factories(names: Names) -> Iterator[Any]:
    """Yield the factories of the packages around a module, the nearest first, then those of modules beside them."""
    packages = list(_around(names.module.__name__))
    modules = [*(sys.modules[each] for each in packages if each in sys.modules), *_beside(names, packages)]
    for module in modules:
        for name in FACTORIES:
            factory = vars(module).get(name)
            if inspect.isfunction(factory):
                yield factory


def _around(module: str) -> Iterator[str]:
    """Yield the packages around a module, the nearest first."""
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def _beside(names: Names, packages: list[str]) -> Iterator[Any]:
    """Yield the modules of a project that say that they make an application."""
    for package in [*packages, ""]:
        folder = _folder(names, package)
        for word in _MODULES if folder else ():
            with contextlib.suppress(OSError, UnicodeDecodeError):
                with open(os.path.join(folder, f"{word}.py"), encoding="utf-8") as file:
                    makes = _IS_FACTORY.search(file.read())
                name = f"{package}.{word}" if package else word
                with contextlib.suppress(Exception, Blocked):  # it needs what is not there
                    if makes and name != names.module.__name__:
                        yield importlib.import_module(name)


def _folder(names: Names, package: str) -> str:
    """Return where the modules of a package lie; those of no package lie beside the topmost."""
    folder = os.path.dirname(os.path.abspath(names.module.__file__ or ""))
    depth = names.module.__name__.count(".") + hasattr(names.module, "__path__")
    for _ in range(depth - (package.count(".") + 1 if package else 0)):
        folder = os.path.dirname(folder)
    return folder


def _ways(factory: Any, names: Names) -> Iterator[Way]:
    parameters = list(inspect.signature(factory).parameters.values())
    given = parameters[0].default if parameters else inspect.Parameter.empty
    name = factory.__name__
    is_class = inspect.isclass(given) and given is not inspect.Parameter.empty
    if is_class and (known := names.of(given)):
        lines = [f"class Settings({known}):", *(f"    {key} = {value!r}" for key, value in _SETTINGS.items()), ""]
        settings = type("Settings", (given,), dict(_SETTINGS))
        yield [*lines, f"app = {name}(Settings)"], lambda: factory(settings)
        return
    for word in _WORDS_FOR_TESTS if parameters else ():
        yield [f"app = {name}({word!r})"], functools.partial(factory, word)
    yield [f"app = {name}()"], factory


def _tried(make: Callable[[], Any]) -> Any:
    with contextlib.suppress(Exception, Blocked):  # it needs what is not there
        app = make()
        return app if hasattr(app, "test_client") else None
    return None


def _prepared(app: Any, lines: list[str]) -> tuple[Any, list[str]]:
    """Set what tests need, where the application was made with other settings."""
    missing = {
        key: value
        for key, value in _FOR_TESTS.items()
        if app.config.get(key) is not value and (key == "TESTING" or "flask_wtf" in sys.modules)
    }
    if not missing:
        return app, lines
    app.config.update(missing)
    return app, [*lines, f"app.config.update({', '.join(f'{key}={value}' for key, value in missing.items())})"]


def _in_memory(app: Any, way: Way, names: Names) -> tuple[Any, list[str]] | None:
    """Make an application anew with the class of its settings saying that the database lies in memory."""
    lines, make = way
    for owner in _owners(app.config.get(ADDRESS), names):
        written = names.of(owner)
        if written is None:
            continue
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(owner, ADDRESS, IN_MEMORY[0])
            anew = _tried(make)
        if anew is not None and is_in_memory(anew):
            return anew, [f'monkeypatch.setattr({written}, "{ADDRESS}", "{IN_MEMORY[0]}")', *lines]
    return None


def _owners(address: object, names: Names) -> list[Any]:
    """Return the project's classes of settings that say this address, those for tests first."""
    root = _folder(names, "")
    found: dict[int, Any] = {}
    for module in list(sys.modules.values()):
        if not (getattr(module, "__file__", None) or "").startswith(root + os.sep):
            continue
        for value in list(vars(module).values()):
            if inspect.isclass(value) and vars(value).get(ADDRESS) == address:
                found[id(value)] = value
    return sorted(found.values(), key=lambda each: ("test" not in each.__name__.lower(), each.__name__))
