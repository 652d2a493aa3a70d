"""Jest configurations of all shapes: module style x wrapper x layout x quotes x line ends, made from tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

BEFORE: dict[str, Any] = {
    "testEnvironment": "node",
    "collectCoverageFrom": ["src/**/*.ts", "!src/**/*.d.ts"],
    "coverageThreshold": {"global": {"lines": 50}},
}

# What holds the object literal `%%`. The name says the kind of file; `next/jest` and `base` are stubs in the tests.
CJS = {
    "plain": "module.exports = %%;",
    "typed by comment": "/** @type {import('jest').Config} */\nmodule.exports = %%;",
    "strict": "'use strict';\n\nmodule.exports = %%;",
    "name": "const config = %%;\n\nmodule.exports = config;",
    "name declared by var": "var config = %%\nmodule.exports = config",
    "two names": "const base = %%;\nconst config = base;\nmodule.exports = config;",
    "chain": "module.exports = exports.default = %%;",
    "exports by index": "module['exports'] = %%;",
    "parentheses": "module.exports = (%%);",
    "arrow": "module.exports = () => (%%);",
    "arrow with body": "module.exports = () => {\n  const note = 1;\n  return %%;\n};",
    "async arrow": "module.exports = async () => {\n  return %%;\n};",
    "function": "module.exports = function config() {\n  return %%;\n};",
    "declared function": "function make() {\n  return %%;\n}\nmodule.exports = make();",
    "called at once": "module.exports = (() => (%%))();",
    "local name": "module.exports = async () => {\n  const config = %%;\n  return config;\n};",
    "next": "const nextJest = require('next/jest');\nconst createJestConfig = nextJest({ dir: './' });\n"
    "const config = %%;\nmodule.exports = createJestConfig(config);",
    "next in one": "const nextJest = require('next/jest');\nmodule.exports = nextJest({ dir: './' })(%%);",
    "assign": "module.exports = Object.assign({}, { verbose: true }, %%);",
    "merge": "const { merge } = require('base');\nmodule.exports = merge({ verbose: true }, %%);",
    "freeze": "module.exports = Object.freeze(%%);",
    "other things around": "const os = require('os');\nconst half = os.cpus().length / 2;\nmodule.exports = %%;\n"
    "module.exports.maxWorkers = half;",
    "property": "const configs = {\n  unit: %%,\n  e2e: {},\n};\nmodule.exports = configs.unit;",
    "hashbang": "#!/usr/bin/env node\nmodule.exports = %%;",
    "umlauts": "// größere Änderung — 📦\nconst note = 'äöü 📦';\nmodule.exports = %%;",
}
ESM = {
    "export default": "export default %%;",
    "exported name": "const config = %%;\nexport default config;",
    "renamed": "const config = %%;\nexport { config as default };",
    "async function": "export default async function config() {\n  return %%;\n}",
    "arrow": "export default async () => (%%);",
    "define": "import { defineConfig } from 'base';\nexport default defineConfig(%%);",
}
TYPED = {
    "satisfies": "import type { Config } from 'jest';\n\nexport default %% satisfies Config;",
    "as": "export default %% as Config;",
    "annotated": "import type { Config } from 'jest';\n\nconst config: Config = %%;\n\nexport default config;",
    "export equals": "const config: Config = %%;\nexport = config;",
    "promise": "export default async (): Promise<Config> => (%%);",
}
TYPES = (" satisfies Config", " as Config", ": Promise<Config>", ": Config", "import type { Config } from 'jest';\n")

# The object literal: `"` stands for the quotes of the file.
LAYOUTS = {
    "trailing commas": """{
  testEnvironment: "node",
  collectCoverageFrom: [
    "src/**/*.ts",
    "!src/**/*.d.ts",
  ],
  coverageThreshold: {
    global: {
      lines: 50,
    },
  },
}""",
    "no trailing commas": """{
    testEnvironment: "node",
    collectCoverageFrom: [
        "src/**/*.ts",
        "!src/**/*.d.ts"
    ],
    coverageThreshold: {
        global: { lines: 50 }
    }
}""",
    "one line": """{ testEnvironment: "node", collectCoverageFrom: ["src/**/*.ts", "!src/**/*.d.ts"], """
    """coverageThreshold: { global: { lines: 50 } } }""",
    "lists on one line": """{
\ttestEnvironment: "node",
\tcollectCoverageFrom: ["src/**/*.ts", "!src/**/*.d.ts"],
\tcoverageThreshold: { global: { lines: 50 } },
}""",
    "comments": """{
  testEnvironment: "node", // not jsdom
  /* what counts */
  collectCoverageFrom: [
    // sources
    "src/**/*.ts", // all of them
    // but not these
    "!src/**/*.d.ts" // declarations
    // , "!src/old/**"
  ],
  coverageThreshold: {
    // rises with time
    global: { lines: 50 } /* so far */
  } // end
  // nothing more
}""",
    "leading commas": """{
  testEnvironment: "node"
, collectCoverageFrom: [
    "src/**/*.ts"
  , "!src/**/*.d.ts"
  ]
, coverageThreshold: {
    global: { lines: 50 }
  }
}""",
    "quoted keys": """{
  "testEnvironment": "node",
  "collectCoverageFrom": ["src/**/*.ts",
    "!src/**/*.d.ts"],
  "coverageThreshold": {
    "global": {"lines": 50}},
}""",
    "keys by brackets": """{
  testEnvironment: "node",
  ["collectCoverageFrom"]: [
    "src/**/*.ts", "!src/**/*.d.ts",
  ],
  ["coverageThreshold"]: {global: {lines: 5e1}},
}""",
}

# Here several entries share a line, or the closing bracket stands on it.
TIGHT = ("one line", "quoted keys", "keys by brackets")


@dataclass(frozen=True)
class Shape:
    """One configuration; `is_module` says how Node is to read it once its types are gone."""

    name: str
    path: str
    text: str
    is_module: bool

    def for_node(self, text: str) -> str:
        """Return the text without types."""
        for fragment in TYPES:
            text = text.replace(fragment.replace("\n", "\r\n") if "\r\n" in text else fragment, "")
        return text.replace("export = config", "module.exports = config")


def shapes() -> Iterator[Shape]:
    """Yield every combination of the tables."""
    styles = [("cjs", "jest.config.js", CJS), ("esm", "jest.config.mjs", ESM), ("ts", "jest.config.ts", TYPED)]
    for (style, path, wrappers), (layout, literal) in product(styles, LAYOUTS.items()):
        for (wrapper, around), quote, end in product(wrappers.items(), "'\"", ("\n", "\r\n")):
            text = around.replace("%%", literal.replace('"', quote)) + "\n"
            name = f"{style}, {wrapper}, {layout}, {quote}, {'CRLF' if end != chr(10) else 'LF'}"
            yield Shape(name, path, text.replace("\n", end), style != "cjs" and "export =" not in text)


# What is computed, and what the refusal has to name.
DYNAMIC = {
    "module.exports = require('./base');": ("E_DYNAMIC", "require('./base')"),
    "module.exports = require('ts-jest').preset;": ("E_DYNAMIC", "require('ts-jest')"),
    "const { config } = require('x');\nmodule.exports = config;": ("E_DYNAMIC", "taken out of"),
    "import config from './base.js';\nexport default config;": ("E_DYNAMIC", "import config from './base.js'"),
    "export { default } from './base.js';": ("E_DYNAMIC", "./base.js"),
    "module.exports = process.env.CI ? { a: 1 } : { b: 1 };": ("E_DYNAMIC", "condition"),
    "module.exports = Object.fromEntries([['a', 1]]);": ("E_DYNAMIC", "Object.fromEntries"),
    "module.exports = JSON.parse(text);": ("E_DYNAMIC", "JSON.parse(text)"),
    "module.exports = compute({ a: 1 });": ("E_DYNAMIC", "compute({ a: 1 })"),
    "module.exports = new Config({ a: 1 });": ("E_DYNAMIC", "new Config"),
    "module.exports = (options) => options;": ("E_DYNAMIC", "`options` is a parameter"),
    "module.exports = () => { if (ci) return { a: 1 }; return { b: 1 }; };": ("E_DYNAMIC", "2 places"),
    "module.exports = { ...base };": ("E_DYNAMIC", "...base"),
    "const base = require('./base');\nmodule.exports = { a: 1, ...base };": ("E_DYNAMIC", "...base"),
    "module.exports = { collectCoverageFrom: ['a'], coverageThreshold: {}, ...require('./b') };": (
        "E_DYNAMIC",
        "...require('./b')",
    ),
    "module.exports = { [key]: 1 };": ("E_DYNAMIC", "[key]: 1"),
    "module.exports = { collectCoverageFrom: globs(), coverageThreshold: limits() };": ("E_DYNAMIC", "()"),
    "module.exports = { collectCoverageFrom: [...globs], coverageThreshold: { ...limits } };": (
        "E_DYNAMIC",
        "...",
    ),
    "module.exports = { get collectCoverageFrom() { return []; }, coverageThreshold() {} };": ("E_DYNAMIC", "computed"),
    "const config = {};\nconfig.collectCoverageFrom = ['a'];\nconfig.coverageThreshold = {};\n"
    "module.exports = config;": (
        "E_DYNAMIC",
        "line",
    ),
    "module.exports = {};\nmodule.exports.collectCoverageFrom = [];\nmodule.exports.coverageThreshold = {};": (
        "E_DYNAMIC",
        "may change",
    ),
    "const config = {};\nchange(config);\nmodule.exports = config;": ("E_DYNAMIC", "change(config)"),
    "let config;\nconfig = {};\nmodule.exports = config;": ("E_DYNAMIC", "later"),
    "let config = {};\nconfig = other;\nmodule.exports = config;": ("E_DYNAMIC", "config = other"),
    "exports.collectCoverageFrom = ['a'];": ("E_DYNAMIC", "key by key"),
    "if (ci) { module.exports = {}; }": ("E_DYNAMIC", "inside of another statement"),
    "module.exports = Object.assign({ collectCoverageFrom: [], coverageThreshold: {} }, require('./b'));": (
        "E_DYNAMIC",
        "require('./b')",
    ),
    "module.exports = merge(require('./b'), {});": ("E_DYNAMIC", "require('./b')"),
    "module.exports = {};\nmodule.exports = { a: 1 };": ("E_AMBIGUOUS", "2 configs"),
    "const globs = ['a'];\nconst limits = {};\n"
    "module.exports = { collectCoverageFrom: globs, coverageThreshold: limits, x: [globs, limits] };": (
        "E_ALIAS",
        "uses too",
    ),
    "class A {}\nmodule.exports = A;": ("E_DYNAMIC", "class"),
    "": ("E_NOT_FOUND", "exports no config"),
    "const a = 1;": ("E_NOT_FOUND", "exports no config"),
    "module.exports = 'preset';": ("E_DYNAMIC", "a string"),
    "module.exports = [{}];": ("E_CONFLICT", "no object"),
    "module.exports = {": ("E_PARSE", "line 1"),
    "module.exports = { collectCoverageFrom: ['a', , 'b'], coverageThreshold: [, 1] };": ("E_DYNAMIC", "computed"),
    "module.exports = { collectCoverageFrom: `src/${x}`, coverageThreshold: `${x}` };": ("E_DYNAMIC", "`"),
    "const a = b;\nconst b = a;\nmodule.exports = a;": ("E_DYNAMIC", "by way of itself"),
}
