"""Variables of the environment that a module reads, and the fixtures that keep those of whoever runs its tests away."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestrator.testgen.foreign import is_left_alone

OWN, ANEW = "own_environment", "loaded_anew"
_WIDEST = 70  # characters of names on one line
_MOST_READERS = 3  # modules that are loaded anew

_OWN = '''@pytest.fixture{options}
def {name}(monkeypatch):
    """Take out of the environment what whoever runs these tests may have set."""
{body}'''
_ANEW = '''@pytest.fixture
def {name}({needed}):
    """Import once more what reads the environment at import; afterwards, all is as it was."""
    modules = [importlib.import_module(name) for name in ({modules})]
    before = {{module: dict(vars(module)) for module in modules}}
    try:
        for module in modules:
            importlib.reload(module)
        yield
    finally:
        for module, names in before.items():
            vars(module).update(names)
'''


@dataclass(frozen=True, kw_only=True, slots=True)
class Variables:
    """What the project's code was seen to read while one of its modules was explored.

    `kept` are those that the project itself sets for its tests; `readers` the modules that read some while they are
    imported, in order; `cleaners` the project's fixtures that take variables out.
    """

    names: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()
    readers: tuple[str, ...] = ()
    cleaners: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def movable(self) -> tuple[str, ...]:
        """Return those that tests may take out."""
        return tuple(each for each in self.names if each not in self.kept)

    def shield(self, wanted: Sequence[str], *, with_mark: bool, anew: bool) -> "Shield":
        """Return what takes the variables `wanted` out, all of them where modules are loaded `anew`.

        `with_mark` where it is for those tests only that are marked.
        """
        names = list(self.movable) if anew else sorted(wanted)
        cleaner = min((name for name, cleaned in self.cleaners.items() if cleaned.issuperset(names)), default="")
        by = (cleaner or OWN) if names else ""
        sources = [] if cleaner or not names else [_own(names, is_for_all=not with_mark)]
        if anew and self.readers:
            modules = ", ".join(f'"{each}"' for each in self.readers) + "," * (len(self.readers) == 1)
            sources.append(_ANEW.format(name=ANEW, needed=by, modules=modules))
        is_for_all = bool(names and cleaner and not with_mark)
        return Shield(
            sources=tuple(sources),
            marked=by if with_mark else "",
            head=f'pytestmark = pytest.mark.usefixtures("{cleaner}")\n' if is_for_all else "",
            has_anew=bool(anew and self.readers),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Shield:
    """What a file has in it: fixtures, the name of the one that tests ask for, and a line for all of them."""

    sources: tuple[str, ...] = ()
    marked: str = ""
    head: str = ""
    has_anew: bool = False


def read_variables(content: Mapping[str, Any]) -> Variables:
    """Read what the explorer noticed; what the interpreter and tools need is left alone."""
    readers = content["readers"]
    return Variables(
        names=tuple(sorted(each for each in content["names"] if not is_left_alone(each))),
        kept=frozenset(content["kept"]),
        readers=tuple(readers) if len(readers) <= _MOST_READERS else (),
        cleaners={name: frozenset(names) for name, names in content["cleaners"].items()},
    )


def set_by(lines: Sequence[str]) -> frozenset[str]:
    """Return the variables that the lines of a test set or take out themselves."""
    return frozenset(re.findall(r"monkeypatch\.(?:set|del)env\(['\"](\w+)['\"]", "\n".join(lines)))


def _own(names: Sequence[str], *, is_for_all: bool) -> str:
    if len(names) == 1:
        body = f'    monkeypatch.delenv("{names[0]}", raising=False)\n'
    else:
        listed = ", ".join(f'"{each}"' for each in names)
        if len(listed) > _WIDEST:
            listed = "".join(f'\n        "{each}",' for each in names) + "\n    "
        body = f"    for name in ({listed}):\n        monkeypatch.delenv(name, raising=False)\n"
    return _OWN.format(options="(autouse=True)" if is_for_all else "", name=OWN, body=body)
