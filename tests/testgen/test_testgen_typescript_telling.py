"""What goes into generated tests shows something: rows differ, and what is changed was something else before."""

import re
import shutil

import pytest
from by_hand import report_of, run_jest
from test_testgen_typescript_readable import NODE, answer_of, oddness

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")


def test_a_text_that_comes_out_as_it_went_in_is_of_another_sort_and_shows_less() -> None:
    seen = "{{ kind: 'value', value: {{ t: 'value', v: '{}' }}, args: [{{ t: 'value', v: 'a#b' }}] }}"
    node = "{ t: 'value', v: 'a#b' }"
    assert oddness(node, seen=seen.format("a#b")) > oddness(node, seen=seen.format("a"))
    keys = answer_of(f"""
        const {{ outcomeKey }} = require({str(NODE / "explorer/verdicts.cjs")!r});
        const subject = {{ kind: 'function', export: 'bare' }};
        const seen = [{seen.format("a#b")}, {seen.format("a")}];
        console.log(JSON.stringify(seen.map((each) => outcomeKey(subject, each))));
    """)
    assert keys[0] != keys[1]


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


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")
def test_what_is_changed_was_something_else_and_rows_differ(project):
    (project / "src/staff.ts").write_text(STAFF)
    report_of("src/staff.ts", budget=8)
    text = (project / "src/__tests__/staff.test.ts").read_text()
    tests = re.split(r"^  it\(", text, flags=re.MULTILINE)
    [appointed] = [each for each in tests if re.search(r"appoint\([^)]*\)\)\.resolves", each)]
    changed = re.search(r"appoint\('id-1', '(\w+)'\)", appointed).group(1)
    before = re.search(r"clientOf\('pg', (.*?)\);", appointed, re.DOTALL).group(1)
    role = re.search(r"role: '(\w+)'", before) or re.search(r"role: '(\w+)'", text)
    assert role.group(1) != changed, text
    lists = re.findall(r"first\(\s*\[(.+?)\],", text, re.DOTALL)
    people = [re.findall(r"(\{[^{}]*\}|aPerson\([^()]*\))", each) for each in lists]
    assert all(len(set(each)) == len(each) for each in people), text
    run_jest()
