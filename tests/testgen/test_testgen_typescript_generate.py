"""Tests are generated for a small project in its own Jest; the packages are installed once."""

import os
import shutil
import socket
import subprocess
import sys

import pytest
from by_hand import run_jest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

CIRCLES = """\
import { price } from '../prices';

it('goes in circles', () => {
  const order: { price: number; order?: unknown } = { price: price('small') };
  order.order = order;
  expect(order).toEqual({ price: 4 });
});

it('knows the price', () => {
  expect(price('small')).toBe(3);
});
"""

KIOSK = """\
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { price } from '../prices';

it('keeps its port and its folder for a while', async () => {
  mkdirSync(join(tmpdir(), 'kiosk'));
  const kiosk = createServer().listen(PORT, '127.0.0.1');
  await once(kiosk, 'listening');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  kiosk.close();
  rmSync(join(tmpdir(), 'kiosk'), { recursive: true });
  expect(price('small')).toBe(3);
});
"""
HASHES = """\
import { hashSync } from 'bcrypt';
import type { FastifyInstance } from 'fastify';

export async function hashRoutes(app: FastifyInstance) {
  app.post<{ Body: { text: string } }>('/hashes', async (request, reply) => {
    reply.header('x-long', request.body.text.length > 100);
    return { hash: hashSync(request.body.text, 12) };
  });
}
"""
COUNTED = """\
import fastify from 'fastify';
import { hashRoutes } from '../hashes';

it('hashes in twelve rounds', async () => {
  const app = fastify();
  await app.register(hashRoutes);
  const response = await app.inject({ method: 'POST', url: '/hashes', payload: { text: 'a' } });
  expect(response.json()).toEqual({ hash: 'hash of a with 12' });
});
"""
NOTES = """\
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { price } from '../prices';

it('leaves a note in the project', () => {
  writeFileSync(join(__dirname, 'note.txt'), String(price('small')));
  expect(price('small')).toBe(3);
});

it('leaves a note where it goes by itself', () => {
  writeFileSync(join(tmpdir(), 'note.txt'), String(price('large')));
  expect(price('large')).toBe(5);
});
"""

PRICES = """\
export type Size = 'small' | 'large';

export function price(size: Size, count = 1): number {
  if (count < 1) {
    throw new RangeError('count must be at least 1');
  }
  return (size === 'small' ? 3 : 5) * count;
}

export class Till {
  readonly sizes: Size[];

  constructor(size: Size) {
    this.sizes = [size];
  }
}

export class Shelf {
  private readonly names = new Set<string>();

  async put(name: string): Promise<void> {
    this.names.add(name);
  }

  get count(): number {
    return this.names.size;
  }
}
"""
SHOP = """\
export interface Client {
  query(text: string, values: unknown[]): Promise<{ rows: { id: string; open: boolean }[] }>;
  end(): Promise<void>;
}

export class Shop {
  constructor(private readonly client: Client) {}

  async isOpen(id: string): Promise<boolean> {
    const found = await this.client.query('select * from shops where id = $1', [id]);
    if (found.rows.length === 0) {
      throw new Error(`there is no shop "${id}"`);
    }
    return found.rows[0].open;
  }
}
"""
WILD = """\
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { z } from 'zod';

export function leave(code: number): void {
  process.exit(code);
}

export function start(text: string): void {
  spawnSync('touch', [text]);
}

export function keep(text: string): string {
  writeFileSync('kept.txt', z.string().parse(text));
  return text;
}

export function serve(port: number): boolean {
  return createServer().listen(port).listening;
}

export function remind(text: string): string {
  setInterval(() => undefined, 10);
  return text;
}

export function spin(count: number): number {
  while (count !== -7.25) {
    count += 1;
  }
  return count;
}

export function twice(value: number): number {
  return value * 2;
}
"""
ENDLESS = """\
export type Nest<T> = () => Nest<T[]>;

export function depthOf(nest: Nest<number> | undefined, depth: number): number {
  return nest === undefined ? 0 : depth + 1;
}
"""
SCHEMA = """\
import { buildSchema, GraphQLScalarType, Kind } from 'graphql';

export const schema = buildSchema(`
  enum Size { SMALL LARGE }
  type Shop { name: String! size: Size open(day: Int!): Boolean! }
  type Query { shop(id: ID!): Shop }
`);

export const Day = new GraphQLScalarType({
  name: 'Day',
  parseValue: (value) => Number(value) % 7,
  parseLiteral: (node) => (node.kind === Kind.INT ? Number(node.value) % 7 : null),
});
"""
RESOLVERS = """\
import type { Pool } from 'pg';

export interface Context {
  pool: Pool;
  user?: { role: 'owner' | 'guest' };
}

export const resolvers = {
  shop: async ({ id }: { id: string }, context: Context) => {
    if (!context.user) {
      throw new Error('sign in first');
    }
    const found: { rows: { name: string }[] } = await context.pool.query('select name from shops where id = $1', [id]);
    const [row] = found.rows;
    return row ? { name: row.name, size: 'LARGE', open: ({ day }: { day: number }) => day < 6 } : null;
  },
};
"""
ROADMAP = """\
version: 1
project: {name: shop}
phases:
  - id: 1
    name: one
    groups:
      - id: a
        name: a
        tasks:
          - {id: "1.1", name: together, type: test_generation, target: src/api/, language: typescript,
             test_type: integration, budget: 10}
"""


