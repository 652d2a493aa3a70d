"""Configuration under changed environments: each variable set, set to what does not fit, and missing."""

import types
from collections.abc import Sequence

from .body import Body, slug
from .corpus import Try
from .environment import Variable
from .facts import ModuleFacts
from .literals import Literals
from .matching import match_text
from .names import Names
from .raising import raising
from .search import Search
from .subjects import Subject
from .telling import shown
from .words import words_for

_VALUES = {
    "int": ("8080", "0", "many"),
    "float": ("0.5", "much"),
    "bool": ("true", "0", "perhaps"),
}
_MOST_ASSERTS = 4


def find_configured(names: Names, facts: ModuleFacts, variables: Sequence[Variable]) -> list[Subject]:
    """Return a subject for the module and for each settings class that reads the environment."""
    found = []
    for owner in dict.fromkeys(each.owner for each in variables):
        if owner and owner not in facts.classes:
            continue
        name = owner or f"import_{names.module.__name__.rpartition('.')[2]}"
        template = f"{names.own(owner)}(" if owner else f"imported_anew({names.module.__name__!r}"
        found.append(Subject(name, "config", [], None, template=template))
    return found


def explore_configured(search: Search, subjects: Sequence[Subject], variables: Sequence[Variable]) -> None:
    """Try each subject with each variable set to each value, and without it."""
    for subject in subjects:
        own = [each for each in variables if (each.owner or subject.name) == subject.name]
        needed = {each.name: _values(each)[0] for each in own if each.is_required}
        for variable in own:
            rest = [_set(name, value) for name, value in needed.items() if name != variable.name]
            search.attempt(subject, (), "", [*rest, f"monkeypatch.delenv({variable.name!r}, raising=False)"])
            for value in _values(variable):
                search.attempt(subject, (), "", [*rest, _set(variable.name, value)])


def config_body(made: Try, tries: Sequence[Try], literals: Literals, names: Names) -> Body | None:
    """Pin the attributes that differ from those under another value of the variable, or the error."""
    step = made.program.setup[-1]
    word = step.partition("'")[2].partition("'")[0]
    what = f"without_{slug(word)}" if ".delenv" in step else f"with_{slug(word)}"
    if made.outcome.kind == "raised":
        error = made.outcome.error
        name = names.of(type(error))
        match = match_text(str(error))
        if name is None:
            return None
        lines = (*made.program.setup, f"with {raising(name, match)}:", f"    {made.program.call}")
        return Body(lines, label=f"refuses_{what}", more=slug(step.rpartition(", ")[2]))
    value = made.outcome.value
    others = [
        each.outcome.value
        for each in tries
        if each is not made
        and each.outcome.kind == "value"
        and each.program.setup[:-1] == made.program.setup[:-1]
        and f"'{word}'" in each.program.setup[-1]
    ]
    name = "module" if isinstance(value, types.ModuleType) else "settings"
    checks = []
    for attribute, text in shown(value, literals):
        if any(dict(shown(other, literals)).get(attribute) != text for other in others):
            checks.append(f"assert {name}.{attribute} {'is' if text in ('None', 'True', 'False') else '=='} {text}")
    if not checks:
        return None
    lines = (*made.program.setup, f"{name} = {made.program.call}", *checks[:_MOST_ASSERTS])
    return Body(lines, label=what, more=slug(step.rpartition(", ")[2]))


def _values(variable: Variable) -> tuple[str, ...]:
    if variable.choices:
        return (*variable.choices, "other")
    plain = words_for(variable.name.lower()) or ("hello", "")
    return _VALUES.get(variable.kind) or (*plain[:2], "8080")


def _set(name: str, value: str) -> str:
    return f"monkeypatch.setenv({name!r}, {value!r})"
