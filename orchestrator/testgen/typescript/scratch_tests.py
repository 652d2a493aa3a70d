"""The test files of ours that run in the copy: they stand where the generated tests will stand."""

import json
import re
from pathlib import PurePosixPath

from orchestrator.testgen.typescript.bench import NODE
from orchestrator.testgen.typescript.toolchain import Toolchain

MAKES_REQUIRE = "import { createRequire } from 'node:module';\n"
REQUIRE = "const require = createRequire(import.meta.url);\n"
_SCRIPT_HEAD = f"""\
{MAKES_REQUIRE}import {{ jest, test }} from '@jest/globals';

{REQUIRE}const core = {{ require }};
const load = async (path) => (/\\.(test|spec)\\./.test(path) ? import(path) : require(path));
const mock = (spec, make) => jest.doMock(spec, make);
const actual = (spec) => jest.requireActual(spec);
const api = {{ load, reset: () => jest.resetModules(), mock, core: core.require, actual }};
"""
_LONGEST = 3_600_000  # milliseconds
_RECORDED = frozenset(("describe", "it", "test", "beforeAll", "beforeEach", "afterEach", "afterAll"))


def exploring_test(tools: Toolchain, plan: str) -> str:
    """Return the test file that explores a module; `plan` is the path of its order."""
    return _test(tools, "explore", str(NODE / "explorer" / "index.cjs"), plan)


def measuring_test(tools: Toolchain, plan: str) -> str:
    """Return the test file that says what the tests of another file reach and notice."""
    return _test(tools, "measure", str(NODE / "measure" / "index.cjs"), plan)


def measured_name(test_file: str) -> str:
    """Return where the measuring test of a test file stands: beside it, under a name that the runner takes."""
    place = PurePosixPath(test_file)
    stem, _, rest = place.name.rpartition(".test.") if ".test." in place.name else place.name.rpartition(".spec.")
    word = ".test." if ".test." in place.name else ".spec."
    return str(place.parent / (f"{stem}.orchestrate{word}{rest}" if stem else f"orchestrate-{place.name}"))


def recorded(text: str) -> str:
    """Return a test file whose `describe` and `it` are those of the recorder, where it imports them."""

    def parted(found: re.Match[str], rest: str) -> str:
        names = [each.strip() for each in found.group(1).split(",") if each.strip()]
        own = [each for each in names if each in _RECORDED]
        others = ", ".join(each for each in names if each not in _RECORDED)
        head = rest.replace("NAMES", f"{{ {others} }}").replace("SOURCE", found.group(2)) if others else ""
        return f"{head}\nconst {{ {', '.join(own)} }} = globalThis.__recorder;" if own else head

    def kept(found: re.Match[str]) -> str:
        return parted(found, "import NAMES from SOURCE;")

    def required(found: re.Match[str]) -> str:
        return parted(found, "const NAMES = require(SOURCE);")

    pattern = r"import\s*\{([^}]*)\}\s*from\s*(['\"](?:vitest|@jest/globals)['\"]);?"
    script = r"const\s*\{([^}]*)\}\s*=\s*require\((['\"]@jest/globals['\"])\);?"
    return "// @ts-nocheck\n" + re.sub(script, required, re.sub(pattern, kept, text))


def guarded(tools: Toolchain, text: str, root: str) -> str:
    """Return a test file with the guard at its head, and the types left to another filter."""
    script, place = json.dumps(str(NODE / "guard.cjs")), json.dumps(f"{root}/")
    if tools.runner == "vitest" or tools.runs_modules:
        source = "vitest" if tools.runner == "vitest" else "@jest/globals"
        head = (
            f"import {{ afterEach as orchestrateAfter }} from '{source}';\n"
            "import { createRequire as orchestrateRequire } from 'node:module';\n"
            f"orchestrateRequire(import.meta.url)({script})"
            f".guard(orchestrateRequire(import.meta.url), orchestrateAfter, {place});\n"
        )
    else:
        after = "require('@jest/globals').afterEach" if tools.is_without_globals else "afterEach"
        head = f"require({script}).guard(require, {after}, {place});\n"
    return f"// @ts-nocheck\n{head}{text}"


def _test(tools: Toolchain, function: str, script: str, plan: str) -> str:
    load = f"const {{ {function} }} = core.require({json.dumps(script)});"
    order = f"const plan = JSON.parse(core.require('node:fs').readFileSync({json.dumps(plan)}, 'utf8'));"
    body = f"  {load}\n  {order}\n  await {function}(plan, api);\n"
    return f"{_head(tools)}\ntest({function!r}, async () => {{\n{body}}}, {_LONGEST});\n"


def _head(tools: Toolchain) -> str:
    if tools.runner == "vitest":
        return (
            "// @ts-nocheck\nimport { test, vi } from 'vitest';\nimport { createRequire } from 'node:module';\n"
            "const core = { require: createRequire(import.meta.url) };\n"
            "const api = { load: (path) => import(/* @vite-ignore */ path), reset: () => vi.resetModules(), "
            "mock: (spec, make) => vi.doMock(spec, make), isVitest: true, core: core.require };\n"
        )
    if tools.makes_require:
        return _SCRIPT_HEAD
    load = "(path) => import(path)" if tools.is_module else "async (path) => require(path)"
    require = "createRequire(import.meta.url)" if tools.is_module else "require"
    imports = (
        "import { createRequire } from 'node:module';\nimport { jest, test } from '@jest/globals';\n"
        if tools.is_module
        else ""
    )
    if tools.is_without_globals and not tools.is_module:
        imports = "const { jest, test } = require('@jest/globals');\n"
    mock = "unstable_mockModule" if tools.is_module else "doMock"
    real = "real: (spec) => import(spec)" if tools.is_module else "actual: (spec) => jest.requireActual(spec)"
    return (
        f"// @ts-nocheck\n{imports}{'' if tools.is_script else 'export {};'}\nconst core = {{ require: {require} }};\n"
        f"const api = {{ load: {load}, reset: () => jest.resetModules(), "
        f"mock: (spec, make) => jest.{mock}(spec, make), core: core.require, {real} }};\n"
    )


def helper_file(package: str, top: frozenset[str], path: str, *, tests: str = "") -> str:
    """Return where a package's shared doubles stand, given its folder, what is in it and the path of a module.

    `tests` is the folder of tests beside modules, when it is one from which runners take no other file for a test.
    """
    suffix = ".ts" if PurePosixPath(path).suffix in (".ts", ".tsx", ".mts", ".cts") else ".js"
    folder = PurePosixPath("src" if "src" in top else "", tests or "test")
    return str(PurePosixPath(package, folder, f"doubles{suffix}"))