def tests(action, *arguments, budget=3):
    """Run `orchestrate tests` in the project."""
    command = [sys.executable, "-m", "orchestrator", "tests", action, *arguments, "--budget", str(budget)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


tests.__test__ = False


def test_functions_and_classes_get_tests_that_pass_and_notice_changes(project):
    (project / "src/prices.ts").write_text(PRICES)
    (project / "src/shop.ts").write_text(SHOP)
    made = tests("generate", "src/*.ts", "--write", "--json")
    assert made.returncode == 0, made.stderr
    assert made.stdout.count('"statements": 100.0') == 2
    prices = (project / "src/__tests__/prices.test.ts").read_text()
    assert "toThrow('count must be at least 1')" in prices
    assert "expect(new Till('small')).toEqual({ sizes: ['small'] })" in prices
    assert "await shelf.put(" in prices
    assert "expect(shelf.count).toBe(1);" in prices
    assert "does not pass" not in made.stdout
    assert "new Shop(client)" in (project / "src/__tests__/shop.test.ts").read_text()
    run_jest()
    verified = tests("verify", "src/prices.ts")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_failure_that_goes_in_circles_hides_no_other_test(project):
    (project / "src/prices.ts").write_text(PRICES)
    (project / "src/__tests__").mkdir()
    (project / "src/__tests__/prices.test.ts").write_text(CIRCLES)
    verified = tests("verify", "src/prices.ts")
    assert "ok    knows the price: reaches" in verified.stdout
    assert "fails goes in circles: does not pass" in verified.stdout


@pytest.mark.parametrize("is_shared", [False, True], ids=["a network for each", "one network for all"])
def test_repetitions_of_tests_do_not_meet_each_other(project, tmp_path, monkeypatch, is_shared):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    if is_shared:  # as on a system that gives nobody a network of one's own
        (tmp_path / "refusing").mkdir()
        (tmp_path / "refusing/unshare").write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / "refusing/unshare").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path / 'refusing'}:{os.environ['PATH']}")
    (project / "src/prices.ts").write_text(PRICES)
    (project / "src/__tests__").mkdir()
    (project / "src/__tests__/prices.test.ts").write_text(KIOSK.replace("PORT", str(port)))
    verified = tests("verify", "src/prices.ts")
    assert "ok    keeps its port and its folder for a while: reaches" in verified.stdout


def test_what_a_person_says_of_rounds_holds_while_it_is_measured(project):
    (project / "src/hashes.ts").write_text(HASHES)
    (project / "src/__tests__").mkdir()
    (project / "src/__tests__/hashes.test.ts").write_text(COUNTED)
    verified = tests("verify", "src/hashes.ts")
    assert "ok    hashes in twelve rounds: reaches" in verified.stdout
    assert "mutants killed 100 %" not in verified.stdout  # a test that fails without a change notices every one


def test_tests_may_write_into_the_temporary_folder_and_nowhere_else(project):
    (project / "src/prices.ts").write_text(PRICES)
    (project / "src/__tests__").mkdir()
    (project / "src/__tests__/prices.test.ts").write_text(NOTES)
    verified = tests("verify", "src/prices.ts")
    assert "fails leaves a note in the project: touches" in verified.stdout
    assert "ok    leaves a note where it goes by itself: reaches" in verified.stdout


def test_a_schema_is_asserted_type_by_type_and_a_folder_by_its_operations(project):
    (project / "src/api").mkdir()
    (project / "src/api/schema.ts").write_text(SCHEMA)
    (project / "src/api/resolvers.ts").write_text(RESOLVERS)
    (project / "phases.yaml").write_text(ROADMAP)
    made = tests("generate", "src/api/schema.ts", "--write")
    assert made.returncode == 0, made.stderr
    text = (project / "src/api/__tests__/schema.test.ts").read_text()
    assert "printType(schema.getType('Shop') as GraphQLNamedType)" in text
    assert "Day.parseLiteral({ kind: Kind.INT, value: '7' })" in text
    command = [sys.executable, "-m", "orchestrator", "run", "--all", "--ui", "none", "-c", "phases.yaml"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    text = (project / "src/api/__tests__/integration.test.ts").read_text()
    assert "graphql({ schema, source, rootValue: resolvers, " in text
    for title in (
        'refuses with "sign in first" to a visitor',
        "answers nothing to a user",
        "answers with data to a user",
    ):
        assert title in text
    run_jest()


def test_a_type_without_end_is_looked_at_as_far_as_it_helps(project):
    (project / "src/nest.ts").write_text(ENDLESS)
    made = tests("generate", "src/nest.ts")
    assert made.returncode == 0, made.stderr
    assert "expect(depthOf(undefined" in made.stdout


def test_of_many_functions_the_last_is_tried_as_well_when_calls_are_few(project):
    one = (
        "export function joinNUMBER(a: string, b: string, c: string, d: string, e: string): string {\n"
        "  return [a, b, c, d, e].filter((each) => each.length > NUMBER).join('NUMBER');\n}\n"
    )
    (project / "src/many.ts").write_text("\n".join(one.replace("NUMBER", str(number)) for number in range(8)))
    made = tests("generate", "src/many.ts", budget=1)
    assert made.returncode == 0, made.stderr
    assert [number for number in range(8) if f"join{number}(" not in made.stdout] == []


def test_what_ends_the_process_starts_others_writes_listens_leaves_timers_or_never_ends_is_kept_inside(project):
    (project / "src/wild.ts").write_text(WILD)
    before = sorted(path for path in project.rglob("*") if "node_modules" not in path.parts)
    made = tests("generate", "src/wild.ts", budget=10)  # every call that does not end takes its share of the budget
    assert made.returncode == 0, made.stderr
    assert "twice(" in made.stdout
    assert not any(f"{name}(" in made.stdout for name in ("leave", "start", "keep", "serve", "remind"))
    assert "touches network, files or processes" in made.stderr
    assert "does not end" in made.stderr
    assert "leaves timers behind" in made.stderr
    assert sorted(path for path in project.rglob("*") if "node_modules" not in path.parts) == before
