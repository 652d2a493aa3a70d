"""Forms of modules: scripts of CommonJS under Jest, ES modules under Vitest, packages that have no other form."""

import json
import shutil
import subprocess
import sys

import pytest
from by_hand import generated, run_jest, run_node

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

PRICES = """\
/**
 * @param {'small' | 'large'} size
 * @param {number} [count]
 * @returns {number}
 */
EXPORTfunction price(size, count = 1) {
  if (count < 1) {
    throw new RangeError('count must be at least 1');
  }
  return (size === 'small' ? 3 : 5) * count;
}
"""
SHOP = """\
const { Pool } = require('pg');
const { price } = require('./prices');

const pool = new Pool({ max: 3 });
let asked = 0;

module.exports = async function priceOf(/** @type {string} */ id) {
  asked += 1;
  const found = await pool.query('select * from shops where id = $1', [id]);
  if (found.rows.length === 0) {
    throw new Error(`there is no shop "${id}" (${asked})`);
  }
  return price('large', 2);
};
"""

LISTENERS = """\
const listeners = new Map();

export function listen(name, listener) {
  if (!name || typeof listener !== 'function') {
    throw new Error('a name and a listener are wanted');
  }
  listeners.set(name, listener);
  return () => listeners.delete(name);
}

export function twice(turn, value) {
  return typeof turn === 'function' ? turn(turn(value)) : undefined;
}
"""
POSTS = """\
import { slugOf } from 'slugs';

export function pathOf(title: string, isDraft = false): string {
  return `${isDraft ? '/drafts' : '/posts'}/${slugOf(title)}`;
}
"""
OPTIONS = {"strict": True, "module": "ESNext", "moduleResolution": "Bundler", "target": "ES2022", "skipLibCheck": True}


def become_module(project):
    """Let the project be of ES modules, with Vitest."""
    (project / "package.json").write_text(json.dumps({"type": "module", "scripts": {"test": "vitest run"}}))


def test_scripts_get_scripts_that_require_them_and_double_what_they_require(project):
    (project / "tsconfig.json").unlink()
    (project / "jest.config.js").write_text("module.exports = { transform: {} };\n")
    (project / "src/prices.js").write_text(PRICES.replace("EXPORT", "") + "\nmodule.exports = { price };\n")
    (project / "src/shop.js").write_text(SHOP)
    assert generated("src/*.js", budget=2).count('"statements": 100.0') == 2
    prices = (project / "src/__tests__/prices.test.js").read_text()
    assert "const { price } = require('../prices');\n" in prices
    assert "toThrow('count must be at least 1')" in prices
    shop = (project / "src/__tests__/shop.test.js").read_text()
    assert "jest.mock('pg', () => jest.requireActual('../test/doubles').packageDouble('pg'));\n\nconst {" in shop
    assert "\n  jest.resetModules();\n  priceOf = require('../shop');\n" in shop
    assert "import" not in prices + shop
    run_jest()


def test_es_modules_of_javascript_get_es_modules(project):
    for each in ("tsconfig.json", "jest.config.js"):
        (project / each).unlink()
    become_module(project)
    (project / "src/prices.js").write_text(PRICES.replace("EXPORT", "export "))
    assert '"statements": 100.0' in generated("src/prices.js", budget=2)
    text = (project / "src/__tests__/prices.test.js").read_text()
    assert "import { describe, expect, it } from 'vitest';\nimport { price } from '../prices';\n" in text
    run_node("node_modules/vitest/vitest.mjs", "run")


@pytest.mark.nightly
def test_inputs_of_javascript_are_written_without_types(project):
    """Nothing takes them off there: a file with one of them does not run at all."""
    for each in ("tsconfig.json", "jest.config.js"):
        (project / each).unlink()
    become_module(project)
    (project / "src/listeners.js").write_text(LISTENERS)
    assert '"statements": 100.0' in generated("src/listeners.js", budget=2)
    assert "(value) => value" in (project / "src/__tests__/listeners.test.js").read_text()
    run_node("node_modules/vitest/vitest.mjs", "run")


@pytest.mark.nightly
def test_a_package_that_is_an_es_module_only_is_used_as_it_is(project):
    become_module(project)
    (project / "jest.config.js").unlink()
    (project / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS}))
    (project / "src/posts.ts").write_text(POSTS)
    assert '"statements": 100.0' in generated("src/posts.ts", budget=2)
    assert "toBe('/drafts/" in (project / "src/__tests__/posts.test.ts").read_text()


