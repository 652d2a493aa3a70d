"""Modules that are made from the environment are imported under changed variables."""

import json
import shutil
import subprocess

import pytest
from by_hand import JEST, report_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

CHECKED = """\
import { z } from 'zod';

const schema = z.object({
  PORT: z.coerce.number().int().min(1).max(65535).default(3000),
  DATABASE_URL: z.string().url(),
});

const parsed = schema.safeParse(process.env);

if (!parsed.success) {
  throw new Error(`invalid environment: ${parsed.error.issues.map((each) => each.path.join('.')).join(', ')}`);
}

export const settings = { ...parsed.data, isLocal: parsed.data.DATABASE_URL.includes('localhost') };
"""
PLAIN = """\
function level(): 'debug' | 'info' {
  return process.env.VERBOSE === 'yes' ? 'debug' : 'info';
}

if (process.env.API_KEY === '') {
  process.exit(3);
}

export const logLevel = level();
export const workers = Number(process.env.WORKERS ?? '2') || 1;

export function summary(): string {
  return `${workers} workers`;
}
"""


def run(*arguments, **variables):
    """Run the project's own tests in an environment that sets nothing but what is given."""
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/", **variables}
    done = subprocess.run([shutil.which("node"), *arguments], capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def written(written_once):
    modules = {
        "settings": CHECKED,
        "options": READ_WHEN_CALLED,
        "limits": READ_AT_IMPORT,
        "offset": READS_NOTHING,
        "config": STRICT,
        "heading": BELOW_THE_STRICT_ONE,
        "stage": NAMED_LIKE_IT,
    }
    return written_once("environments", modules, target="src/[!l]*.ts", budget=8)  # `limits` is only read


def test_a_module_that_refuses_its_environment_is_tested_as_such(written):
    assert written.statements("settings") == 100.0
    text = written.tests("settings")
    bare = "process.env = { ...environmentBefore };\n  delete process.env.PORT;\n  delete process.env.DATABASE_URL;\n"
    assert bare in text
    assert "await expect(import('../settings')).rejects.toThrow('invalid environment: DATABASE_URL');" in text
    assert "const { settings } = await import('../settings');" in text
    assert "expect(settings).toEqual({ PORT: 3000, DATABASE_URL: " in text
    assert "invalid environment: PORT" in text


def test_defaults_malformed_values_and_the_end_of_the_process_are_told_apart(project):
    (project / "src/plain.ts").write_text(PLAIN)
    made = report_of("src/plain.ts", "--test-type", "config", budget=8)
    assert made["coverage"]["statements"] >= 80, made
    text = (project / "src/__tests__/plain.test.ts").read_text()
    assert "is read without any variable" in text
    assert "expect(logLevel).toBe('info');\n    expect(workers).toBe(2);" in text
    assert "process.env.VERBOSE = 'yes';" in text
    assert "process.env.API_KEY = '';" in text
    assert "expect(exit).toHaveBeenCalledWith(3);" in text
    assert "describe('summary'" not in text
    run(JEST, PORT="1", WORKERS="9")


@pytest.mark.nightly
def test_vitest_loads_the_module_anew_as_well(project):
    (project / "jest.config.js").unlink()
    (project / "package.json").write_text(json.dumps({"type": "module", "scripts": {"test": "vitest run"}}))
    options = {"strict": True, "module": "ESNext", "moduleResolution": "Bundler", "target": "ES2022", "types": ["node"]}
    (project / "tsconfig.json").write_text(json.dumps({"compilerOptions": {**options, "skipLibCheck": True}}))
    (project / "src/plain.ts").write_text(PLAIN)
    report_of("src/plain.ts", budget=8)
    text = (project / "src/__tests__/plain.test.ts").read_text()
    assert "  vi.resetModules();\n" in text
    assert "expect(exit).toHaveBeenCalledWith(3);" in text
    assert "describe('summary'" in text
    run("node_modules/vitest/vitest.mjs", "run", WORKERS="9")


@pytest.mark.nightly
def test_a_script_that_is_compiled_for_node_loads_the_module_without_import(project):
    options = {"strict": True, "module": "Node16", "moduleResolution": "NodeNext", "types": ["jest", "node"]}
    (project / "tsconfig.json").write_text(
        json.dumps({"compilerOptions": {**options, "isolatedModules": True, "skipLibCheck": True}}, indent=2)
    )
    (project / "src/plain.ts").write_text(PLAIN)
    report_of("src/plain.ts", budget=8)
    text = (project / "src/__tests__/plain.test.ts").read_text()
    assert "} = jest.requireActual<typeof import('../plain')>('../plain');" in text
    assert "expect(exit).toHaveBeenCalledWith(3);" in text
    run(JEST, PORT="1", WORKERS="9")


READ_WHEN_CALLED = """\
const KNOWN = ['DATABASE_URL', 'POOL_SIZE'] as const;

export interface Options {
  url: string;
  size: number;
}

export function readOptions(source: Record<string, string | undefined> = process.env): Options {
  const [url, size] = KNOWN.map((each) => source[each]);
  return { url: url ?? 'postgresql://localhost/app', size: Number(size ?? 4) };
}

export function isQuiet(): boolean {
  return process.env['QUIET'] === 'yes' || process.env.NODE_ENV === 'test';
}
"""
READ_AT_IMPORT = "export const limits = { size: Number(process.env.PAGE_SIZE ?? 20) };\n"
READS_NOTHING = """\
import { limits } from './limits';

export function offset(page: number): number {
  return page <= 1 ? 0 : (page - 1) * limits.size;
}
"""
OF_SOMEBODY = {  # who has set all that the modules read
    "DATABASE_URL": "postgresql://elsewhere/other",
    "HEADING": "Leaf",
    "STORAGE": "s3",
    "STAGE": "production",
    "POOL_SIZE": "77",
    "QUIET": "yes",
    "NODE_ENV": "production",
    "PAGE_SIZE": "3",
}


def test_what_is_read_when_a_function_is_called_is_not_taken_from_whoever_runs_the_test(written):
    assert written.statements("options") == 100.0
    text = written.tests("options")
    assert "process.env = { ...environmentBefore, NODE_ENV: 'test' };\n" in text
    assert all(f"delete process.env.{name};\n" in text for name in ("DATABASE_URL", "POOL_SIZE", "QUIET"))
    assert "expect(readOptions()).toEqual({ url: 'postgresql://localhost/app', size: 4 });" in text


def test_what_other_modules_read_when_they_are_imported_is_not_either(written):
    assert written.statements("offset") == 100.0
    text = written.tests("offset")
    assert "  delete process.env.PAGE_SIZE;\n" in text
    assert "  ({ offset } = await import('../offset'));\n" in text


STRICT = """\
import { z } from 'zod';

const schema = z.object({
  STORAGE: z.enum(['s3', 'local']).default('local'),
  HEADING: z.string().default('Page'),
  PAGE_SIZE: z.coerce.number().max(50).default(20),
});

export const config = schema.parse(process.env);
"""
BELOW_THE_STRICT_ONE = """\
import { config } from './config';

export function heading(page: number): string {
  return `${config.HEADING} ${page} of ${config.PAGE_SIZE}`;
}
"""


def test_a_configuration_that_refuses_values_hides_no_test_that_depends_on_others(written):
    assert written.statements("heading") == 100.0
    text = written.tests("heading")
    assert "  delete process.env.HEADING;\n" in text
    assert "  ({ heading } = await import('../heading'));\n" in text


NAMED_LIKE_IT = """\
export function environment(): string {
  return process.env.STAGE ?? 'development';
}
"""


def test_a_function_that_is_named_like_the_environment_is_tested_in_one(written):
    assert written.statements("stage") == 100.0
    assert "expect(environment()).toBe('development');" in written.tests("stage")


def test_files_that_import_nothing_at_their_top_do_not_share_their_names(written):
    """Each has an `environmentBefore`, which the compiler would take for the same one twice."""
    for module in ("settings", "config"):
        assert written.statements(module) == 100.0, written.reports
        assert "\nexport {};\n" in written.tests(module)


def test_of_the_issues_of_a_schema_the_words_are_told_and_once(written):
    text = written.tests("config")
    assert ".rejects.toThrow('[')" not in text
    assert "toThrow(\"Invalid enum value. Expected 's3' | 'local', received '" in text
    assert text.count('refuses with "Invalid enum value') == 1, text


@pytest.mark.parametrize("variables", [{"PORT": "1", "WORKERS": "9"}, OF_SOMEBODY])
def test_the_tests_hold_whoever_runs_them(written, monkeypatch, variables):
    monkeypatch.chdir(written.root)
    run(JEST, **variables)


IN_A_SCRIPT = """\
'use strict';

const size = Number(process.env.POOL_SIZE ?? '4');

if (Number.isNaN(size)) {
  throw new Error('POOL_SIZE is no number');
}

const connection = process.env.DATABASE_URL ?? 'postgresql://localhost/shop';

module.exports = { client: 'pg', connection, pool: { max: size } };
"""


@pytest.mark.parametrize(
    "runner", ["vitest", *(pytest.param(each, marks=pytest.mark.nightly) for each in ("jest", "jest for modules"))]
)
def test_settings_in_a_script_of_a_package_of_modules_are_read_under_changed_variables(project, runner):
    (project / "jest.config.js").unlink()
    (project / "tsconfig.json").unlink()
    flag = ("--experimental-vm-modules",) if runner == "jest for modules" else ()
    script = "vitest run" if runner == "vitest" else " ".join(["node", *flag, JEST])
    details = {"name": "shop", "type": "module", "scripts": {"test": script}}
    (project / "package.json").write_text(json.dumps(details))
    (project / "src/settings.cjs").write_text(IN_A_SCRIPT)
    made = report_of("src/settings.cjs", budget=6)
    assert made["coverage"]["statements"] == 100.0, made
    text = (project / "src/__tests__/settings.test.js").read_text()
    assert "delete process.env.POOL_SIZE;\n  delete process.env.DATABASE_URL;\n" in text
    assert ("createRequire(import.meta.url)" in text) == (runner == "jest for modules")
    run(*(("node_modules/vitest/vitest.mjs", "run") if runner == "vitest" else (*flag, JEST)))
