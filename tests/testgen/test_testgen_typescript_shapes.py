"""Modules of unusual shape get tests, in one runner process; what the runner cannot load is told, not hidden."""

import json
import shutil
import subprocess

import pytest
from by_hand import generate, run_jest

from orchestrator.testgen.typescript.bench import NODE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

ODD = """\
export enum Level {
  Low = 'low',
  High = 'high',
}

export default function levelOf(score: number): Level {
  return score > 10 ? Level.High : Level.Low;
}
"""
SINGLETON = """\
import { isKnown } from './circle-b';

class Registry {
  private readonly names: string[] = [];

  add(name: string): number {
    if (isKnown(name)) {
      throw new Error('reserved');
    }
    return this.names.push(name);
  }
}

export const registry = new Registry();
export const RESERVED = ['root'];

export function $loud(text: string): string {
  return `${text}!`;
}
"""
CIRCLE = """\
import { RESERVED } from './circle-a';

export function isKnown(name: string): boolean {
  return RESERVED.includes(name);
}
"""
DECORATED = """\
// @ts-nocheck
import { isKnown } from '@/circle-b';

function upper(_target, _name, descriptor) {
  const inner = descriptor.value;
  descriptor.value = (...args) => inner(...args).toUpperCase();
}

export class Shouter {
  @upper
  static shout(text) {
    return isKnown(text) ? 'no' : `${text}!`;
  }
}
"""
WAITING = """\
const greeting = await Promise.resolve('hello');

export const greet = (name: string): string => `${greeting}, ${name}`;
"""
NATIVE = """\
import { add } from '../build/native.node';

export const sum = (a: number, b: number): number => add(a, b);
"""
STREAMS = """\
export interface Stream<T> {
  pairs(): Stream<[T, number]>;
  lists(): Stream<T[]>;
  keyed(): Stream<{ key: string; value: T }>;
  first(): T | undefined;
}

export const label = (names: Stream<string>): string => `${names.first() ?? 'none'}`;
"""
MODULES = {
    "odd.name-here": ODD,
    "circle-a": SINGLETON,
    "circle-b": CIRCLE,
    "decorated": DECORATED,
    "waiting": WAITING,
    "native": NATIVE,
}
SHOWN = {
    "odd.name-here": ["import levelOf from '../odd.name-here';", "[11, 'high']"],
    "circle-a": ["registry.add(", "toThrow('reserved')", "$loud("],
    "circle-b": ["expect(isKnown("],
    "decorated": ["Shouter.shout(", "'HELLO, WIDE WORLD!'"],
}


def test_names_enums_singletons_circles_decorators_and_aliases_are_no_obstacle(project):
    options = json.loads((project / "tsconfig.json").read_text())
    options["compilerOptions"] |= {
        "paths": {"@/*": ["./src/*"]},
        "experimentalDecorators": True,
        "esModuleInterop": True,
    }
    (project / "tsconfig.json").write_text(json.dumps(options))
    config = (project / "jest.config.js").read_text()
    names = "moduleNameMapper: { '^@/(.*)$': '<rootDir>/src/$1' }, transform"
    (project / "jest.config.js").write_text(config.replace("transform", names, 1))
    for name, text in MODULES.items():
        (project / f"src/{name}.ts").write_text(text)
    made = generate("src/*.ts", budget=2)
    told = made.stdout + made.stderr
    written = {path.name.removesuffix(".test.ts"): path.read_text() for path in project.glob("src/__tests__/*.ts")}
    assert sorted(written) == sorted(SHOWN), told
    assert [(name, each) for name, shown in SHOWN.items() for each in shown if each not in written[name]] == []
    assert "src/waiting.ts: cannot be imported" in told
    assert "src/native.ts: cannot be imported" in told
    run_jest()


def test_types_that_stand_in_themselves_as_other_ones_each_time_come_to_an_end(project):
    """Three ways in each of two dozen levels are more types than fit into memory."""
    (project / "src/streams.ts").write_text(STREAMS)
    order = {"root": str(project), "folder": ".", "modules": [{"path": "src/streams.ts", "files": ["src/streams.ts"]}]}
    (project / "order.json").write_text(json.dumps(order))
    script = "require(process.argv[1]).main('order.json', 'result.json')"
    subprocess.run(["node", "-e", script, str(NODE / "analyze.cjs")], cwd=project, check=True, timeout=120)
    [module] = json.loads((project / "result.json").read_text())["modules"]
    assert len(module["subjects"]) == 1
    assert len(module["types"]) < 100