@pytest.mark.nightly
def test_a_package_without_settings_is_tested_from_where_those_of_the_repository_are(project):
    become_module(project)
    (project / "jest.config.js").unlink()
    (project / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS}))
    (project / "vitest.base.mjs").write_text("export default { test: { include: ['packages/*/src/**/*.test.ts'] } };\n")
    (project / "vitest.config.mjs").write_text("export { default } from './vitest.base.mjs';\n")
    (project / "packages/money/src").mkdir(parents=True)
    (project / "packages/money/package.json").write_text(json.dumps({"type": "module", "scripts": {"test": "vitest"}}))
    tax = "export function tax(price: number): number {\n  return price > 100 ? price * 0.19 : price * 0.07;\n}\n"
    (project / "packages/money/src/tax.ts").write_text(tax)
    assert '"statements": 100.0' in generated("packages/money/src/tax.ts", budget=2)
    run_node("node_modules/vitest/vitest.mjs", "run")


@pytest.mark.nightly
def test_a_module_that_awaits_at_its_top_is_tested(project):
    become_module(project)
    (project / "jest.config.js").unlink()
    (project / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS}))
    (project / "src/rates.ts").write_text(
        "const rates = await Promise.resolve({ low: 7, high: 19 });\n\n"
        "export function tax(price: number, isLow: boolean): number {\n"
        "  return (price * (isLow ? rates.low : rates.high)) / 100;\n}\n"
    )
    assert '"statements": 100.0' in generated("src/rates.ts", budget=2)
    run_node("node_modules/vitest/vitest.mjs", "run")


def test_a_module_that_needs_a_native_add_on_which_is_not_there_is_refused_by_name(project):
    (project / "src/hash.ts").write_text(
        "const native = require('../build/Release/hash.node') as { hash(text: string): string };\n\n"
        "export function shortHash(text: string): string {\n  return native.hash(text).slice(0, 8);\n}\n"
    )
    command = [sys.executable, "-m", "orchestrator", "tests", "generate", "src/hash.ts", "--budget", "2"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 1
    assert "src/hash.ts cannot be imported: " in made.stderr
    assert "hash.node" in made.stderr


CLOCK = """\
import { Pool } from 'pg';

const pool = new Pool({ max: 3 });
let asked = 0;

export async function priceOf(id: string): Promise<number> {
  asked += 1;
  const found = await pool.query('select price from shops where id = $1', [id]);
  if (found.rows.length === 0) {
    throw new Error(`there is no shop "${id}" (${asked})`);
  }
  return found.rows[0].price * 2;
}

export function isOld(year: number): boolean {
  return year < new Date().getFullYear();
}
"""


@pytest.mark.nightly
def test_a_project_whose_jest_defines_no_globals_gets_tests_that_import_them(project):
    config = "module.exports = { injectGlobals: false, transform: { '^.+\\\\.ts$': ['ts-jest', {}] } };\n"
    (project / "jest.config.js").write_text(config)
    (project / "src/prices.ts").write_text(CLOCK)
    (project / "src/shop.js").write_text(
        SHOP.replace("const { price } = require('./prices');\n", "const price = (size, count) => 5 * count;\n")
    )
    made = generated("src/prices.ts", budget=2)
    assert '"statements": 100.0' in made
    assert '"statements": 100.0' in generated("src/shop.js", budget=2)
    prices = (project / "src/__tests__/prices.test.ts").read_text()
    assert "import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';" in prices
    shop = (project / "src/__tests__/shop.test.js").read_text()
    assert shop.index("require('@jest/globals')") < shop.index("jest.mock('pg'")
    run_jest()
    assert json.loads(made)["mutants"]["percent"] > 60


HELLO = """\
import { fileURLToPath } from 'node:url';
import Fastify, { type FastifyPluginAsync } from 'fastify';

const hello: FastifyPluginAsync = async (server) => {
  server.get('/hello', async () => ({ hello: 'world' }));
};

export default hello;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await Fastify().register(hello).listen({ port: 3000 });
}
"""


@pytest.mark.nightly
def test_a_server_of_es_modules_that_are_resolved_as_node_does_is_asked_by_vitest(project):
    become_module(project)
    (project / "jest.config.js").unlink()
    options = {"strict": True, "module": "NodeNext", "target": "ES2022", "types": ["node"], "skipLibCheck": True}
    (project / "tsconfig.json").write_text(json.dumps({"compilerOptions": options}))
    (project / "src/hello.ts").write_text(HELLO)
    generated("src/hello.ts", budget=2)
    text = (project / "src/__tests__/hello.test.ts").read_text()
    assert "import hello from '../hello.js';" in text
    assert "expect(response.json()).toEqual({ hello: 'world' });" in text
    run_node("node_modules/vitest/vitest.mjs", "run")
