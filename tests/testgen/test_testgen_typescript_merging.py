"""Bringing new tests into a TypeScript test file in which a person worked."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from by_hand import run_jest

from orchestrator.testgen.generator import Present
from orchestrator.testgen.typescript.bench import NODE
from orchestrator.testgen.typescript.blocks import Block, all_of, read_blocks, text_of
from orchestrator.testgen.typescript.merging import NOTHING, History, memory_of, merge, only_theirs, read_history

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")]

FILE = "src/__tests__/shop.test.ts"
WRITTEN = """\
// Tests of src/shop.ts.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { open, total } from '../shop';

vi.mock('pg', async () => (await import('../test/doubles')).moduleDouble('pg'));

let app: App;

beforeEach(() => {
  app = build();
});

describe('total', () => {
  const two = 2;

  it('returns 2 for count 2', () => {
    expect(total(two)).toBe(2);
  });

  it.each([
    [1, 1],
    [3, 3],
  ])('maps count %j to %j', (count, expected) => {
    expect(total(count)).toBe(expected);
  });
});

describe('open', () => {
  it('returns true', () => {
    expect(open(app)).toBe(true);
  });
});
"""
OBSERVED = {
    "total > returns 2 for count 2": ["two"],
    "total > maps count %j to %j": ["one", "three"],
    "open > returns true": ["open"],
    "total > returns 0": ["zero"],
}
MORE = WRITTEN.replace(
    "\n});\n\ndescribe('open'",
    "\n\n  it('returns 0', () => {\n    expect(total(0)).toBe(0);\n  });\n});\n\ndescribe('open'",
)


@pytest.fixture
def part(installed, tmp_path):
    """Return what parts a file, with the compiler that is installed."""

    def parted(text: str) -> tuple[Block, ...]:
        (tmp_path / "order.json").write_text(json.dumps({"folder": str(installed), "files": {FILE: text}}))
        script = f"require({json.dumps(str(NODE / 'blocks.cjs'))}).main(...process.argv.slice(1))"
        command = ["node", "-e", script, str(tmp_path / "order.json"), str(tmp_path / "result.json")]
        subprocess.run(command, check=True, timeout=60)
        found = json.loads(Path(tmp_path, "result.json").read_text())[FILE]
        return read_blocks(found["parts"])

    return parted


@pytest.fixture
def history_of(part):
    memory = memory_of(part(WRITTEN), NOTHING, lambda name: OBSERVED.get(name, ()))

    def history(text: str, given=None) -> History:
        return read_history(Present(text=text, memory=memory if given is None else given), part(text))

    return history


def edited(old: str, new: str, text: str = WRITTEN) -> str:
    assert old in text
    return text.replace(old, new)


def titles(blocks) -> list[str]:
    return [each.full_name for each in all_of(blocks) if each.kind == "test"]


def test_the_blocks_of_a_file_are_the_file(part):
    blocks = part(WRITTEN)
    assert text_of(blocks) == WRITTEN
    assert [each.kind for each in blocks] == ["doc", "import", "import", "mock", "other", "hook", "suite", "suite"]
    assert titles(blocks) == ["total > returns 2 for count 2", "total > maps count %j to %j", "open > returns true"]


def test_a_file_that_nobody_touched_is_written_anew(part, history_of):
    history = history_of(WRITTEN)
    assert (history.theirs, history.settled, history.is_touched) == ((), frozenset(), False)
    assert merge(part(MORE), history) == MORE


def test_a_test_that_a_person_edited_stays_and_the_others_are_written_anew(part, history_of):
    text = edited("expect(total(two)).toBe(2);", "expect(total(two)).toBe(two); // the same")
    history = history_of(text)
    assert history.taken_over == {"two"}
    assert history.titles("total") == {"returns 2 for count 2"}
    new = part(edited("[3, 3]", "[3, 4]", MORE))
    assert merge(new, history) == edited(
        "expect(total(two)).toBe(2);", "expect(total(two)).toBe(two); // the same", text_of(new)
    )


def test_a_row_that_a_person_adds_makes_the_table_theirs(history_of):
    history = history_of(edited("    [3, 3],\n", "    [3, 3],\n    [5, 5],\n"))
    assert history.taken_over == {"one", "three"}


def test_a_test_that_a_person_removed_is_remembered_for_good(part, history_of):
    text = edited("  it('returns 2 for count 2', () => {\n    expect(total(two)).toBe(2);\n  });\n\n", "")
    history = history_of(text)
    assert history.removed == {"two"}
    memory = memory_of(part(text), history, lambda name: OBSERVED[name])
    assert history_of(text, memory).removed == {"two"}


def test_a_describe_that_a_person_removed_takes_its_tests_along(history_of):
    history = history_of(WRITTEN[: WRITTEN.index("describe('open'")])
    assert (history.removed, history.theirs) == ({"open"}, ())


def test_what_a_person_added_stays_where_it_stood(part, history_of):
    mine = "  it('is mine', () => {\n    // a thought\n    expect(total(5)).toBe(5);\n  });\n\n"
    own = "describe('a shop', () => {\n  it('is a shop', () => {\n    expect(open).toBeDefined();\n  });\n});\n\n"
    text = edited("  it.each", f"{mine}  it.each", edited("describe('open'", f"{own}describe('open'"))
    assert titles(part(merge(part(MORE), history_of(text)))) == [
        "total > returns 2 for count 2",
        "total > is mine",
        "total > maps count %j to %j",
        "total > returns 0",
        "a shop > is a shop",
        "open > returns true",
    ]


def test_hooks_and_doubles_that_a_person_edited_stay_and_the_generated_ones_do_not_come_beside_them(part, history_of):
    text = edited("  app = build();", "  app = build({ quiet: true });", edited("moduleDouble('pg')", "mine()"))
    merged = merge(part(MORE), history_of(text))
    assert merged == edited(
        "  app = build();", "  app = build({ quiet: true });", edited("moduleDouble('pg')", "mine()", MORE)
    )


def test_a_hook_that_a_person_removed_does_not_come_back(part, history_of):
    hook = "beforeEach(() => {\n  app = build();\n});\n\n"
    assert merge(part(MORE), history_of(edited(hook, ""))) == edited(hook, "", MORE)


def test_imports_are_brought_together_by_name(part, history_of):
    text = edited(
        "import { open, total } from '../shop';",
        "import { join } from 'node:path';\nimport Shop, { total } from '../shop';",
    )
    text = edited("expect(total(two)).toBe(2)", "expect(join('a', Shop)).toBe(total(two))", text)
    merged = merge(part(MORE), history_of(text))
    assert "import { join } from 'node:path';\nimport Shop, { open, total } from '../shop';\n" in merged
    assert merged.count("from '../shop'") == merged.count("from 'vitest'") == 1


def test_what_a_persons_test_needs_stays_when_the_generated_tests_do_not_need_it_any_more(part, history_of):
    text = edited("expect(open(app)).toBe(true);", "expect(open(app)).toBe(!false);")
    new = WRITTEN[: WRITTEN.index("describe('open'")]
    new = edited("import { open, total }", "import { total }", new)
    new = edited("let app: App;\n\nbeforeEach(() => {\n  app = build();\n});\n\n", "", edited("beforeEach, ", "", new))
    merged = merge(part(new), history_of(text))
    assert sorted(merged.splitlines()) == sorted(text.splitlines())


def test_merging_twice_gives_the_same_bytes(part, history_of):
    text = edited("toBe(true);", "toBe(!false);", edited("[3, 3]", "[4, 4]"))
    history = history_of(edited("  app = build();", "  app = build(1);", text))
    once = merge(part(MORE), history)
    memory = memory_of(part(once), history, lambda name: OBSERVED[name])
    again = history_of(once, memory)
    assert merge(part(MORE), again) == once
    assert again.settled == history.settled


def test_a_script_keeps_what_it_requires(part, history_of):
    tests = "describe('total', () => {\n  it('a', () => {\n    total(1);\n  });\n});\n"
    written = f"const {{ total }} = require('../shop');\n\n{tests}"
    memory = memory_of(part(written), NOTHING, lambda name: ["one"])
    text = edited(
        "total(1)", "total(join('1'))", edited("const {", "const { join } = require('node:path');\nconst {", written)
    )
    new = edited("{ total }", "{ open, total }", edited("'a'", "'b'", written))
    merged = merge(part(new), history_of(text, memory))
    assert merged.startswith("const { join } = require('node:path');\nconst { open, total } = require('../shop');\n\n")
    assert titles(part(merged)) == ["total > b", "total > a"]


def test_what_is_a_persons_can_stand_alone(part, history_of):
    text = edited("expect(total(two)).toBe(2);", "expect(total(two)).toBe(two);")
    assert titles(part(only_theirs(history_of(text)))) == ["total > returns 2 for count 2"]
    assert "const two = 2;" in only_theirs(history_of(text))
    assert only_theirs(history_of(WRITTEN)) == ""


SHOP = """\
export function total(count: number): number {
  if (count < 0) {
    throw new RangeError('nothing is sold');
  }
  return count > 10 ? count * 2 : count * 3;
}

