"""Let the clock stand while a module is explored, so that tests of code that asks for the time can be pinned.

Only what the sources are seen to ask is replaced: the present of `time` and `datetime`, for as long as one call takes.
Tests that need it get a fixture that does the same.
"""

import ast
import datetime
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

FIXTURE = "standing_clock"
_NOON = 1705320000.0
_PRESENT = r"\.(now|utcnow|today)\b"


class Standing:
    """Stand in for a class of dates: the present is always the same, all else is the class's own."""

    def __init__(self, present: Any) -> None:
        self.present = present

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Make an instance as the class does."""
        return type(self.present)(*args, **kwargs)

    def __getattr__(self, name: Any) -> Any:
        return getattr(type(self.present), name)

    def __instancecheck__(self, value: Any) -> Any:
        return isinstance(value, type(self.present))

    def now(self, tz: Any = None) -> Any:
        """Return the present, which is the same in each time zone."""
        return self.present.replace(tzinfo=tz) if tz else self.present

    today = utcnow = now


# What stands in the place of what: the original, its replacement, and how a test writes that.
_REPLACED: tuple[tuple[Any, Any, str], ...] = (
    (datetime.datetime, Standing(datetime.datetime(2024, 1, 15, 12)), "FixedDatetime"),
    (datetime.date, Standing(datetime.date(2024, 1, 15)), "FixedDate"),
    (time.time, lambda: _NOON, f"lambda: {_NOON}"),
    (time.time_ns, lambda: int(_NOON) * 10**9, f"lambda: {int(_NOON)} * 10**9"),
)
_OF_MODULES = {"datetime": ("datetime", "date"), "time": ("time", "time_ns")}


class StandingClock:
    """The places from which some modules get the present."""

    def __init__(self, modules: Sequence[tuple[ModuleType, str]]) -> None:
        """`modules` come with their sources."""
        self._places: dict[tuple[str, str], tuple[Any, Any, str]] = {}
        self._asked: dict[str, set[str]] = {}  # what a test writes for a class → its methods that are called
        self._compared: set[str] = set()  # such classes of which values are asked whether they are instances
        for module, source in modules:
            self._find(module, source)

    def __bool__(self) -> bool:
        return bool(self._places)

    def _find(self, module: ModuleType, source: str) -> None:
        for imported in (each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Import | ast.ImportFrom)):
            for alias in imported.names:
                self._note_asked(module, imported, alias, source)

    def _note_asked(
        self, module: ModuleType, imported: ast.Import | ast.ImportFrom, alias: ast.alias, source: str
    ) -> None:
        name = alias.asname or alias.name
        if isinstance(imported, ast.Import):
            for member in _OF_MODULES.get(alias.name, ()):
                original = getattr(sys.modules[alias.name], member)
                if _is_asked(f"{name}.{member}", original, source):
                    self._note(alias.name, member, original)
                    self._note_ways(f"{name}.{member}", original, source)
        elif alias.name in _OF_MODULES.get(imported.module or "", ()) and not imported.level:
            original = getattr(sys.modules[str(imported.module)], alias.name)
            if _is_asked(name, original, source):
                is_global = vars(module).get(name) is original
                self._note(*((module.__name__, name) if is_global else (str(imported.module), alias.name)), original)
                self._note_ways(name, original, source)

    def _note(self, module: str, name: str, original: Any) -> None:
        self._places[module, name] = next(each for each in _REPLACED if each[0] is original)

    def _note_ways(self, name: str, original: Any, source: str) -> None:
        """Note how a source uses a class by this name: what it asks of it, and whether it asks for instances."""
        written = next(text for each, _, text in _REPLACED if each is original)
        asked = re.findall(rf"(?<![\w.]){re.escape(name)}{_PRESENT}", source) if isinstance(original, type) else ()
        self._asked.setdefault(written, set()).update(asked)
        if any(name in ast.unparse(each) for each in ast.walk(ast.parse(source)) if _is_check(each)):
            self._compared.add(written)

    @contextmanager
    def stands(self) -> Iterator[None]:
        """Let it be noon of 15 January 2024 (UTC)."""
        put = []
        try:
            for (module, name), (_, replacement, _) in self._places.items():
                namespace = vars(sys.modules[module])
                put.append((namespace, name, namespace[name]))
                namespace[name] = replacement
            yield
        finally:
            for namespace, name, before in put:
                namespace[name] = before

    def helpers(self) -> dict[str, str]:
        """Return the classes that the fixture needs, by name: each answers what the sources ask, and no more."""
        found = {"Fixed": _KIND} if self._compared else {}
        for written, (base, moment) in _BASES.items():
            kind = ", metaclass=Fixed" if written in self._compared else ""
            methods = [_METHOD.format(name, given, moment, rest) for name, given, rest in _ways(self._asked, written)]
            if methods:
                found[written] = f"class {written}(datetime.{base}{kind}):\n" + "\n".join(methods)
        return found

    def fixture(self) -> str:
        """Return the source of a fixture that lets the clock stand for a test."""
        lines = [
            f'    monkeypatch.setattr("{module}.{name}", {text})'
            for (module, name), (_, _, text) in sorted(self._places.items())
        ]
        head = f'@pytest.fixture\ndef {FIXTURE}(monkeypatch):\n    """Let it be noon of 15 January 2024 (UTC)."""\n'
        return head + "\n".join(lines) + "\n"


_KIND = '''\
class Fixed(type(datetime.datetime)):
    """Let what is an instance of the class behind pass for one of this."""

    def __instancecheck__(cls, value):
        return isinstance(value, cls.__base__)
'''
_METHOD = "    @classmethod\n    def {}(cls{}):\n        return cls({}{})\n"
_BASES = {"FixedDate": ("date", "2024, 1, 15"), "FixedDatetime": ("datetime", "2024, 1, 15, 12")}


def _ways(asked: dict[str, set[str]], written: str) -> Iterator[tuple[str, str, str]]:
    """Yield the methods to write: name, further parameters, further arguments of the moment."""
    for name in sorted(asked.get(written, ())):
        takes_zone = name == "now"
        yield name, ", tz=None" if takes_zone else "", ", tzinfo=tz" if takes_zone else ""


def _is_check(node: ast.AST) -> bool:
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return isinstance(node, ast.MatchClass) or (is_call and node.func.id in ("isinstance", "issubclass"))  # type: ignore[attr-defined]


def _is_asked(name: str, original: Any, source: str) -> bool:
    """Say whether a source asks for the present by this name, or hands it on to be asked."""
    behind = _PRESENT if isinstance(original, type) else r"\b"
    return re.search(rf"(?<![\w.]){re.escape(name)}{behind}", source) is not None


NO_CLOCK = StandingClock(())
