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


def run(*arguments):
    """Run the project's own tests, in an environment that sets what the modules read."""
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "PORT": "1", "WORKERS": "9", "HOME": "/"}
    done = subprocess.run([shutil.which("node"), *arguments], capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_module_that_refuses_its_environment_is_tested_as_such(project):
    (project / "src/settings.ts").write_text(CHECKED)
    made = report_of("src/settings.ts", budget=8)
    assert made["coverage"]["statements"] == 100.0, made
    text = (project / "src/__tests__/settings.test.ts").read_text()
    assert "process.env = { ...environment };\n  delete process.env.PORT;\n  delete process.env.DATABASE_URL;\n" in text
    assert "await expect(import('../settings')).rejects.toThrow('invalid environment: DATABASE_URL');" in text
    assert "const { settings } = await import('../settings');" in text
    assert "expect(settings).toEqual({ PORT: 3000, DATABASE_URL: " in text
    assert "invalid environment: PORT" in text
    run(JEST)


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
    run(JEST)


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
    run("node_modules/vitest/vitest.mjs", "run")


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
    run(JEST)
