"""The tests of whole modules: their titles, what goes into them, and what they assert.

The modules are generated together: each start of the project's tools takes longer than a module.
"""

import json
import re
import shutil

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

ROOMS = """\
export type Role = 'learner' | 'mentor' | 'admin';

export interface Visitor {
  name: string;
  role: Role;
}

export function mayEnter(open: Role[], visitor: Visitor): boolean {
  return visitor.role === 'admin' || open.includes(visitor.role);
}

const CLOSED = new Set(['attic', 'cellar']);

export function doorOf(room: string, visitor?: Visitor): string {
  if (CLOSED.has(room) && !visitor?.name.split(' ').includes('Ada')) {
    return 'closed';
  }
  switch (visitor?.role) {
    case 'mentor':
      return 'side door';
    default:
      return 'front door';
  }
}
"""
SETTINGS = """\
export interface Settings {
  environment: string;
  host: string;
  port: number;
  origins: string[];
  limits: { perMinute: number; perDay: number };
  cache: { seconds: number; isOn: boolean };
  log: { level: string; isPretty: boolean };
}

export function settingsFor(environment: 'development' | 'production', seconds: number): Settings {
  return {
    environment,
    host: 'localhost',
    port: 3000,
    origins: ['http://localhost:5173'],
    limits: { perMinute: 60, perDay: 10_000 },
    cache: { seconds, isOn: seconds > 0 },
    log: { level: 'info', isPretty: environment !== 'production' },
  };
}
"""
LOCKERS = """\
import { randomUUID } from 'node:crypto';

export class Lockers {
  private readonly kept = new Map<string, { owner: string; at: number }>();

  constructor(
    private readonly minutes: number,
    private readonly now: () => number = Date.now,
  ) {}

  put(owner: string): { id: string; owner: string } {
    const mine = [...this.kept].filter(([, each]) => each.owner === owner);
    if (mine.length >= 3) {
      this.kept.delete(mine[0][0]);
    }
    const id = randomUUID();
    this.kept.set(id, { owner, at: this.now() });
    return { id, owner };
  }

  take(id: string): string | null {
    const found = this.kept.get(id);
    if (!found) {
      return null;
    }
    this.kept.delete(id);
    return this.now() - found.at > this.minutes * 60_000 ? null : found.owner;
  }

  count(owner: string): number {
    return [...this.kept.values()].filter((each) => each.owner === owner).length;
  }
}
"""
STAFF = """\
import { Pool } from 'pg';

const pool = new Pool({});

export interface Person {
  id: string;
  name: string;
  role: 'learner' | 'mentor' | 'admin';
}

export async function appoint(id: string, role: Person['role']): Promise<Person> {
  const { rows }: { rows: Person[] } = await pool.query('select * from people where id = $1', [id]);
  const person = rows[0];
  if (person === undefined) {
    throw new Error('there is nobody');
  }
  await pool.query('update people set role = $1 where id = $2', [role, id]);
  return { ...person, role };
}

export function first(people: Person[], count: number): Person[] {
  if (count < 1) {
    throw new Error('at least one');
  }
  return people.slice(0, count);
}
"""
VISITS = """\
import { randomUUID } from 'node:crypto';

export class Visits {
  private readonly times = new Map<string, number>();

  add(visitor: string): { id: string; count: number } {
    this.times.set(visitor, Date.now());
    return { id: randomUUID(), count: this.times.size };
  }

  last(visitor: string): string | null {
    const time = this.times.get(visitor);
    return time === undefined ? null : new Date(time).toISOString();
  }
}
"""
TRUST = """\
export const POINTS = { answer: 10, warning: -30 } as const;

const TEXTS: Record<string, string> = { hello: 'Hello {name}', bye: 'Bye {name}' };

export function isKnown(kind: string): boolean {
  return Object.prototype.hasOwnProperty.call(POINTS, kind);
}

export function pointsOf(kind: 'answer' | 'warning'): number {
  return POINTS[kind];
}

export function faded(points: number, ageDays: number): number {
  return ageDays <= 0 ? points : points * 0.5 ** (ageDays / 180);
}

export function score(at: string): { since: number } {
  return { since: Date.parse(at) / 1000 };
}

export function render(text: string, values: Record<string, string>): string {
  return (TEXTS[text] ?? '').replace(/\\{(\\w+)\\}/g, (_, name: string) => {
    if (!(name in values)) {
      throw new Error(`needs "${name}"`);
    }
    return values[name];
  });
}
"""
MODULES = {
    "rooms": ROOMS,
    "settings": SETTINGS,
    "lockers": LOCKERS,
    "staff": STAFF,
    "visits": VISITS,
    "trust": TRUST,
}


