"""The head of a test file: what it imports, what is doubled, and what each test loads anew."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from orchestrator.testgen.typescript.candidates import Candidate
from orchestrator.testgen.typescript.place import Place, is_typed, quoted
from orchestrator.testgen.typescript.scratch_tests import MAKES_REQUIRE, REQUIRE
from orchestrator.testgen.typescript.toolchain import Toolchain

_JEST = "@jest/globals"
_DOUBLES = (
    "ask",
    "callsOf",
    "clientOf",
    "double",
    "keepPortsClosed",
    "logTo",
    "queriesOf",
    "startedBy",
    "tellError",
)  # what tests take from the file of doubles


@dataclass(slots=True)
class _Wanted:
    """What a file needs: by where it comes from, names under their local names; types by name alone."""

    files: dict[str, dict[str, str]] = field(default_factory=dict)
    packages: dict[str, dict[str, str]] = field(default_factory=dict)
    types: dict[str, set[str]] = field(default_factory=dict)


def imports_of(place: Place, chosen: Sequence[Candidate], body: str) -> str:
    """Return the head of a file for the tests in `body`."""
    wanted = _wanted(place, chosen)
    has_fetch = "fetch" in place.packages
    api = place.tools.api
    is_fresh = place.has_state or bool(place.shield) or any("fresh" in each.uses for each in chosen)
    setup = f"beforeEach {api}." if is_fresh or has_fetch else f"{api}." if place.packages else ""
    lines = _runner_import(place.tools, " ".join([setup, *place.shield, body]))
    after: list[str] = []
    typed = is_typed(place)
    if typed:
        named = sorted(wanted.types.items())
        lines += [f"import type {{ {', '.join(sorted(names))} }} from '{spec}';" for spec, names in named]
    doubles = [name for name in _DOUBLES if re.search(rf"(?<!\.)\b{name}\b[(<)]", body)]
    doubles += ["packageDouble"] if has_fetch else []
    mocks = "".join(_mock(place, spec) for spec in place.packages)
    mocks, late = ("", mocks) if place.tools.is_late else (mocks, "")
    doubles += [each for each in ("exportDoubles", "moduleDouble") if f"{each}(" in late]
    if doubles:
        lines += _import_lines(place.tools, place.specifier(place.helper), {each: each for each in doubles})
    anew = set(wanted.packages) | {place.specifier(each) for each in place.files} if is_fresh else set()
    if is_fresh and (place.shield or any(each.kind == "route" or any(map(_builds, each.setup)) for each in chosen)):
        anew |= set(wanted.files)  # what is built before each test loads the module anew as well
    is_late = {*wanted.files, *place.packages} if late else set()
    fresh: dict[str, dict[str, str]] = {}
    for spec, names in [*sorted(wanted.packages.items()), *sorted(wanted.files.items())]:
        used = {local: name for local, name in names.items() if _names(local, body)}
        if used and spec in anew:
            fresh[spec] = used
        elif spec in is_late:
            after += _late_lines(spec, used)
        else:
            lines += _import_lines(place.tools, spec, used)
    before = "".join(f"\n{block}\n" for block in place.shield)
    before += _fresh(place, fresh, typed=typed) if fresh else ""
    if place.tools.is_script:
        return _head_of_script(place, f"{setup}{body}", mocks, lines, before)
    mocks = f"{mocks or late}{''.join(after)}{before}"
    return "\n".join(line for line in lines if line) + f"\n{mocks and chr(10)}{mocks}"


def _head_of_script(place: Place, text: str, mocks: str, imports: Sequence[str], before: str) -> str:
    """Return the head of a test that is CommonJS, or that makes a `require` for what is."""
    runner = imports[0] if imports and _JEST in imports[0] else ""
    if not place.tools.makes_require:
        return _script_head(runner, mocks, [line for line in imports if line and line != runner], before)
    jest = f"import {{ jest }} from '{_JEST}';\n" if f"{place.tools.api}." in text else ""
    return f"{MAKES_REQUIRE}{jest}\n{REQUIRE}{_script_head('', mocks, [line for line in imports if line], before)}"


def _builds(block: str) -> bool:
    """Say whether what is done before each test does more than to give it an environment of its own."""
    return "resetModules" in block or "process.env" not in block


def _script_head(runner: str, mocks: str, imports: Sequence[str], anew: str) -> str:
    """Return the same head for CommonJS; doubles stand before what they double, where nothing moves them."""
    required = "".join(f"{line}\n" for line in imports)
    head = runner and f"{runner}\n"
    return "\n".join(part for part in (head, mocks, required, anew.removeprefix("\n")) if part)


def _wanted(place: Place, chosen: Sequence[Candidate]) -> _Wanted:
    wanted = _Wanted()
    for one in (one for each in chosen for one in each.imports):
        if "file" in one:
            wanted.files.setdefault(place.specifier(one["file"]), {})[one.get("as", one["name"])] = one["name"]
        elif "relative" in one:
            file = os.path.normpath(PurePosixPath(one["of"]).parent / one["relative"])
            wanted.types.setdefault(place.specifier(file), set()).add(one["name"])
        elif one.get("isType") or "as" not in one:
            wanted.types.setdefault(one["package"], set()).add(one["name"])
        else:
            wanted.packages.setdefault(one["package"], {})[one["as"]] = one["name"]
    return wanted


def _names(name: str, body: str) -> bool:
    """Say whether a name is used; a `$` is a part of names too."""
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", body) is not None


def _fresh(place: Place, modules: Mapping[str, Mapping[str, str]], *, typed: bool) -> str:
    """Import modules anew before each test, because they remember what was done with them."""
    declared, taken = "", ""
    for spec, names in modules.items():
        declared += "".join(
            f"let {local}{f': (typeof import({quoted(spec)}))[{quoted(name)}]' if typed else ''};\n"
            for local, name in sorted(names.items())
        )
        taken += "".join(f"  {each}\n" for each in _taken_anew(place.tools, spec, names, typed=typed))
    head = "() =>" if place.tools.is_script or place.tools.keeps_imports else "async () =>"
    return f"\n{declared}\nbeforeEach({head} {{\n  {place.tools.api}.resetModules();\n{taken}}});\n"


def _taken_anew(tools: Toolchain, spec: str, names: Mapping[str, str], *, typed: bool) -> list[str]:
    """Return the assignments of what a module exports, loaded at this moment."""
    if tools.is_script:
        named, default = _parted(names)
        taken = [*default, *([f"({{ {', '.join(named)} }}"] if named else [])]
        return [f"{each} = require({quoted(spec)}){')' if each.startswith('(') else ''};" for each in taken]
    given = ", ".join(_bound(local, name) for local, name in sorted(names.items()))
    if tools.keeps_imports:
        kind = f"<typeof import({quoted(spec)})>" if typed else ""
        return [f"({{ {given} }} = jest.requireActual{kind}({quoted(spec)}));"]
    return [f"({{ {given} }} = await import({quoted(spec)}));"]


def _import_lines(tools: Toolchain, spec: str, names: Mapping[str, str]) -> list[str]:
    """Return how names are imported; the default export of a script is the module itself."""
    named, default = _parted(names)
    parts = [*default, *([f"{{ {', '.join(named)} }}"] if named else [])]
    if tools.is_script:
        return [f"const {each} = require({quoted(spec)});" for each in parts]
    return [f"import {', '.join(parts)} from '{spec}';"] if parts else []


def _late_lines(spec: str, names: Mapping[str, str]) -> list[str]:
    """Return how names are imported once what their module uses is doubled."""
    given = ", ".join(_bound(local, name) for local, name in sorted(names.items()))
    return [f"const {{ {given} }} = await import({quoted(spec)});\n"] if given else []


def _bound(local: str, name: str) -> str:
    """Return how a name is taken out of an object."""
    return local if local == name else f"{name}: {local}"


def _parted(names: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the names of named exports in order, and that of the default export."""
    named = sorted(local for local, name in names.items() if name != "default")
    return named, [local for local, name in names.items() if name == "default"]