export function isOpen(hour: number): boolean {
  return hour >= 8;
}
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
          - {id: "1.1", name: shop, type: test_generation, target: src/shop.ts, language: typescript, budget: 3}
"""


def run(*arguments: str) -> str:
    command = [sys.executable, "-m", "orchestrator", "run", "--all", "--ui", "plain", "-c", "phases.yaml", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.nightly
def test_a_task_keeps_what_a_person_did_to_its_file_and_writes_the_rest_anew(project, part):
    (project / "src/shop.ts").write_text(SHOP)
    (project / "phases.yaml").write_text(ROADMAP)
    run()
    place = project / FILE
    first = place.read_text()
    refused, opened = found(part(first), "nothing is sold"), found(part(first), "isOpen(")
    mine = "it('is mine', () => {\n    expect(total(4)).toBe(16);\n  });"
    text = edited(opened, f"// opens at eight\n  {opened}", edited(refused, mine, first))
    place.write_text(text)
    (project / "src/shop.ts").write_text(SHOP.replace("count * 3", "count * 4"))
    run()
    second = place.read_text()
    assert f"  {mine}\n" in second
    assert f"  // opens at eight\n  {opened}\n" in second
    assert "nothing is sold" not in second
    run_jest()
    run("--force")
    assert place.read_text() == second


@pytest.mark.nightly
def test_a_file_that_was_generated_by_hand_is_adopted_with_what_a_person_did_to_it(project, part):
    (project / "src/shop.ts").write_text(SHOP)
    (project / "phases.yaml").write_text(ROADMAP)
    command = [sys.executable, "-m", "orchestrator", "tests", "generate", "src/shop.ts", "--budget", "3", "--write"]
    subprocess.run(command, check=True, timeout=300)
    place = project / FILE
    opened = found(part(place.read_text()), "isOpen(")
    text = edited(opened, f"// opens at eight\n  {opened}", place.read_text())
    place.write_text(text)
    run()
    assert place.read_text() == text


def found(blocks, text: str) -> str:
    """Return the first test with a text in it."""
    return next(each.text for each in all_of(blocks) if each.kind == "test" and text in each.text)