def declare_stryker(root):
    """Let the project declare a tool that is not installed."""
    details = json.loads((root / "package.json").read_text())
    (root / "package.json").write_text(json.dumps({**details, "devDependencies": {"@stryker-mutator/core": "8.7.1"}}))


@pytest.fixture
def written(written_once):
    return written_once("modules", MODULES, budget=8, besides=declare_stryker)


def test_membership_is_a_comparison_of_which_both_sides_are_told(written) -> None:
    report = written.reports["src/rooms.ts"]
    text = written.tests("rooms")
    own = text[text.index("describe('mayEnter'") :].split("\ndescribe(")[0]
    refused = [each for each in re.split(r"^  it\(", own, flags=re.MULTILINE)[1:] if "toBe(false)" in each]
    assert refused, text
    for each in refused:
        title = each.splitlines()[0]
        assert "open" in title, text
        assert re.search(r"role '\w+'", title), text
    assert report["coverage"]["statements"] == 100, text


def test_a_large_object_stands_once_in_the_tests_of_a_function(written) -> None:
    report = written.reports["src/settings.ts"]
    text = written.tests("settings")
    assert text.count("perDay: 10000") == 1, text
    assert ".toMatchObject({ " in text
    assert report["mutants"]["percent"] == 100, report


def test_a_store_is_asked_for_what_was_put_into_it(written):
    found = written.reports["src/lockers.ts"]
    assert found["coverage"] == {"statements": 100.0, "branches": 100.0}, found
    assert found["mutants"]["percent"] > 95, found  # ids differ from run to run, and tell no mutant apart
    text = written.tests("lockers")
    assert "lockers.take(put.id)" in text
    put_often = "count += 1) {\n      lockers.put('owner');\n    }\n    expect(lockers.count('owner')).toBe(3);"
    assert put_often in text  # no more often than it takes
    assert "() => now" in text and "mockReturnValueOnce(" not in text


def test_what_is_changed_was_something_else_and_rows_differ(written):
    text = written.tests("staff")
    tests = re.split(r"^  it\(", text, flags=re.MULTILINE)
    [appointed] = [each for each in tests if re.search(r"appoint\([^)]*\)\)\.resolves", each)]
    changed = re.search(r"appoint\('id-1', '(\w+)'\)", appointed).group(1)
    before = re.search(r"clientOf\('pg', (.*?)\);", appointed, re.DOTALL).group(1)
    role = re.search(r"role: '(\w+)'", before) or re.search(r"role: '(\w+)'", text)
    assert role.group(1) != changed, text
    lists = re.findall(r"first\(\s*\[(.+?)\],", text, re.DOTALL)
    people = [re.findall(r"(\{[^{}]*\}|aPerson\([^()]*\))", each) for each in lists]
    assert all(len(set(each)) == len(each) for each in people), text


def test_the_time_stands_still_only_where_a_test_needs_that(written) -> None:
    text = written.tests("visits")
    adding, lasting = (text.split(f"describe('Visits.{name}'")[1].split("\ndescribe(")[0] for name in ("add", "last"))
    assert "useFakeTimers" not in adding, text
    assert "useFakeTimers" in lasting, text


def test_tests_give_what_a_module_knows_and_pin_no_accident(written):
    found = written.reports["src/trust.ts"]
    assert found["coverage"] == {"statements": 100.0, "branches": 100.0}, found
    text = written.tests("trust")
    assert "isKnown('answer')" in text or "['answer', true]" in text  # a key of the table in which it is looked up
    assert "expect(POINTS)" not in text  # a constant is not copied: its function shows it
    assert "NaN" not in text  # no date came in, and the module knows of no NaN
    assert "name: 'name'" in text or "name: 'Grace Hopper'" in text  # what is asked for by `in`
    assert "isKnown(render(" not in text  # the one has nothing to do with the other
    assert re.search(r"\d\.\d{6}", text) is None  # no number that nobody works out by hand


def test_a_stryker_that_is_declared_but_not_installed_is_named(written):
    told = "mutants are our own: Stryker: @stryker-mutator/core is declared but not installed"
    assert [each["notes"] for each in written.reports.values()] == [[told]] * len(MODULES)


def test_the_tests_hold(written):
    written.run_jest()
