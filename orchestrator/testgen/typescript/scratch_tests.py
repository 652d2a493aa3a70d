"""The test files of ours that run in the copy: they stand where the generated tests will stand."""

import json
from pathlib import PurePosixPath

from orchestrator.testgen.typescript.bench import NODE
from orchestrator.testgen.typescript.toolchain import Toolchain

_LONGEST = 3_600_000  # milliseconds


def exploring_test(tools: Toolchain, plan: str) -> str:
    """Return the test file that explores a module; `plan` is the path of its order."""
    return _test(tools, "explore", str(NODE / "explorer" / "index.cjs"), plan)


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
            "core: core.require };\n"
        )
    load = "(path) => import(path)" if tools.is_module else "async (path) => require(path)"
    require = "createRequire(import.meta.url)" if tools.is_module else "require"
    imports = (
        "import { createRequire } from 'node:module';\nimport { jest, test } from '@jest/globals';\n"
        if tools.is_module
        else ""
    )
    return (
        f"// @ts-nocheck\n{imports}export {{}};\nconst core = {{ require: {require} }};\n"
        f"const api = {{ load: {load}, reset: () => jest.resetModules(), core: core.require }};\n"
    )


def helper_file(root_files: frozenset[str], path: str) -> str:
    """Return where the shared doubles of a project stand, given its top folders and a module's path."""
    suffix = ".ts" if PurePosixPath(path).suffix in (".ts", ".tsx", ".mts", ".cts") else ".js"
    return f"src/test/doubles{suffix}" if "src" in root_files else f"test/doubles{suffix}"