def _runner_import(tools: Toolchain, body: str) -> list[str]:
    if tools.runner == "jest" and tools.has_global_types and not (tools.is_module and f"{tools.api}." in body):
        return []
    if (tools.is_script and not tools.is_without_globals) or (tools.runner == "jest" and not tools.has_globals_package):
        return []
    names = ("afterAll", "afterEach", "beforeAll", "beforeEach", "describe", "expect", "it", tools.api)
    used = [name for name in names if re.search(rf"\b{name}\b", body)]
    if tools.is_script:
        return [f"const {{ {', '.join(used)} }} = require('{_JEST}');"]
    source = "vitest" if tools.runner == "vitest" else _JEST
    return [f"import {{ {', '.join(used)} }} from '{source}';"]


def _mock(place: Place, spec: str) -> str:
    """Return the lines that double a package: above the imports, or late, before what is loaded after them."""
    if spec == "fetch":
        return _fetch_double(place)
    name = quoted(spec)
    asked = ", ".join(quoted(each) for each in place.asked.get(spec, ()))
    if place.tools.is_late:
        return _late_mock(place, spec, name, asked)
    helper = quoted(place.specifier(place.helper))
    if spec in place.asked:
        return _export_mock(place, name, helper, asked)
    if place.tools.runner == "jest":
        return f"jest.mock({name}, () => {_actual(place, helper)}.packageDouble({name}));\n"
    return f"vi.mock({name}, async () => (await import({helper})).moduleDouble({name}));\n"


def _late_mock(place: Place, spec: str, name: str, asked: str) -> str:
    """Return the same for ES modules under Jest."""
    if spec not in place.asked:
        exports = ", ".join(quoted(each) for each in place.exported.get(spec, ()))
        return f"jest.unstable_mockModule({name}, () => moduleDouble({name}, [{exports}]));\n"
    real = f"actual{re.sub(r'[^A-Za-z0-9]+', ' ', spec).title().replace(' ', '')}"
    double = f"exportDoubles({name}, [{asked}])"
    return (
        f"const {real} = await import({name});\n"
        f"jest.unstable_mockModule({name}, () => ({{ ...{real}, ...{double} }}));\n"
    )


def _fetch_double(place: Place) -> str:
    kind = " as typeof fetch" if is_typed(place) else ""
    return f"beforeEach(() => {{\n  globalThis.fetch = packageDouble('fetch'){kind};\n}});\n"


def _actual(place: Place, name: str, kind: str = "") -> str:
    """Return how a module is loaded without its double: the types of `@jest/globals` have to be told what it is."""
    is_strict = is_typed(place) and not place.tools.has_global_types
    given = f"<{kind or f'typeof import({name})'}>" if is_strict else ""
    return f"jest.requireActual{given}({name})"


def _export_mock(place: Place, name: str, helper: str, exports: str) -> str:
    """Return the lines that double some exports of a package and leave the others as they are."""
    if place.tools.runner == "jest":
        real, doubles = _actual(place, name, "object"), _actual(place, helper)
        return f"jest.mock({name}, () => ({{\n  ...{real},\n  ...{doubles}.exportDoubles({name}, [{exports}]),\n}}));\n"
    real = f"(await original{'<object>' if is_typed(place) else ''}())"
    doubles = f"(await import({helper}))"
    return (
        f"vi.mock({name}, async (original) => ({{\n  ...{real},\n"
        f"  ...{doubles}.exportDoubles({name}, [{exports}]),\n}}));\n"
    )
